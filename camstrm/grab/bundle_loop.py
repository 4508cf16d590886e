"""BundleLoop: ticks at the stream rate, asks the camera processes, bundles their answers.

Pull, not push: every camera process encodes what is newest at the tick, so the cameras
of a bundle are of one moment, nothing is encoded that is not sent, and a slow or dead
camera delays nobody: the bundle goes at its deadline without that picture. A picture that
comes too late for its bundle goes with the next one.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable

from camstrm.config import StreamSettings
from camstrm.grab.budget import BandwidthBudget, Reduction
from camstrm.grab.processes.ledger import Ledgers
from camstrm.grab.processes.process_link import ProcessLink
from camstrm.grab.processes.supervisor import Supervisor
from camstrm.grab.tick_phase import tick_shift_s
from camstrm.repeat_log import RepeatLog
from camstrm.wire import (
    MAX_CAMERAS,
    CameraFrame,
    CameraState,
    Demand,
    FrameBundle,
    FrameRequest,
    View,
    admitted,
    fitted,
)

__all__ = ["BundleLoop"]

_log = logging.getLogger(__name__)

_LOG_INTERVAL_S = 10.0
"""Between two log lines about smaller pictures."""

_FOLLOWED = 0.45
"""Cameras slower than this part of the ticks' rate (triggered ones) set no phase."""

_SAME_RATE = 1.02
"""Measured rates of equal cameras differ by less than this factor."""

_DEADLINE = 0.9
"""Part of the period after which a bundle goes without the pictures that are not there."""

_STUCK_S = 5.0
"""Delay of a tick after which the loop counts as stuck. Only a process that was stopped, and goes
on, makes up for so much; a busy machine delays ticks by tenths of a second."""


class BundleLoop:
    """Makes a FrameBundle at each tick while somebody watches."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        supervisor: Supervisor,
        ledgers: Ledgers,
        stream: StreamSettings,
        publish: Callable[[FrameBundle], None],
        *,
        utc_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.bundles = 0
        """Bundles made since the start."""
        self._loop = loop
        self._supervisor = supervisor
        self._ledgers = ledgers
        self._utc_ns = utc_ns
        self._stream = stream  # in force; a reload changes it
        self._budget = BandwidthBudget(stream.max_mbit, stream.quality)
        self._reduction_log = RepeatLog(_log, _LOG_INTERVAL_S, more="", clock=loop.time)
        self._publish = publish

        # What is wanted.
        self._demand = Demand()  # the newest; empty: nobody watches, and nothing ticks
        self._views: tuple[View, ...] = ()  # those of its views that are made, of any camera
        # Cameras whose next pictures must come even if their frame is not new.
        self._refresh: set[int] = set()

        # When: all in seconds of the loop's time.
        self._shift_s = 0.0  # by how much the next tick but one comes later (or earlier)
        self._followed = -1  # index of the camera that sets the phase; -1: none does
        self._tick_s = 0.0  # when the next tick is due
        self._last_tick_s = -math.inf  # when the last one really came
        self._tick_timer: asyncio.TimerHandle | None = None  # None: nothing ticks
        # Sends the bundle of the last tick without the pictures that are missing. None: it
        # has gone.
        self._deadline_timer: asyncio.TimerHandle | None = None

        # The bundle of the last tick.
        self._seq = 0  # its number; grows by one with each tick
        self._timestamp_us = 0  # of the tick, host UTC
        # Processes that were asked for it and have not answered, and for pictures of which cameras.
        self._waiting: dict[ProcessLink, tuple[int, ...]] = {}
        # Cameras that could not be asked, because their process had not answered before.
        self._late: set[int] = set()
        # Entries for it, by their key; one that comes after it has gone waits for the next one.
        self._fresh: dict[int, CameraFrame] = {}

    def demand(self, demand: Demand) -> None:
        """Take note of what the bridge wants; starts or stops the ticks."""
        self._demand = demand
        # What is made already stays: a view that comes later does not take its place.
        kept = [view for view in self._views if view in demand.views]
        self._views = admitted((*kept, *demand.views), self._stream.max_views)
        watched = self._watched()
        self._refresh &= watched
        if demand.refresh:
            self._refresh |= watched
        if demand.empty:
            self.stop()
            self._fresh.clear()
            return
        for key in self._fresh.keys() - self._wanted() - {view.key for view in self._views}:
            del self._fresh[key]
        soon = max(self._loop.time(), self._last_tick_s + self._period())
        if self._tick_timer is None or self._tick_s > soon:
            # Also while a slower tick is pending: the first viewer may have asked for one
            # picture in ten seconds.
            if self._tick_timer is not None:
                self._tick_timer.cancel()
            self._tick_s = soon
            self._tick_timer = self._loop.call_at(soon, self._tick)

    def reload(self, stream: StreamSettings) -> None:
        """Let other settings hold from the next tick on."""
        if (stream.max_mbit, stream.quality) != (self._stream.max_mbit, self._stream.quality):
            self._budget = BandwidthBudget(stream.max_mbit, stream.quality)
        self._stream = stream
        self.demand(self._demand)

    @property
    def on_time(self) -> bool:
        """Whether the ticks come as they are due; nothing is due while nobody watches."""
        if self._demand.empty:
            return True
        return self._tick_timer is not None and self._loop.time() < self._tick_s + _STUCK_S

    def answer(self, link: ProcessLink, bundle: FrameBundle) -> None:
        """Take a camera process's answer."""
        if bundle.seq == self._seq:
            self._follow(bundle)
        views = {view.key for view in self._views}
        for frame in bundle.frames:
            if frame.camera_index not in link.group.indices:
                continue
            # A view without payload and with the size of the frame is one that is outside of it.
            news = frame.key in views and frame.source_width if frame.view else False
            if news or (len(frame.payload) and not frame.view):
                self._fresh[frame.key] = frame
        self._waiting.pop(link, None)
        if self._deadline_timer is not None and not self._waiting:
            self._finish()

    def stop(self) -> None:
        """Make no more bundles until there is a demand again."""
        for timer in (self._tick_timer, self._deadline_timer):
            if timer is not None:
                timer.cancel()
        self._tick_timer = self._deadline_timer = None
        self._waiting.clear()
        self._budget.pause()

    def _wanted(self) -> set[int]:
        """Return the cameras whose whole picture is wanted."""
        every = set(range(len(self._ledgers.sent())))
        return every if self._demand.cameras is None else every.intersection(self._demand.cameras)

    def _watched(self) -> set[int]:
        """Return the cameras of which anything is wanted."""
        return self._wanted().union(view.camera for view in self._known_views())

    def _known_views(self) -> list[View]:
        """Return the views of cameras that are known; a camera may be found later than wished."""
        return [view for view in self._views if view.camera < len(self._ledgers.sent())]

    def _period(self) -> float:
        fps = self._stream.fps
        if self._demand.max_fps is not None:
            fps = max(0.1, min(fps, self._demand.max_fps))
        return 1.0 / fps

    def _tick(self) -> None:
        if self._deadline_timer is not None:
            self._finish()
        period = self._period()
        now = self._last_tick_s = self._loop.time()
        # More than a period late: the missed ticks are left out, not made up for.
        due_s = now if now - self._tick_s > period else self._tick_s
        self._tick_s = due_s + period + self._shift_s
        self._shift_s = 0.0
        self._tick_timer = self._loop.call_at(self._tick_s, self._tick)
        self._seq += 1
        self._timestamp_us = self._utc_ns() // 1000
        self._ask()
        if self._waiting:
            self._deadline_timer = self._loop.call_at(now + _DEADLINE * period, self._finish)
        else:
            self._finish()

    def _ask(self) -> None:
        wanted, watched, known = self._wanted(), self._watched(), self._known_views()
        reduction = self._budget.reduction
        self._late.clear()
        self._waiting.clear()
        for link in self._supervisor.links():
            indices = link.group.indices
            cameras = tuple(i for i in indices if i in wanted)
            views = tuple(view for view in known if view.camera in indices)
            asked = tuple(i for i in indices if i in watched)
            if not asked:
                continue
            refresh = tuple(i for i in asked if i in self._refresh)
            request = FrameRequest(
                self._seq,
                cameras,
                refresh,
                reduction.quality,
                reduction.halvings,
                views,
                round(_DEADLINE * self._period() * 1e6),
            )
            if link.request(request):
                self._waiting[link] = asked
                self._refresh.difference_update(refresh)
            elif link.busy:
                self._late.update(asked)

    def _finish(self) -> None:
        if self._deadline_timer is not None:
            self._deadline_timer.cancel()
            self._deadline_timer = None
        self._late.update(*self._waiting.values())
        came = {frame.camera_index for frame in self._fresh.values()}
        frames = []
        for index, ledger in enumerate(self._ledgers.sent()):
            entry = self._fresh.pop(index, None)
            frames.append(self._without_picture(index) if entry is None else entry)
            missed = index in self._late and index not in came
            if missed and ledger.condition.state == CameraState.STREAMING:
                ledger.counters.missed += 1
        for view in self._known_views()[: MAX_CAMERAS - len(frames)]:
            entry = self._fresh.pop(view.key, None)
            frames.append(self._without_picture(view.camera, view.id) if entry is None else entry)
        self._waiting.clear()
        self.bundles += 1
        bundle = fitted(FrameBundle(self._seq, self._timestamp_us, tuple(frames)))
        if self._budget.sent(bundle.size, self._loop.time()):
            reduction = self._budget.reduction
            divisor = 2**reduction.halvings
            size = f", 1/{divisor} of the size" if divisor > 1 else ""
            what = f"quality up to {reduction.quality}{size}"
            text = "pictures within max_mbit: %s"
            unreduced = reduction == Reduction()
            self._reduction_log.log(logging.INFO, text, "not reduced" if unreduced else what)
        self._publish(bundle)

    def _without_picture(self, index: int, view: int = 0) -> CameraFrame:
        condition = self._ledgers[index].condition
        return CameraFrame(index, condition.state, state_since_us=condition.since_us, view=view)

    def _follow(self, answer: FrameBundle) -> None:
        """Let the next tick come when the slowest camera's frame has just arrived."""
        least_fps = _FOLLOWED / self._period()
        watched = sorted(self._watched())
        rates = {i: fps for i in watched if (fps := self._ledgers[i].grab_fps) > least_fps}
        slowest = min(rates, key=rates.__getitem__, default=-1)
        # Of two cameras of one rate, now one, now the other is the slower: stay with one.
        followed_fps = rates.get(self._followed, 0.0)
        if followed_fps and followed_fps <= _SAME_RATE * rates[slowest]:
            slowest = self._followed
        self._followed = slowest
        for frame in answer.frames:
            if frame.camera_index == slowest and len(frame.payload):
                age_s = (self._timestamp_us - frame.capture_time_us) / 1e6
                self._shift_s = tick_shift_s(self._period(), 1 / rates[slowest], age_s)
