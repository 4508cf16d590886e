"""The grabber as a command: configuration, check of the producers, signals."""

from __future__ import annotations

import faulthandler
import os
import sys
from pathlib import Path

from camstrm.cli.log import complain, set_up_logging
from camstrm.cli.options import GrabOptions
from camstrm.cli.service_manager import ServiceManager
from camstrm.cli.settings import grab_config, socket_path
from camstrm.cli.signals import stop_on_signals
from camstrm.config import Config, ProducerSettings
from camstrm.config.changes import Reloaded
from camstrm.errors import ProducerError
from camstrm.grab.processes.spare_process import SpareProcesses
from camstrm.profiles import GentlProfile, process_environment, profile_of

__all__ = ["run_grabber"]


def run_grabber(options: GrabOptions, spares: SpareProcesses, service: ServiceManager) -> int:
    """Grab until stopped; ``spares`` has one spare process for this process's environment."""
    # Twice: what is wrong with the configuration is said in the form that was asked for.
    set_up_logging(options.log_level or "info", options.log_format or "text")
    config, profiles = grab_config(options)
    if options.check:
        socket_path(config)
        print("the grabber's configuration is right")
        return 0
    set_up_logging(config.log.level, config.log.format)
    path = socket_path(config)
    config_file = str(Path(options.config).absolute()) if options.config else ""
    own_python = [producer for producer in config.producers if not producer.python]
    kept = [] if config.process.single_process else own_python
    spares.keep([_environment(producer, profiles) for producer in kept])
    # Late: the spare processes start before these imports.
    import asyncio

    from camstrm.cli.reload import reloading
    from camstrm.grab.app import Grabber

    def read() -> Config:
        return grab_config(options)[0]

    async def grab() -> None:
        grabber = Grabber(
            config,
            profiles,
            path,
            log_level=config.log.level.upper(),
            standby=options.standby,
            spares=spares,
            config_file=config_file,
            alive=service.alive,
        )

        async def take(config: Config) -> Reloaded:
            reloaded = await grabber.reload(config)
            set_up_logging(config.log.level, config.log.format)
            return reloaded

        with stop_on_signals(grabber.stop):
            async with reloading(read, take, service, grabber.stop):
                service.ready(f"{len(config.cameras) or 'all'} cameras, bridge at {path}")
                await grabber.run()

    _check_producers(config, profiles)
    if service.watched:
        faulthandler.enable()  # the watchdog's SIGABRT then says where the grabber stands still
    asyncio.run(grab())
    return 0


def _environment(producer: ProducerSettings, profiles: dict[str, GentlProfile]) -> dict[str, str]:
    profile = profile_of(profiles, producer)
    return process_environment(profile, producer.cti, os.environ, extra=producer.env)


def _check_producers(config: Config, profiles: dict[str, GentlProfile]) -> None:
    """Report producers that cannot be used; raise the last error if none can."""
    from camstrm.acquisition.gentl.producer_check import check_producer

    errors: list[ProducerError] = []
    for producer in config.producers:
        python = producer.python or sys.executable
        try:
            check_producer(producer.cti, _environment(producer, profiles), python=python)
        except ProducerError as error:
            errors.append(error)
    if len(errors) == len(config.producers):
        for problem in errors[:-1]:
            complain(str(problem))
        raise errors[-1]
    for problem in errors:
        complain(f"{problem} (going on without it)")
