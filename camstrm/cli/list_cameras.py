"""``camstrm list``: the cameras that the producers see."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

from camstrm.acquisition.device_info import DeviceInfo
from camstrm.acquisition.discovery import Discovery, scan_producer
from camstrm.acquisition.producer_check import check_file
from camstrm.cli.checks.holders import exclusive_users
from camstrm.cli.settings import producers_for
from camstrm.cli.table import format_table
from camstrm.config import ProducerSettings
from camstrm.errors import ProducerError, ProducerInUseError, ProducerTimeoutError
from camstrm.profiles import load_profiles, process_environment, profile_of

__all__ = ["run"]


def run(options: argparse.Namespace) -> int:
    """Print a table or JSON; exit code 1 when there is no camera.

    All producers are scanned at once, each in a child that is killed after
    ``options.timeout`` seconds.
    """
    profiles = load_profiles()
    producers = producers_for(options.cti, profiles)

    def scan(producer: ProducerSettings) -> Discovery | ProducerError:
        profile = profile_of(profiles, producer)
        environment = process_environment(profile, producer.cti, os.environ)
        users = exclusive_users(profile, producer.cti)
        if users:
            return ProducerInUseError(producer.cti, ", ".join(map(str, users)))
        try:
            check_file(producer.cti)
            return scan_producer(
                producer.cti,
                environment,
                text_encoding=profile.quirks.text_encoding,
                timeout_s=options.timeout,
            )
        except ProducerError as error:
            return error

    devices: list[DeviceInfo] = []
    failed = False
    with ThreadPoolExecutor(max_workers=len(producers)) as pool:
        for producer, result in zip(producers, pool.map(scan, producers), strict=True):
            if isinstance(result, ProducerError):
                failed = True
                print(f"camstrm: {_sentence(result, options.timeout)}", file=sys.stderr)
                continue
            devices += result.devices
            for problem in result.problems:
                print(
                    f"camstrm: {producer.cti}: an interface could not be searched: {problem}",
                    file=sys.stderr,
                )
    if options.json:
        print(json.dumps([dataclasses.asdict(device) for device in devices], indent=2))
    elif devices:
        rows = [
            (d.selector, d.vendor, d.model, d.user_name, d.tl_type, _access(d), d.cti)
            for d in devices
        ]
        print(
            format_table(("SERIAL", "VENDOR", "MODEL", "NAME", "BUS", "ACCESS", "PRODUCER"), rows)
        )
    elif not failed:
        print("no camera found; 'camstrm doctor' says why", file=sys.stderr)
    return 0 if devices else 1


def _access(device: DeviceInfo) -> str:
    if not device.in_wrong_subnet:
        return device.access
    return f"wrong subnet: {device.address}, network card {device.networks}"


def _sentence(error: ProducerError, timeout_s: float) -> str:
    if isinstance(error, ProducerTimeoutError):
        longer = max(30.0, 4 * timeout_s)
        return f"{error.cti} {error.problem}; --timeout {longer:g} waits longer"
    return str(error)
