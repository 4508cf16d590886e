"""``camstrm grab``: the grabber."""

from __future__ import annotations

import argparse
import os
import sys

from camstrm.cli.log import set_up_logging
from camstrm.cli.settings import grab_config, socket_path
from camstrm.cli.signals import end_with_parent, stop_on_signals
from camstrm.config import Config, ProducerSettings
from camstrm.errors import ProducerError
from camstrm.grab.spare_process import SpareProcesses
from camstrm.profiles import GentlProfile, process_environment, profile_of

__all__ = ["run"]


def run(options: argparse.Namespace) -> int:
    """Grab until stopped."""
    end_with_parent()
    set_up_logging(options.log_level)
    config, profiles = grab_config(options)
    path = socket_path(config)
    with SpareProcesses() as spares:
        if not config.process.single_process:
            _start_spares(spares, config, profiles)
        # Late, because the spare processes are what the first picture waits for.
        from camstrm.grab.app import Grabber

        _check_producers(config, profiles)
        grabber = Grabber(
            config,
            profiles,
            path,
            log_level=options.log_level.upper(),
            standby=options.standby,
            spares=spares,
        )
        with stop_on_signals(grabber.stop):
            grabber.run()
    return 0


def _start_spares(
    spares: SpareProcesses, config: Config, profiles: dict[str, GentlProfile]
) -> None:
    for producer in config.producers:
        if not producer.python:
            spares.start(_environment(producer, profiles))


def _environment(producer: ProducerSettings, profiles: dict[str, GentlProfile]) -> dict[str, str]:
    profile = profile_of(profiles, producer)
    return process_environment(profile, producer.cti, os.environ, extra=producer.env)


def _check_producers(config: Config, profiles: dict[str, GentlProfile]) -> None:
    """Report producers that cannot be used; raise the last error if none can."""
    from camstrm.acquisition.producer_check import check_producer

    errors: list[ProducerError] = []
    for producer in config.producers:
        python = producer.python or sys.executable
        try:
            check_producer(producer.cti, _environment(producer, profiles), python=python)
        except ProducerError as error:
            errors.append(error)
    if len(errors) == len(config.producers):
        for problem in errors[:-1]:
            print(f"camstrm: {problem}", file=sys.stderr)
        raise errors[-1]
    for problem in errors:
        print(f"camstrm: {problem} (going on without it)", file=sys.stderr)
