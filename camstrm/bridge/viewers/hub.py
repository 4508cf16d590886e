"""BundleHub: one grabber in, any number of viewers out. Never awaits a viewer."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import replace

import msgspec

from camstrm.bridge.events.change_hold import ChangeHold
from camstrm.bridge.events.event_log import EventLog
from camstrm.bridge.events.transitions import Transitions
from camstrm.bridge.viewers.counters import HubCounters
from camstrm.bridge.viewers.demand import DemandKeeper
from camstrm.bridge.viewers.outbox import TextKind, ViewerOutbox
from camstrm.bridge.viewers.pictures import LatestPictures
from camstrm.bridge.viewers.sender import ViewerSender
from camstrm.bridge.viewers.shared_bundle import SharedBundle
from camstrm.bridge.viewers.sight import Sight, hello_within, named, seen, shared_within, within
from camstrm.bridge.viewers.slow_viewers import SlowViewers
from camstrm.bridge.viewers.viewer_calls import CallGate, ViewerCalls
from camstrm.bridge.viewers.views import ViewPlanner
from camstrm.rates import RateMeter
from camstrm.wire import (
    MAX_CALLS,
    MAX_CAMERAS,
    MAX_VIEWER_TEXT_SIZE,
    TO_VIEWER,
    Call,
    CameraInfo,
    CameraStatus,
    Demand,
    Hello,
    Leases,
    Limits,
    SharedStatus,
    Status,
    Subscribe,
    View,
    select_entries,
)

__all__ = ["BundleHub"]

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
        gate: CallGate | None = None,
        events: EventLog | None = None,
    ) -> None:
        self.events = events or EventLog(clock)
        self.changes = ChangeHold(self.events, clock)
        """What viewers change, on its way to the events."""
        self.counters = HubCounters()
        self.calls = ViewerCalls(gate)
        self.pictures = LatestPictures(clock)
        self.viewers: dict[int, ViewerSender] = {}
        """The viewers that get bundles now, by the number of their outbox."""
        self.cameras: dict[int, CameraInfo] = {}
        """The cameras of the newest hello, by index."""
        self.empty = asyncio.Event()
        self.empty.set()
        self._server = server
        self._window = window
        self._clock = clock
        self._demand = demand or DemandKeeper()
        self._views = ViewPlanner(self._demand, self.pictures)
        self._newest: SharedBundle | None = None
        """The last bundle of the present run of the grabber."""
        self._hello = Hello("", server, limits=self._limits(Limits()))
        """What viewers are sent first: the grabber's hello with the bridge's own part."""
        self._hello_text = TO_VIEWER.encode(self._hello)
        self._leases: Leases | None = None
        """Who may change which camera; None as long as nobody ever could."""
        self._transitions = Transitions(self.events, self.changes)
        self._input = "none"
        self._input_since_us = _now_us()
        """Since when the input is as it is, in us of UTC."""
        self._grabber_status = Status(0)
        """The newest of the present or last grabber."""
        self._bundle_fps = 0.0
        """Bundles a second between the last two ticks."""
        self._meter = RateMeter(0, 0, clock)
        self._meter.rate(0)
        self._slow = SlowViewers(clock())

    @property
    def input(self) -> str:
        """``"ok"`` while a grabber is connected and speaks, else ``"none"``."""
        return self._input

    def grabber_came(self, hello: Hello, send: Callable[[Demand | Call], bool]) -> None:
        """Take ``hello`` of a grabber that has just connected and send it demand and calls.

        ``send`` returns False for a call that the grabber has no room for.
        """
        self.counters.grabbers += 1
        self.grabber_said_hello(hello)
        self.calls.grabber_came(send)
        self._demand.attach(send, refresh=self._views.lack_picture())
        self.set_input("ok")

    def demand_from(self, send_demand: Callable[[Demand], object]) -> None:
        """Send the demand to a grabber whose cameras the viewers do not know yet."""
        self._demand.attach(send_demand, refresh=True)

    def grabber_said_hello(self, hello: Hello) -> None:
        """Take a hello: the first, or one that says that the cameras changed."""
        if hello.session != self._hello.session:
            _log.info("grabber session %s, %d cameras", hello.session, len(hello.cameras))
            self._start_session()
            self.pictures.keep_only(())
            self._grabber_status = Status(0)
        cameras = {info.index: info for info in hello.cameras}
        if any(i in cameras and cameras[i].name != c.name for i, c in self.cameras.items()):
            self._start_session()  # what waits is of cameras that had these indices before
        self.pictures.keep_only({i for i, c in cameras.items() if self.cameras.get(i) == c})
        self.cameras = cameras
        limits = self._limits(hello.limits)
        self._hello = Hello(hello.session, self._server, cameras=hello.cameras, limits=limits)
        self._hello_text = TO_VIEWER.encode(self._hello)
        self._transitions.hello(hello)
        others = [viewer for viewer in self.viewers.values() if self._allow(viewer)]
        for viewer in self.viewers.values():
            self._put_hello(viewer)
        self._views.offers(hello)
        for viewer in others:
            viewer.start_session()
            self.subscribe(viewer, *viewer.wish, self._views.wants(viewer.outbox))

    def grabber_sent_status(self, status: Status) -> None:
        """Keep the grabber's counters for the next status to the viewers."""
        self._grabber_status = status
        self._transitions.status(status.cameras)
        self._views.saw_status(status.cameras)

    def grabber_sent_bundle(self, bundle: SharedBundle, size: int) -> None:
        """Give the bundle to every viewer."""
        self.counters.bundles += 1
        self.counters.bundle_bytes += size
        if self._newest is not None and bundle.bundle.seq <= self._newest.bundle.seq:
            self._start_session()
        self._newest = bundle
        self.pictures.add(bundle.bundle)
        for viewer in self.viewers.values():
            viewer.put_bundle(bundle)

    def grabber_went(self) -> None:
        """Report to the viewers at once that there is no frame input; they stay connected."""
        self._demand.detach()
        self.calls.grabber_went()
        self.set_input("none")

    def set_input(self, state: str) -> None:
        """Change the state of the input and report it to every viewer."""
        if state == self._input:
            return
        self._input = state
        self._input_since_us = _now_us()
        self._transitions.input(state)
        self._send_status()

    def make_outbox(self) -> ViewerOutbox:
        """Return the outbox of the next viewer."""
        counters = self.counters
        counters.viewers += 1
        trips = counters.round_trips
        return ViewerOutbox(counters.viewers, self._window, self._clock, self._step, trips)

    def join(
        self,
        viewer: ViewerSender,
        cameras: frozenset[int] | None = None,
        max_fps: float | None = None,
    ) -> None:
        """Add a viewer; it begins with hello, status and the fresh pictures."""
        self.viewers[viewer.outbox.id] = viewer
        self.empty.clear()
        _log.info("viewer %d (%s, %s) joins", viewer.outbox.id, viewer.address, viewer.kind)
        self._allow(viewer)
        self._put_hello(viewer)
        viewer.put_text(TextKind.STATUS, self.status_text(viewer.outbox))
        if self._leases is not None:
            self._put_leases(viewer, self._leases)
        viewer.outbox.subscribe(frozenset(), None)  # it has nothing so far: all is to catch up
        self.subscribe(viewer, cameras, max_fps)

    def leave(self, viewer: ViewerSender) -> None:
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
        self._views.leave(viewer)
        self.calls.viewer_left(viewer)
        self.counters.sent += outbox.sent
        self.counters.sent_bytes += outbox.sent_bytes
        self.counters.skipped.update(outbox.skipped)
        self.counters.viewers_stuck += viewer.stuck

    def subscribe(
        self,
        viewer: ViewerSender,
        cameras: frozenset[int] | None,
        max_fps: float | None,
        views: tuple[View, ...] = (),
    ) -> None:
        """Change what a viewer gets; fresh pictures that it did not get so far go at once."""
        viewer.wish = cameras, max_fps
        cameras = within(cameras, viewer.outbox.allowed)
        before = viewer.outbox.cameras
        viewer.outbox.subscribe(cameras, max_fps)
        new_views = self._views.subscribe(viewer, views)
        viewer.go_on()
        added = self.cameras.keys() if cameras is None else cameras
        new_cameras = frozenset() if before is None else frozenset(added) - before
        self._catch_up(viewer, new_cameras, new_views)

    def subscribe_message(self, viewer: ViewerSender, message: Subscribe) -> bool:
        """Do what a viewer's ``subscribe`` says; cameras that do not exist are left out.

        Return whether there was anything to do.
        """
        outbox = viewer.outbox
        if outbox.id not in self.viewers:
            return False  # it has left
        outbox.may_reduce(message.reduce)
        cameras = None
        if message.cameras is not None:
            cameras = frozenset(i for i in message.cameras if 0 <= i < MAX_CAMERAS)
        max_fps = None if message.max_fps is None else max(message.max_fps, MIN_FPS)
        same_views = message.views == self._views.wants(outbox)
        if (cameras, max_fps) != viewer.wish or not same_views:
            self.subscribe(viewer, cameras, max_fps, message.views)
        elif message.views:
            self._views.answer_again(viewer)
        else:
            return False
        return True

    def publish_leases(self, leases: Leases) -> None:
        """Report to every viewer, and to each that joins, who may change which camera."""
        self._leases = leases
        self._transitions.leases(leases)
        for viewer in self.viewers.values():
            self._put_leases(viewer, leases)

    def wish_pictures(self, who: Hashable, cameras: frozenset[int]) -> None:
        """Let the grabber send these cameras' pictures, also those sent before; see withdraw."""
        self._demand.wish(who, cameras, None, refresh=True)

    def withdraw(self, who: Hashable) -> None:
        """End a :meth:`wish_pictures`."""
        self._demand.withdraw(who)

    def camera_named(self, name: str, sight: Sight = None) -> CameraInfo | None:
        """Return the camera with this name, or else with this serial number, of those in sight."""
        return named(name, self.cameras.values(), sight)

    def tick(self) -> None:
        """Measure rates and send every viewer its status; to be called once a second."""
        self._bundle_fps = round(self._meter.rate(self.counters.bundles), 2)
        for viewer in self.viewers.values():
            viewer.outbox.measure()
        self.changes.look()
        self._send_status()
        self._slow.look(self.viewers.values(), self._clock())

    def status(self) -> Status:
        """Return the state of everything, without a receiver's own part."""
        grabber = self._grabber_status
        return msgspec.structs.replace(
            grabber,
            time_us=_now_us(),
            input=self._input,
            input_since_us=self._input_since_us,
            bundle_fps=self._bundle_fps,
            # Both are counted by the grabber: as it said last, and what has come since.
            bundles=max(grabber.bundles, 0 if self._newest is None else self._newest.bundle.seq),
            cameras=grabber.cameras or self._cameras_by_bundle(),
            viewers=len(self.viewers),
            viewer=None,
        )

    def status_text(self, outbox: ViewerOutbox) -> bytes:
        """Return the status message for one viewer."""
        return shared_within(self.status(), outbox.allowed).to(outbox.status())

    def totals(self) -> HubCounters:
        """Return the counters with those of the viewers that are still here."""
        totals = replace(self.counters, skipped=Counter(self.counters.skipped))
        for viewer in self.viewers.values():
            totals.sent += viewer.outbox.sent
            totals.sent_bytes += viewer.outbox.sent_bytes
            totals.skipped.update(viewer.outbox.skipped)
        return totals

    def close(self) -> None:
        """End every viewer's connection."""
        for viewer in self.viewers.values():
            viewer.close()

    def _limits(self, grabber: Limits) -> Limits:
        """Return what viewers are granted, by the bridge itself and by the grabber."""
        return Limits(
            self._window, MAX_VIEWER_TEXT_SIZE, grabber.stream_fps, MAX_CALLS, grabber.max_views
        )

    def _step(self, outbox: ViewerOutbox) -> None:
        viewer = self.viewers.get(outbox.id)
        if viewer is not None:
            self._views.step(viewer)

    def _catch_up(
        self, viewer: ViewerSender, cameras: frozenset[int], views: frozenset[int]
    ) -> None:
        """Let a viewer have the fresh pictures of what it did not get until now."""
        if self._newest is None or self._input != "ok" or not (cameras or views):
            return
        completed = self.pictures.completed(self._newest.bundle)
        viewer.put_bundle(SharedBundle(select_entries(completed, cameras, views)))

    def _start_session(self) -> None:
        self._newest = None
        for viewer in self.viewers.values():
            viewer.start_session()

    def _cameras_by_bundle(self) -> tuple[CameraStatus, ...]:
        """Return what the newest bundle says, as long as the grabber has sent no status."""
        if self._newest is None:
            return ()
        frames = {f.camera_index: f for f in self._newest.bundle.frames if not f.view}
        return tuple(
            CameraStatus(i, frames[i].state, frames[i].state_since_us)
            for i in sorted(frames.keys() & self.cameras.keys())
        )

    def _send_status(self) -> None:
        status = self.status()
        shared: dict[frozenset[int] | None, SharedStatus] = {}
        for viewer in self.viewers.values():
            allowed = viewer.outbox.allowed
            if allowed not in shared:
                shared[allowed] = shared_within(status, allowed)
            viewer.put_text(TextKind.STATUS, shared[allowed].to(viewer.outbox.status()))

    def _allow(self, viewer: ViewerSender) -> bool:
        """Let a viewer see what its token is for; return whether that is something else now."""
        before = viewer.outbox.allowed
        viewer.outbox.allow(seen(viewer.sight, self.cameras))
        return viewer.outbox.allowed != before

    def _put_hello(self, viewer: ViewerSender) -> None:
        text = self._hello_text
        if (allowed := viewer.outbox.allowed) is not None:
            text = TO_VIEWER.encode(hello_within(self._hello, allowed))
        viewer.put_text(TextKind.HELLO, text)

    @staticmethod
    def _put_leases(viewer: ViewerSender, leases: Leases) -> None:
        # A share can hold none, and does not learn who works with the cameras.
        if viewer.sight is None:
            viewer.put_text(TextKind.LEASES, TO_VIEWER.encode(leases))


def _now_us() -> int:
    return time.time_ns() // 1000
