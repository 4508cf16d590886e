"""CameraResolver: which cameras there are, and under which producer.

A camera whose producer is known needs no search: its process starts at once. Otherwise
the producers are scanned in children, again and again until all cameras are found.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Mapping

from camstrm.acquisition.discovery.device_info import DeviceInfo
from camstrm.backoff import Backoff
from camstrm.config import CameraSettings, Config, ProducerSettings, name_from
from camstrm.errors import CameraNotFoundError, ProducerError
from camstrm.grab.search.discovery_run import DiscoveryRun
from camstrm.log_lines import about_camera
from camstrm.profiles import GentlProfile, process_environment
from camstrm.repeat_log import RepeatLog

__all__ = ["CameraResolver"]

_log = logging.getLogger(__name__)

_AGAIN_S = (2.0, 5.0, 10.0, 20.0)
"""Pauses between scans while a camera is missing; the last one repeats."""


class CameraResolver:
    """Finds the producer of each camera of a configuration.

    ``found(settings, producer)`` is called once for each camera, in the order of the
    configuration as far as they are known; ``missing(settings, error)`` after each scan
    for each camera that is still not there. ``profiles``: of each producer, by its .cti.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        running: Callable[[], float],
        config: Config,
        profiles: Mapping[str, GentlProfile],
        found: Callable[[CameraSettings, ProducerSettings], None],
        missing: Callable[[CameraSettings, CameraNotFoundError], None],
    ) -> None:
        self._loop = loop
        self._running = running  # stands still while this process does
        self._config = config
        self._profiles = profiles
        self._found = found
        self._missing = missing
        self._wanted = list(config.cameras)  # configured and not found yet
        self._take_all = not config.cameras  # none is configured: every camera is used
        # Producer of each camera that was taken without being configured, by its selector (and
        # the producer's path, where the selector is a device id).
        self._taken: dict[tuple[str, str], str] = {}
        self._names: set[str] = set()  # of those cameras
        self._once = RepeatLog(_log, RepeatLog.ONCE)
        self._used: set[str] = set()  # producers whose cameras stream, by path
        self._runs: dict[str, DiscoveryRun] = {}  # under way, by the producer's path
        self._devices: dict[str, tuple[DeviceInfo, ...]] = {}  # seen in this round of scans
        self._pauses = Backoff(*_AGAIN_S)  # its count: rounds after which cameras were missing
        self._timer: asyncio.TimerHandle | None = None  # the next round

    def start(self) -> None:
        """Report the cameras that are known and scan for the others."""
        known = {c.serial: p for c in self._wanted if (p := self._configured(c)) is not None}
        search = self._take_all or len(known) < len(self._wanted)
        for camera in list(self._wanted):
            producer = known.get(camera.serial)
            # A producer that supports only one process is searched before that process starts.
            if producer is not None and not (search and self._takes_one_process(producer)):
                self._wanted.remove(camera)
                self._use(camera, producer)
        if search:
            self._scan()

    def stop(self) -> None:
        """End scans that are under way."""
        if self._timer is not None:
            self._timer.cancel()
        for run in self._runs.values():
            run.cancel()
        self._runs.clear()

    def _configured(self, camera: CameraSettings) -> ProducerSettings | None:
        """Return the producer that the configuration leaves no doubt about."""
        producers = self._config.producers
        if not camera.cti and len(producers) == 1:
            return producers[0]
        return next((p for p in producers if p.cti == camera.cti), None)

    def _takes_one_process(self, producer: ProducerSettings) -> bool:
        return self._profiles[producer.cti].process == "producer"

    def _use(self, camera: CameraSettings, producer: ProducerSettings) -> None:
        self._used.add(producer.cti)
        self._found(camera, producer)

    def _scan(self) -> None:
        self._devices.clear()
        for producer in self._config.producers:
            if producer.cti in self._used and self._takes_one_process(producer):
                # A search beside its cameras would stop their streams.
                if self._pauses.count == 1:
                    _log.warning(
                        "%s is not searched again while its cameras stream; a camera that will "
                        "be there needs its 'cti' in the configuration",
                        producer.cti,
                    )
                continue
            profile = self._profiles[producer.cti]
            environment = process_environment(profile, producer.cti, os.environ, extra=producer.env)
            try:
                self._runs[producer.cti] = DiscoveryRun(
                    self._loop,
                    self._running,
                    producer.cti,
                    self._scanned,
                    environment=environment,
                    python=producer.python,
                    text_encoding=profile.quirks.text_encoding,
                )
            except OSError as error:
                _log.error("%s cannot be started: %s", producer.python, error.strerror)
        if not self._runs:
            self._again()

    def _scanned(
        self, cti: str, devices: tuple[DeviceInfo, ...], error: ProducerError | None
    ) -> None:
        self._runs.pop(cti, None)
        self._devices[cti] = devices
        if error is not None:
            _log.error("%s", error)
        if not self._runs:
            self._resolve()

    def _resolve(self) -> None:
        if self._take_all:
            self._resolve_all()
        for camera in list(self._wanted):
            producer = self._configured(camera) or self._producer_of(camera.serial)
            if producer is not None:
                self._wanted.remove(camera)
                self._use(camera, producer)
        serials = tuple(d.selector for devices in self._devices.values() for d in devices)
        where = " and ".join(p.cti for p in self._config.producers if p.cti in self._devices)
        for camera in self._wanted:
            error = CameraNotFoundError(camera.label, camera.serial, serials, where)
            if self._pauses.count == 0:
                with about_camera(camera.label, camera.serial):
                    _log.error("%s", error)
            self._missing(camera, error)
        if self._wanted or (self._take_all and not self._taken):
            self._again()

    def _resolve_all(self) -> None:
        for producer in self._config.producers:
            for device in self._devices.get(producer.cti, ()):
                self._take(device, producer)
        if not self._taken and self._pauses.count == 0:
            _log.warning(
                "no camera found yet under %s; looking again. 'camstrm doctor' says why",
                " and ".join(producer.cti for producer in self._config.producers),
            )

    def _take(self, device: DeviceInfo, producer: ProducerSettings) -> None:
        """Use a camera that nobody configured, unless it is used already."""
        if not device.selector:
            self._once.warning(
                "%s shows a camera (%s) with neither serial number nor device id: "
                "it cannot be used",
                producer.cti,
                device.model or "unknown model",
                key=(producer.cti, device.model),
            )
            return
        by_serial = device.selector == device.serial
        # Under two producers a serial number is one camera; device ids are each producer's own.
        key = device.selector, "" if by_serial else producer.cti
        name = name_from(device.selector)
        user = self._taken.get(key)
        if user is None:
            self._taken[key] = producer.cti
            if name in self._names:
                name = name_from(f"{name} ({device.selector} under {producer.cti})")
            self._names.add(name)
            own = "" if name == device.selector else name
            self._use(CameraSettings(serial=device.selector, name=own), producer)
        elif user != producer.cti:
            text = "camera %s is seen under %s, too; it is used under %s"
            with about_camera(name, device.selector):
                self._once.warning(text, name, producer.cti, user, key=(producer.cti, name))

    def _producer_of(self, selector: str) -> ProducerSettings | None:
        for producer in self._config.producers:
            if any(d.fits(selector) for d in self._devices.get(producer.cti, ())):
                return producer
        return None

    def _again(self) -> None:
        self._timer = self._loop.call_later(self._pauses.next(), self._scan)
