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
from camstrm.grab.budget import BandwidthBudget
from camstrm.grab.processes.ledger import Ledgers
from camstrm.grab.processes.process_link import ProcessLink
from camstrm.grab.processes.supervisor import Supervisor
from camstrm.grab.tick_phase import tick_shift_s
from camstrm.repeat_log import RepeatLog
from camstrm.wire import CameraFrame, CameraState, Demand, FrameBundle, FrameRequest

__all__ = ["BundleLoop"]

_log = logging.getLogger(__name__)

_LOG_INTERVAL_S = 10.0

_FOLLOWED = 0.45
"""Cameras slower than this part of the ticks' rate (triggered ones) set no phase."""

_SAME_RATE = 1.02
"""Measured rates of equal cameras differ by less than this factor."""

_DEADLINE = 0.9
"""Part of the period after which a bundle goes without the pictures that are not there."""


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
        self._fps = stream.fps  # the most bundles a second
        self._budget = BandwidthBudget(stream.max_mbit, stream.quality)
        self._reduction_log = RepeatLog(_log, _LOG_INTERVAL_S, more="", clock=loop.time)
        self._publish = publish

        # What is wanted.
        self._demand = Demand()  # the newest; empty: nobody watches, and nothing ticks
        # Cameras whose next picture must come even if their frame is not new.
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
        # Processes that were asked for it and have not answered, and for which cameras.
        self._waiting: dict[ProcessLink, tuple[int, ...]] = {}
        # Cameras that could not be asked, because their process had not answered before.
        self._late: set[int] = set()
        # Pictures for it, by camera; one that comes after it has gone waits for the next one.
        self._fresh: dict[int, CameraFrame] = {}

    def demand(self, demand: Demand) -> None:
        """Take note of what the bridge wants; starts or stops the ticks."""
        self._demand = demand
        wanted = self._wanted()
        self._refresh &= wanted
        if demand.refresh:
            self._refresh |= wanted
        if demand.cameras == ():
            self.stop()
            self._fresh.clear()
            return
        for index in self._fresh.keys() - wanted:
            del self._fresh[index]
        soon = max(self._loop.time(), self._last_tick_s + self._period())
        if self._tick_timer is None or self._tick_s > soon:
            # Also while a slower tick is pending: the first viewer may have asked for one
            # picture in ten seconds.
            if self._tick_timer is not None:
                self._tick_timer.cancel()
            self._tick_s = soon
            self._tick_timer = self._loop.call_at(soon, self._tick)

    def answer(self, link: ProcessLink, bundle: FrameBundle) -> None:
        """Take a camera process's answer."""
        if bundle.seq == self._seq:
            self._follow(bundle)
        for frame in bundle.frames:
            if len(frame.payload) and frame.camera_index in link.group.indices:
                self._fresh[frame.camera_index] = frame
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
        every = set(range(len(self._ledgers)))
        return every if self._demand.cameras is None else every.intersection(self._demand.cameras)

    def _period(self) -> float:
        fps = self._fps
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
        wanted = self._wanted()
        reduction = self._budget.reduction
        self._late.clear()
        self._waiting.clear()
        for link in self._supervisor.links():
            cameras = tuple(i for i in link.group.indices if i in wanted)
            if not cameras:
                continue
            refresh = tuple(i for i in cameras if i in self._refresh)
            request = FrameRequest(
                self._seq, cameras, refresh, reduction.quality, reduction.halvings
            )
            if link.request(request):
                self._waiting[link] = cameras
                self._refresh.difference_update(refresh)
            elif link.busy:
                self._late.update(cameras)

    def _finish(self) -> None:
        if self._deadline_timer is not None:
            self._deadline_timer.cancel()
            self._deadline_timer = None
        self._late.update(*self._waiting.values())
        frames = []
        for index, ledger in enumerate(self._ledgers):
            frame = self._fresh.pop(index, None)
            if frame is not None:
                frames.append(frame)
                continue
            condition = ledger.condition
            frames.append(CameraFrame(index, condition.state, state_since_us=condition.since_us))
            if index in self._late and condition.state == CameraState.STREAMING:
                ledger.counters.missed += 1
        self._waiting.clear()
        self.bundles += 1
        bundle = FrameBundle(self._seq, self._timestamp_us, tuple(frames))
        if self._budget.sent(bundle.size, self._loop.time()):
            reduction = self._budget.reduction
            divisor = 2**reduction.halvings
            size = f", 1/{divisor} of the size" if divisor > 1 else ""
            text = "pictures within max_mbit: quality up to %d%s"
            self._reduction_log.log(logging.INFO, text, reduction.quality, size)
        self._publish(bundle)

    def _follow(self, answer: FrameBundle) -> None:
        """Let the next tick come when the slowest camera's frame has just arrived."""
        least_fps = _FOLLOWED / self._period()
        wanted = sorted(self._wanted())
        rates = {i: fps for i in wanted if (fps := self._ledgers[i].grab_fps) > least_fps}
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
