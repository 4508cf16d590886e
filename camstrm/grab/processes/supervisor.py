"""Supervisor: starts, watches and restarts the camera processes."""

from __future__ import annotations

import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import msgspec

from camstrm.config import ID_PREFIX, CameraSettings, Config, ProducerSettings
from camstrm.errors import CameraNotFoundError
from camstrm.grab.loop import Loop, Timer
from camstrm.grab.processes.group import GroupCamera, ProcessGroup
from camstrm.grab.processes.last_step import LastStep, StepDeaths
from camstrm.grab.processes.ledger import CameraLedger
from camstrm.grab.processes.process_link import LinkHandlers, ProcessLink
from camstrm.grab.processes.spare_process import SpareProcesses
from camstrm.grab.search.resolver import CameraResolver
from camstrm.profiles import (
    GentlProfile,
    named_profile,
    process_environment,
    profile_candidates,
    profile_of,
)
from camstrm.wire import CameraInfo, CameraState, FrameBundle, Report

__all__ = ["Supervisor"]

_log = logging.getLogger(__name__)

_WATCH_S = 0.5

_QUICK_RESTART_S = 0.05
"""Pause before the first restart of a process that had run well."""

_RAN_WELL_S = 10.0
"""A process that ran for so long starts with the shortest pause again."""


@dataclass
class _Slot:
    """One group of cameras and its process, if it has one."""

    key: str
    group: ProcessGroup
    link: ProcessLink | None = None
    timer: Timer | None = None
    failures: int = 0
    stuck: list[ProcessLink] = field(default_factory=list)
    last_step: LastStep = field(default_factory=LastStep)
    deaths: StepDeaths = field(default_factory=StepDeaths)
    gone_s: float = 0.0
    """Since when (monotonic clock) its cameras are away; 0 until a process ended."""


class Supervisor:
    """Keeps a camera process running for each group of cameras.

    ``on_bundle`` gets the answers of camera processes, ``on_cameras`` is called when a
    camera was added or became known better.
    """

    def __init__(
        self,
        loop: Loop,
        config: Config,
        profiles: Mapping[str, GentlProfile],
        on_bundle: Callable[[ProcessLink, FrameBundle], None],
        on_cameras: Callable[[], None],
        *,
        log_level: str = "INFO",
        spares: SpareProcesses | None = None,
    ) -> None:
        self.ledgers: dict[int, CameraLedger] = {}
        self._loop = loop
        self._config = config
        self._profiles = profiles
        # The profile of each producer, by its .cti, and those that cameras' settings name.
        self._chosen = {p.cti: profile_of(profiles, p) for p in config.producers}
        self._named = {
            c.profile: named_profile(profiles, c.profile, source=f"camera {c.label}")
            for c in config.cameras
            if c.profile
        }
        self._on_cameras = on_cameras
        self._log_level = log_level
        self._spares = spares or SpareProcesses()
        self._spares.watch(loop)
        self._handlers = LinkHandlers(on_bundle, self._report, self._gone)
        self._slots: list[_Slot] = []
        self._indices: dict[str, int] = {}
        self._pending: dict[str, tuple[ProducerSettings, list[GroupCamera]]] = {}
        self._pending_timer: Timer | None = None
        self._watch_timer: Timer | None = None
        self._stopping = False
        self._resolver = CameraResolver(loop, config, self._chosen, self._found, self._missing)

    def list_configured(self) -> None:
        """Let :meth:`infos` know the cameras of the configuration, before any is looked for."""
        for camera in self._config.cameras:
            self._ledger(camera)

    def start(self) -> None:
        """Find the cameras and start their processes."""
        self.list_configured()
        self._resolver.start()
        self._watch()

    def links(self) -> list[ProcessLink]:
        """Return the running camera processes."""
        return [slot.link for slot in self._slots if slot.link is not None]

    def infos(self) -> tuple[CameraInfo, ...]:
        """Return who the cameras are, in the order of their indices."""
        return tuple(self.ledgers[index].info for index in sorted(self.ledgers))

    def stop(self, timeout_s: float) -> None:
        """Close all cameras and end all processes; kill those that take longer."""
        self._stopping = True
        self._resolver.stop()
        for timer in (self._watch_timer, self._pending_timer):
            if timer is not None:
                timer.cancel()
        links = self.links()
        for slot in self._slots:
            if slot.timer is not None:
                slot.timer.cancel()
            links += slot.stuck
        for link in links:
            link.stop()
        deadline = time.monotonic() + timeout_s
        for link in links:
            if not link.join(max(0.0, deadline - time.monotonic())):
                _log.warning("cameras %s did not close in time: ended", link.group.name)
                link.kill("stopped")
                link.join(1.0)
        for link in links:
            link.kill("stopped")
        for slot in self._slots:
            slot.last_step.close()

    def _ledger(self, camera: CameraSettings) -> int:
        index = self._indices.get(camera.label)
        if index is None:
            index = self._indices[camera.label] = len(self._indices)
            serial = "" if camera.serial.startswith(ID_PREFIX) else camera.serial
            info = CameraInfo(index, camera.label, serial)
            self.ledgers[index] = CameraLedger(info)
            self._on_cameras()
        return index

    def _found(self, camera: CameraSettings, producer: ProducerSettings) -> None:
        member = GroupCamera(self._ledger(camera), camera, self._named.get(camera.profile))
        shared = (
            self._chosen[producer.cti].process == "producer" or self._config.process.single_process
        )
        key = producer.cti if shared else f"{producer.cti}\0{camera.serial}"
        self._pending.setdefault(key, (producer, []))[1].append(member)
        if self._pending_timer is None:
            # All cameras of one scan are reported in a row: group them first.
            self._pending_timer = self._loop.call_later(0, self._start_pending)

    def _missing(self, camera: CameraSettings, error: CameraNotFoundError) -> None:
        self.ledgers[self._ledger(camera)].down(CameraState.LOST, error.problem)

    def _start_pending(self) -> None:
        self._pending_timer = None
        pending, self._pending = self._pending, {}
        siblings = Counter(producer.cti for producer, members in pending.values() for _ in members)
        for key, (producer, members) in pending.items():
            running = next((slot for slot in self._slots if slot.key == key), None)
            if running is not None:
                self._extend(running, members)
                continue
            profile = self._chosen[producer.cti]
            slot = _Slot(
                key,
                ProcessGroup(
                    cti=producer.cti,
                    profile=profile,
                    candidates={}
                    if producer.profile
                    else profile_candidates(self._profiles, producer.cti),
                    cameras=tuple(members),
                    stream=self._config.stream,
                    process=self._config.process,
                    python=producer.python,
                    environment=process_environment(
                        profile, producer.cti, os.environ, extra=producer.env
                    ),
                    log_level=self._log_level,
                    siblings=siblings[producer.cti],
                ),
            )
            self._slots.append(slot)
            self._start_slot(slot)

    def _extend(self, slot: _Slot, members: list[GroupCamera]) -> None:
        """Add cameras that were found later to a process that all of a producer share."""
        cameras = (*slot.group.cameras, *members)
        slot.group = msgspec.structs.replace(slot.group, cameras=cameras, siblings=len(cameras))
        if slot.link is not None:
            names = ", ".join(member.settings.label for member in members)
            slot.link.kill(f"restarting its process to add camera {names}")

    def _start_slot(self, slot: _Slot) -> None:
        slot.timer = None
        if self._stopping:
            return
        spare = self._spares.of(slot.group)
        if spare is not None and not spare.settled:
            spare.when_settled(lambda: self._start_slot(slot))
            return
        ledgers = {m.settings.serial: self.ledgers[m.index] for m in slot.group.cameras}
        group = msgspec.structs.replace(
            slot.group,
            heartbeats_s={s: led.heartbeat_s for s, led in ledgers.items() if led.heartbeat_s},
            locked_until_s={
                s: led.locked_until_s for s, led in ledgers.items() if led.locked_until_s
            },
            left_out=slot.deaths.left_out(),
            gone_s=slot.gone_s,
            last_step=slot.last_step.path,
        )
        try:
            slot.link = ProcessLink(self._loop, group, self._handlers, spare)
        except OSError as error:
            self._failed(slot, f"{slot.group.python} cannot be started ({error.strerror})")

    def _report(self, link: ProcessLink, report: Report) -> None:
        for status in report.cameras:
            if status.index in link.group.indices:
                self.ledgers[status.index].report(status)
        for info in report.infos:
            if info.index in link.group.indices and self.ledgers[info.index].info != info:
                self.ledgers[info.index].info = info
                self._on_cameras()
        for info, heartbeat_s in zip(report.infos, report.heartbeats_s, strict=False):
            if info.index in link.group.indices and heartbeat_s:
                self.ledgers[info.index].heartbeat_s = heartbeat_s

    def _gone(self, link: ProcessLink, reason: str) -> None:
        for slot in self._slots:
            if slot.link is link:
                slot.link = None
                if not link.ended():
                    # Nobody hears it any more, and its successor needs the cameras.
                    link.kill(reason)
                    slot.stuck.append(link)
                if time.monotonic() - link.started_s > _RAN_WELL_S:
                    slot.failures = 0
                if not link.ended_in_order():
                    self._note_step(slot)
                lock_s = 0.0 if link.ended_in_order() else self._note_lock(slot)
                if lock_s:
                    reason += (
                        "; the camera stays locked by it until its heartbeat time is over, "
                        f"for at most {lock_s:.3g} s"
                    )
                self._failed(slot, reason)

    def _note_step(self, slot: _Slot) -> None:
        """Leave out a feature that ended the process again and again."""
        if self._stopping:
            return
        culprit = slot.deaths.count(slot.last_step.take())
        if culprit is not None:
            serial, feature = culprit
            cameras = slot.group.cameras
            label = next((c.settings.label for c in cameras if c.settings.serial == serial), serial)
            _log.error(
                "camera %s: its process ended %d times while setting %s: it starts without it",
                label,
                StepDeaths.TOO_OFTEN,
                feature,
            )

    def _note_lock(self, slot: _Slot) -> float:
        """Note which cameras a killed process keeps locked; return the longest time in seconds."""
        ledgers = [self.ledgers[index] for index in slot.group.indices]
        return max((ledger.lock(time.monotonic()) for ledger in ledgers), default=0.0)

    def _failed(self, slot: _Slot, reason: str) -> None:
        if self._stopping:
            return
        settings = self._config.process
        pause = _QUICK_RESTART_S
        if slot.failures:
            pause = settings.restart_delay_s * 2 ** min(slot.failures - 1, 16)
            pause = min(pause, settings.restart_delay_max_s)
        slot.failures += 1
        _log.error("camera %s: %s; starting it again in %.3g s", slot.group.name, reason, pause)
        if not slot.gone_s or any(self.ledgers[i].condition.healthy for i in slot.group.indices):
            slot.gone_s = time.monotonic()
        for index in slot.group.indices:
            self.ledgers[index].counters.restarts += 1
            self.ledgers[index].down(CameraState.BACKING_OFF, reason)
        slot.timer = self._loop.call_later(pause, lambda: self._start_slot(slot))

    def _watch(self) -> None:
        settings = self._config.process
        for slot in self._slots:
            slot.stuck = [link for link in slot.stuck if not link.ended()]
            link = slot.link
            if link is None or link.pid is None:
                continue
            opening = not link.opened or any(
                self.ledgers[index].condition.state == CameraState.OPENING
                for index in slot.group.indices
            )
            patience = settings.open_timeout_s if opening else settings.silence_timeout_s
            silent = self._loop.running_s - link.last_heard_s
            if silent > patience:
                link.kill(f"its process said nothing for {silent:.0f} s and was ended")
        self._watch_timer = self._loop.call_later(_WATCH_S, self._watch)
