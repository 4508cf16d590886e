"""BundleHub: one grabber in, any number of viewers out. Never awaits a viewer."""

from __future__ import annotations

import asyncio
import logging
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import replace

import msgspec

from camstrm.bridge.viewers.counters import HubCounters
from camstrm.bridge.viewers.demand import DemandKeeper
from camstrm.bridge.viewers.outbox import ViewerOutbox
from camstrm.bridge.viewers.pictures import LatestPictures
from camstrm.bridge.viewers.shared_bundle import SharedBundle
from camstrm.bridge.viewers.slow_viewers import SlowViewers
from camstrm.bridge.viewers.viewer_entry import Viewer
from camstrm.wire import (
    MAX_CAMERAS,
    MAX_VIEWER_TEXT_SIZE,
    TO_VIEWER,
    CameraInfo,
    CameraStatus,
    Demand,
    Hello,
    Limits,
    SharedStatus,
    Status,
    Subscribe,
    select_cameras,
)

__all__ = ["BundleHub", "Viewer"]

_log = logging.getLogger(__name__)

MIN_FPS = 0.001
"""A viewer's ``max_fps`` below this counts as this: one bundle in a quarter of an hour."""


class BundleHub:
    """Hands the newest bundle to every viewer's outbox and the viewers' demand to the grabber.

    Belongs to one event loop. ``empty`` is set while there is no viewer.
    """

    def __init__(
        self,
        server: str,
        window: int,
        clock: Callable[[], float] = time.monotonic,
        demand: DemandKeeper | None = None,
    ) -> None:
        self.counters = HubCounters()
        self.pictures = LatestPictures(clock)
        self.viewers: dict[int, Viewer] = {}
        self.cameras: dict[int, CameraInfo] = {}
        self.empty = asyncio.Event()
        self.empty.set()
        self._server = server
        self._window = window
        self._clock = clock
        self._demand = demand or DemandKeeper()
        self._newest: SharedBundle | None = None
        self._hello = Hello("", server, limits=Limits(window, MAX_VIEWER_TEXT_SIZE))
        self._hello_text = TO_VIEWER.encode(self._hello).decode()
        self._input = "none"
        self._input_since_us = _now_us()
        self._grabber_status = Status(0)
        self._session_bundles = 0
        self._bundle_fps = 0.0
        self._measured = (clock(), 0)
        self._slow = SlowViewers(clock())

    @property
    def input(self) -> str:
        """``"ok"`` while a grabber is connected and speaks, else ``"none"``."""
        return self._input

    def grabber_came(self, hello: Hello, send_demand: Callable[[Demand], None]) -> None:
        """Take ``hello`` of a grabber that has just connected and tell it the demand."""
        self.counters.grabbers += 1
        self.grabber_said_hello(hello)
        self._demand.attach(send_demand, refresh=self._lacks_picture(None))
        self.set_input("ok")

    def demand_from(self, send_demand: Callable[[Demand], None]) -> None:
        """Tell the demand to a grabber whose cameras the viewers do not know yet."""
        self._demand.attach(send_demand, refresh=True)

    def grabber_said_hello(self, hello: Hello) -> None:
        """Take a hello: the first, or one that says that the cameras changed."""
        if hello.session != self._hello.session:
            _log.info("grabber session %s, %d cameras", hello.session, len(hello.cameras))
            self._start_session()
            self.pictures.keep_only(())
            self._grabber_status = Status(0)
        cameras = {info.index: info for info in hello.cameras}
        self.pictures.keep_only({i for i, c in cameras.items() if self.cameras.get(i) == c})
        self.cameras = cameras
        limits = Limits(self._window, MAX_VIEWER_TEXT_SIZE, hello.limits.stream_fps)
        self._hello = Hello(hello.session, self._server, cameras=hello.cameras, limits=limits)
        self._hello_text = TO_VIEWER.encode(self._hello).decode()
        for viewer in self.viewers.values():
            viewer.outbox.put_hello(self._hello_text)
            viewer.nudge()

    def grabber_sent_status(self, status: Status) -> None:
        """Keep the grabber's counters for the next status to the viewers."""
        self._grabber_status = status

    def grabber_sent_bundle(self, bundle: SharedBundle, size: int) -> None:
        """Give the bundle to every viewer."""
        self.counters.bundles += 1
        self.counters.bundle_bytes += size
        if self._newest is not None and bundle.bundle.seq <= self._newest.bundle.seq:
            self._start_session()
        self._session_bundles += 1
        self._newest = bundle
        self.pictures.add(bundle.bundle)
        for viewer in self.viewers.values():
            viewer.outbox.put_bundle(bundle)
            viewer.nudge()

    def grabber_went(self) -> None:
        """Tell the viewers at once that there is no frame input; they stay connected."""
        self._demand.detach()
        self.set_input("none")

    def set_input(self, state: str) -> None:
        """Change the state of the input and tell every viewer."""
        if state == self._input:
            return
        self._input = state
        self._input_since_us = _now_us()
        self._send_status()

    def join(
        self,
        address: str,
        kind: str,
        cameras: frozenset[int] | None = None,
        max_fps: float | None = None,
    ) -> Viewer:
        """Add a viewer; its outbox begins with hello, status and the fresh pictures."""
        self.counters.viewers += 1
        outbox = ViewerOutbox(self.counters.viewers, self._window, self._clock)
        viewer = Viewer(outbox, address, kind)
        self.viewers[outbox.id] = viewer
        self.empty.clear()
        _log.info("viewer %d (%s, %s) joins", outbox.id, address, kind)
        outbox.put_hello(self._hello_text)
        outbox.put_status(self.status_text(outbox))
        outbox.subscribe(frozenset(), None)  # what it has so far: nothing to catch up with
        self.subscribe(viewer, cameras, max_fps)
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """Remove a viewer and what it wanted."""
        outbox = viewer.outbox
        if self.viewers.pop(outbox.id, None) is None:
            return
        _log.info(
            "viewer %d (%s, %s) leaves: %d bundles sent, %d skipped",
            outbox.id,
            viewer.address,
            viewer.kind,
            outbox.sent,
            outbox.missed,
        )
        if not self.viewers:
            self.empty.set()
        self._demand.withdraw(outbox.id)
        self.counters.sent += outbox.sent
        self.counters.sent_bytes += outbox.sent_bytes
        self.counters.skipped.update(outbox.skipped)

    def subscribe(
        self, viewer: Viewer, cameras: frozenset[int] | None, max_fps: float | None
    ) -> None:
        """Change what a viewer gets; fresh pictures of cameras it did not get go at once."""
        outbox = viewer.outbox
        before = outbox.cameras
        outbox.subscribe(cameras, max_fps)
        added = self.cameras.keys() if cameras is None else cameras
        self._catch_up(outbox, frozenset() if before is None else frozenset(added) - before)
        refresh = self._lacks_picture(cameras)
        self._demand.wish(outbox.id, cameras, max_fps, refresh=refresh)
        viewer.nudge()

    def subscribe_message(self, viewer: Viewer, message: Subscribe) -> None:
        """Do what a viewer's ``subscribe`` says; cameras that do not exist are left out."""
        cameras = None
        if message.cameras is not None:
            cameras = frozenset(i for i in message.cameras if 0 <= i < MAX_CAMERAS)
        max_fps = None if message.max_fps is None else max(message.max_fps, MIN_FPS)
        if (cameras, max_fps) != (viewer.outbox.cameras, viewer.outbox.max_fps):
            self.subscribe(viewer, cameras, max_fps)

    def wish_picture(self, who: Hashable, camera: int) -> None:
        """Let the grabber send this camera's picture, also one sent before; see withdraw."""
        self._demand.wish(who, frozenset({camera}), None, refresh=True)

    def withdraw(self, who: Hashable) -> None:
        """End a :meth:`wish_picture`."""
        self._demand.withdraw(who)

    def camera_named(self, name: str) -> CameraInfo | None:
        """Return the camera with this name, or else with this serial number.

        Names are compared in Unicode's composed form: a Mac types "é" and Korean syllables taken
        apart.
        """
        wanted = unicodedata.normalize("NFC", name)
        for info in self.cameras.values():
            if unicodedata.normalize("NFC", info.name) == wanted:
                return info
        return next((c for c in self.cameras.values() if c.serial == name), None)

    def tick(self) -> None:
        """Measure rates and send every viewer its status; to be called once a second."""
        now = self._clock()
        then, bundles = self._measured
        if now > then:
            self._bundle_fps = round((self.counters.bundles - bundles) / (now - then), 2)
            self._measured = (now, self.counters.bundles)
        for viewer in self.viewers.values():
            viewer.outbox.measure()
        self._send_status()
        self._slow.look(self.viewers.values(), now)

    def status(self) -> Status:
        """Return the state of everything, without a receiver's own part."""
        grabber = self._grabber_status
        return msgspec.structs.replace(
            grabber,
            time_us=_now_us(),
            input=self._input,
            input_since_us=self._input_since_us,
            bundle_fps=self._bundle_fps,
            bundles=max(grabber.bundles, self._session_bundles),
            cameras=grabber.cameras or self._cameras_by_bundle(),
            viewers=len(self.viewers),
            viewer=None,
        )

    def status_text(self, outbox: ViewerOutbox) -> str:
        """Return the status message for one viewer."""
        return SharedStatus(self.status()).to(outbox.status()).decode()

    def totals(self) -> HubCounters:
        """Return the counters with those of the viewers that are still here."""
        totals = replace(self.counters, skipped=Counter(self.counters.skipped))
        for viewer in self.viewers.values():
            totals.sent += viewer.outbox.sent
            totals.sent_bytes += viewer.outbox.sent_bytes
            totals.skipped.update(viewer.outbox.skipped)
        return totals

    def close(self) -> None:
        """Ask every viewer's sender to end its connection."""
        for viewer in self.viewers.values():
            viewer.outbox.close()
            viewer.nudge()

    def _catch_up(self, outbox: ViewerOutbox, cameras: frozenset[int]) -> None:
        """Let a viewer have the fresh pictures of cameras that it did not get until now."""
        if self._newest is None or self._input != "ok" or not cameras:
            return
        completed = self.pictures.completed(self._newest.bundle)
        outbox.put_bundle(SharedBundle(select_cameras(completed, cameras)))

    def _start_session(self) -> None:
        self._newest = None
        self._session_bundles = 0
        for viewer in self.viewers.values():
            viewer.outbox.start_session()

    def _lacks_picture(self, cameras: frozenset[int] | None) -> bool:
        wanted = self.cameras if cameras is None else cameras & self.cameras.keys()
        return not all(self.pictures.fresh(index) for index in wanted)

    def _cameras_by_bundle(self) -> tuple[CameraStatus, ...]:
        """Return what the newest bundle says, as long as the grabber has sent no status."""
        if self._newest is None:
            return ()
        frames = self._newest.bundle.frames
        return tuple(CameraStatus(f.camera_index, f.state, f.state_since_us) for f in frames)

    def _send_status(self) -> None:
        status = SharedStatus(self.status())
        for viewer in self.viewers.values():
            viewer.outbox.put_status(status.to(viewer.outbox.status()).decode())
            viewer.nudge()


def _now_us() -> int:
    return time.time_ns() // 1000
