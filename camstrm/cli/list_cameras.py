"""``camstrm list``: the cameras that the producers see."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

from camstrm.acquisition.device_info import DeviceInfo
from camstrm.acquisition.discovery import discover
from camstrm.acquisition.producer_check import check_producer
from camstrm.cli.settings import producers_for
from camstrm.cli.table import format_table
from camstrm.config import ProducerSettings
from camstrm.errors import ProducerError
from camstrm.grab.resolver import profile_of
from camstrm.profiles import load_profiles, process_environment

__all__ = ["run"]


def run(options: argparse.Namespace) -> int:
    """Print a table or JSON; exit code 1 when there is no camera."""
    profiles = load_profiles()
    producers = producers_for(options.cti, profiles)

    def scan(producer: ProducerSettings) -> tuple[DeviceInfo, ...] | ProducerError:
        profile = profile_of(profiles, producer)
        environment = process_environment(profile, producer.cti, os.environ)
        try:
            check_producer(producer.cti, environment)
            return discover(producer.cti, environment, text_encoding=profile.quirks.text_encoding)
        except ProducerError as error:
            return error

    devices: list[DeviceInfo] = []
    failed = False
    with ThreadPoolExecutor(max_workers=len(producers)) as pool:
        for result in pool.map(scan, producers):
            if isinstance(result, ProducerError):
                failed = True
                print(f"camstrm: {result}", file=sys.stderr)
            else:
                devices += result
    if options.json:
        print(json.dumps([dataclasses.asdict(device) for device in devices], indent=2))
    elif devices:
        rows = [
            (d.serial, d.vendor, d.model, d.user_name, d.tl_type, d.access, d.cti) for d in devices
        ]
        print(
            format_table(("SERIAL", "VENDOR", "MODEL", "NAME", "BUS", "ACCESS", "PRODUCER"), rows)
        )
    elif not failed:
        print("no camera found; 'camstrm doctor' says why", file=sys.stderr)
    return 0 if devices else 1
