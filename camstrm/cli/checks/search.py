"""A producer as commands meet it: its profile, its environment, and the search for its cameras."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from camstrm.acquisition.discovery.device_info import DeviceInfo
from camstrm.acquisition.discovery.scan import Discovery, scan_producer
from camstrm.acquisition.open_mark import OpenCamera
from camstrm.cli.checks.holders import holders_of_library
from camstrm.cli.progress import Progress
from camstrm.cli.streamed import marked_devices
from camstrm.config import ProducerSettings
from camstrm.errors import ProducerInUseError
from camstrm.profiles import GentlProfile, process_environment, profile_of

__all__ = ["KnownProducer", "known_producer", "search", "streamed_devices"]


@dataclass
class KnownProducer:
    """A producer with the profile and environment of its processes, and what it shows."""

    settings: ProducerSettings
    profile: GentlProfile
    environment: Mapping[str, str]
    devices: tuple[DeviceInfo, ...] = ()


def known_producer(
    settings: ProducerSettings, profiles: Mapping[str, GentlProfile]
) -> KnownProducer:
    """Return the producer with its profile; raise ConfigError if there is no such profile."""
    profile = profile_of(profiles, settings)
    environment = process_environment(profile, settings.cti, os.environ, extra=settings.env)
    return KnownProducer(settings, profile, environment)


def streamed_devices(
    producer: KnownProducer, marks: Sequence[OpenCamera]
) -> tuple[DeviceInfo, ...]:
    """Return what camstrm streams under a producer that supports only one program.

    Searching it would stop the streams of that program: raises ProducerInUseError if it is
    another one than camstrm.
    """
    if producer.profile.process != "producer":
        return ()
    cti = producer.settings.cti
    ours = marked_devices(cti, marks)
    users = () if ours else holders_of_library(cti)
    if users:
        raise ProducerInUseError(cti, ", ".join(map(str, users)))
    return ours


def search(
    producer: KnownProducer, progress: Progress, timeout_s: float, stop: threading.Event
) -> Discovery:
    """Search the producer's cameras in a child; raise ProducerError.

    What the producer says meanwhile is printed by ``progress``; ``stop`` ends the search.
    """
    return scan_producer(
        producer.settings.cti,
        producer.environment,
        python=producer.settings.python,
        text_encoding=producer.profile.quirks.text_encoding,
        timeout_s=timeout_s,
        show=progress.print_text,
        stop=stop,
    )
