"""Supervisor: starts, watches and restarts the camera processes."""

from __future__ import annotations

import asyncio
import logging
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import msgspec

from camstrm.backoff import Backoff
from camstrm.config import CameraSettings, Config, ProducerSettings, StreamSettings
from camstrm.errors import CameraNotFoundError
from camstrm.feature import FeatureSetting
from camstrm.feed.open_calls import CallBack
from camstrm.grab.camera.group import GroupCamera, ProcessGroup
from camstrm.grab.camera.last_step import StepDeaths
from camstrm.grab.processes.camera_changes import CameraChanges
from camstrm.grab.processes.camera_reload import CameraReload
from camstrm.grab.processes.ledger import Ledgers
from camstrm.grab.processes.place import NOT_KNOWN, Place, configured
from camstrm.grab.processes.process_link import LinkHandlers, ProcessLink
from camstrm.grab.processes.spare_process import SpareProcesses
from camstrm.grab.search.resolver import CameraResolver
from camstrm.log_lines import about_camera
from camstrm.profiles import (
    GentlProfile,
    named_profile,
    process_environment,
    profile_candidates,
    profile_of,
)
from camstrm.wire import Call, CameraState, FrameBundle, Live, Report, refusal

__all__ = ["Supervisor"]

_log = logging.getLogger(__name__)

_WATCH_S = 0.5
"""Between two looks at what is silent or late."""

_QUICK_RESTART_S = 0.05
"""Pause before the first restart of a process that had run well."""

_RAN_WELL_S = 10.0
"""A process that ran for so long starts with the shortest pause again."""


_STOPS = "the grabber stops"
_ASK_AGAIN = "Ask again when the camera is there"


class Supervisor:
    """Keeps a camera process running for each group of cameras. Belongs to the loop.

    The loop's time is this host's monotonic clock, which camera processes share; ``running``
    is a clock that stands still while this process does.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        running: Callable[[], float],
        config: Config,
        profiles: Mapping[str, GentlProfile],
        ledgers: Ledgers,
        *,
        log_level: str = "INFO",
        spares: SpareProcesses | None = None,
    ) -> None:
        self._loop = loop
        self._running = running
        self._config = config
        self._profiles = profiles
        # The profile of each producer, by its .cti, and those that cameras' settings name.
        self._chosen = {p.cti: profile_of(profiles, p) for p in config.producers}
        self._named = {
            c.profile: named_profile(profiles, c.profile, source=f"camera {c.label}")
            for c in config.cameras
            if c.profile
        }
        self._ledgers = ledgers
        self._log_level = log_level  # of the camera processes
        self._spares = spares or SpareProcesses()
        self._spares.watch(loop)
        self._handlers: LinkHandlers | None = None  # None until start()
        self._on_cameras: Callable[[], None] = lambda: None
        self._places: list[Place] = []  # in the order in which they were found
        # Found in this turn of the loop: the cameras of each process-to-be, by its key.
        self._pending: dict[str, tuple[ProducerSettings, list[GroupCamera]]] = {}
        self._pending_call: asyncio.Handle | None = None
        self._reload = CameraReload(config, ledgers, self._start_process)
        self._watch_timer: asyncio.TimerHandle | None = None
        self._stopping = False  # nothing is started any more
        self._resolver = CameraResolver(
            loop, running, config, self._chosen, self._found, self._missing
        )

    def start(
        self, on_bundle: Callable[[ProcessLink, FrameBundle], None], on_cameras: Callable[[], None]
    ) -> None:
        """Find the cameras and start their processes.

        ``on_bundle`` gets the answers of camera processes; ``on_cameras`` is called when a
        camera was added or became known better.
        """
        self._handlers = LinkHandlers(on_bundle, self._report, self._gone, self._live)
        self._on_cameras = on_cameras
        self._resolver.start()
        self._watch()

    def links(self) -> list[ProcessLink]:
        """Return the running camera processes."""
        return [place.link for place in self._places if place.link is not None]

    def call(self, call: Call, back: CallBack) -> None:
        """Pass a call on to the camera's process; ``back`` gets exactly one reply."""
        place = next((p for p in self._places if call.camera in p.group.indices), None)
        if self._stopping:
            back.replied(refusal(call.id, "gone", _STOPS))
        elif place is not None and place.link is not None:
            place.link.call(call, back)
        elif place is not None:
            back.replied(refusal(call.id, "gone", self._away(place), _ASK_AGAIN))
        elif call.camera < len(self._ledgers):
            ledger = self._ledgers[call.camera]
            reason = ledger.condition.reason or "it has not been found yet"
            problem = f"camera {ledger.info.name} is not there: {reason}"
            back.replied(refusal(call.id, "gone", problem, _ASK_AGAIN))
        else:
            back.replied(refusal(call.id, "unknown", f"there is no camera {call.camera}"))

    def kept(self, camera: int, settings: tuple[FeatureSetting, ...]) -> None:
        """Note that these are in the camera's configuration now: its next process gets them so."""
        self._ledgers[camera].keep(settings)

    def reload(self, stream: StreamSettings, cameras: Sequence[CameraSettings]) -> CameraChanges:
        """Take what a configuration says of pictures and cameras; return what came of it."""
        self._config = msgspec.structs.replace(self._config, stream=stream)
        return self._reload.take(self._places, stream, cameras)

    def log_from(self, level: str) -> None:
        """Let all camera processes, also later ones, log lines of ``level`` and above."""
        self._log_level = level
        for place in self._places:
            place.group = msgspec.structs.replace(place.group, log_level=level)
        for link in self.links():
            link.log_from(level)

    def refuse_calls(self) -> None:
        """Answer all open calls, and from now on each one: the grabber stops."""
        self._stopping = True
        for link in self.links():
            link.calls.refuse_all("gone", _STOPS)

    async def stop(self, timeout_s: float) -> None:
        """Close all cameras and end all processes; kill those that take longer."""
        self.refuse_calls()
        self._resolver.stop()
        self._reload.stop()
        for timer in (self._watch_timer, self._pending_call):
            if timer is not None:
                timer.cancel()
        links = self.links()
        for place in self._places:
            if place.timer is not None:
                place.timer.cancel()
            links += place.stuck
        for link in links:
            link.stop()
        deadline_s = self._loop.time() + timeout_s
        for link in links:
            if not await link.join(max(0.0, deadline_s - self._loop.time())):
                with about_camera(link.group.name, link.group.serials):
                    _log.warning("camera %s: it did not close in time: ended", link.group.name)
                link.kill("stopped")
                await link.join(1.0)
        for place in self._places:
            place.last_step.close()

    def _index(self, camera: CameraSettings) -> int:
        known = len(self._ledgers)
        index = self._ledgers.index_of(camera)
        if index == known:
            self._on_cameras()
        return index

    def _found(self, camera: CameraSettings, producer: ProducerSettings) -> None:
        camera = self._reload.settings.get(camera.label, camera)
        member = GroupCamera(self._index(camera), camera, self._named.get(camera.profile))
        shared = (
            self._chosen[producer.cti].process == "producer" or self._config.process.single_process
        )
        key = producer.cti if shared else f"{producer.cti}\0{camera.serial}"
        self._pending.setdefault(key, (producer, []))[1].append(member)
        if self._pending_call is None:
            # All cameras of one scan are reported in a row: group them first.
            self._pending_call = self._loop.call_soon(self._start_pending)

    def _missing(self, camera: CameraSettings, error: CameraNotFoundError) -> None:
        self._ledgers[self._index(camera)].down(CameraState.LOST, error.problem)

    def _start_pending(self) -> None:
        self._pending_call = None
        pending, self._pending = self._pending, {}
        longest_s = self._config.process.restart_delay_max_s
        first_s = min(self._config.process.restart_delay_s, longest_s)
        siblings = Counter(producer.cti for producer, members in pending.values() for _ in members)
        for key, (producer, members) in pending.items():
            running = next((place for place in self._places if place.key == key), None)
            if running is not None:
                self._extend(running, members)
                continue
            profile = self._chosen[producer.cti]
            all_profiles = profile_candidates(self._profiles, producer.cti)
            place = Place(
                key,
                ProcessGroup(
                    cti=producer.cti,
                    profile=profile,
                    candidates={} if producer.profile else all_profiles,
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
                Backoff(_QUICK_RESTART_S, first_s, factor=2, limit_s=longest_s),
            )
            self._places.append(place)
            self._start_process(place)

    def _extend(self, place: Place, members: list[GroupCamera]) -> None:
        """Add cameras that were found later to a process that all of a producer share."""
        cameras = (*place.group.cameras, *members)
        place.group = msgspec.structs.replace(place.group, cameras=cameras, siblings=len(cameras))
        if place.link is not None:
            names = ", ".join(member.settings.label for member in members)
            place.link.kill(f"restarting its process to add camera {names}")

    def _start_process(self, place: Place) -> None:
        place.timer = None
        if self._stopping:
            return
        assert self._handlers is not None
        spare = self._spares.of(place.group)
        if spare is not None and not spare.settled:
            spare.when_settled(lambda: self._start_process(place))
            return
        ledgers = {m.settings.serial: self._ledgers[m.index] for m in place.group.cameras}
        group = msgspec.structs.replace(
            place.group,
            cameras=tuple(configured(m, self._ledgers[m.index]) for m in place.group.cameras),
            heartbeats_s={s: led.heartbeat_s for s, led in ledgers.items() if led.heartbeat_s},
            locked_until_s={
                s: led.locked_until_s for s, led in ledgers.items() if led.locked_until_s
            },
            left_out=place.deaths.left_out(),
            gone_s=place.gone_s,
            live={s: live for s, led in ledgers.items() if (live := led.differing())},
            last_step=place.last_step.path,
        )
        try:
            place.link = ProcessLink(self._loop, self._running, group, self._handlers, spare)
        except OSError as error:
            self._failed(place, f"{place.group.python} cannot be started ({error.strerror})")

    def _report(self, link: ProcessLink, report: Report) -> None:
        for status in report.cameras:
            if status.index in link.group.indices:
                self._ledgers[status.index].report(status)
        for info in report.infos:
            if info.index in link.group.indices and self._ledgers[info.index].is_known_as(info):
                self._on_cameras()
        # One for each info; a process that has none to say sends none, which changes nothing.
        for info, heartbeat_s in zip(report.infos, report.heartbeats_s, strict=False):
            if info.index in link.group.indices and heartbeat_s:
                self._ledgers[info.index].heartbeat_s = heartbeat_s

    def _live(self, link: ProcessLink, live: Live) -> None:
        if live.camera in link.group.indices:
            self._ledgers[live.camera].live = live.settings

    def _gone(self, link: ProcessLink, reason: str) -> None:
        for place in self._places:
            if place.link is link:
                place.link = None
                if not link.ended:
                    # Nobody hears it any more, and its successor needs the cameras.
                    link.kill(reason)
                    place.stuck = [*(old for old in place.stuck if not old.ended), link]
                if self._loop.time() - link.started_s > _RAN_WELL_S:
                    place.pauses.reset()
                if not link.ended_in_order():
                    self._note_step(place)
                    if lock_s := self._note_lock(place):
                        reason += (
                            "; the camera stays locked by it until its heartbeat time is over, "
                            f"for at most {lock_s:.3g} s"
                        )
                self._failed(place, reason)
                link.calls.refuse_all("gone", self._away(place), NOT_KNOWN)

    def _note_step(self, place: Place) -> None:
        """Leave out a feature that ended the process again and again."""
        if self._stopping:
            return
        culprit = place.deaths.count(place.last_step.take())
        if culprit is not None:
            serial, feature = culprit
            cameras = place.group.cameras
            label = next((c.settings.label for c in cameras if c.settings.serial == serial), serial)
            text = "camera %s: its process ended %d times while setting %s: it starts without it"
            with about_camera(label, serial):
                _log.error(text, label, StepDeaths.TOO_OFTEN, feature)

    def _note_lock(self, place: Place) -> float:
        """Note which cameras a killed process keeps locked; return the longest time in seconds."""
        ledgers = [self._ledgers[index] for index in place.group.indices]
        return max((ledger.lock(self._loop.time()) for ledger in ledgers), default=0.0)

    def _failed(self, place: Place, reason: str) -> None:
        if self._stopping:
            return
        pause = place.pauses.next()
        name = place.group.name
        with about_camera(name, place.group.serials):
            _log.error("camera %s: %s; starting it again in %.3g s", name, reason, pause)
        if not place.gone_s or any(self._ledgers[i].condition.healthy for i in place.group.indices):
            place.gone_s = self._loop.time()
        for index in place.group.indices:
            self._ledgers[index].counters.restarts += 1
            self._ledgers[index].down(CameraState.BACKING_OFF, reason)
        place.reason = reason
        place.start_s = self._loop.time() + pause
        place.timer = self._loop.call_at(place.start_s, lambda: self._start_process(place))

    def _away(self, place: Place) -> str:
        """Return why the place has no process, and when it gets one."""
        if place.timer is None:
            return f"the process of camera {place.group.name} is about to be started"
        left_s = max(0.0, place.start_s - self._loop.time())
        return f"camera {place.group.name}: {place.reason}; it is started again in {left_s:.2g} s"

    def _watch(self) -> None:
        settings = self._config.process
        for place in self._places:
            link = place.link
            if link is None or link.pid is None:
                continue
            opening = not link.opened or any(
                self._ledgers[index].condition.state == CameraState.OPENING
                for index in place.group.indices
            )
            patience = settings.open_timeout_s if opening else settings.silence_timeout_s
            silent = self._running() - link.last_heard_s
            if silent > patience:
                link.kill(f"its process said nothing for {silent:.0f} s and was ended")
        self._watch_timer = self._loop.call_later(_WATCH_S, self._watch)
