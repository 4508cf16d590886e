"""Loops of the grabber for tests: one that stands still, and a guard for the real one."""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable
from typing import Any

from camstrm.grab.loop import HasFileno, Loop, Timer
from tests.fakes.clock import FakeClock

LONG_S = 30.0


class ManualLoop(Loop):
    """A Loop whose time is a FakeClock's and passes only in :meth:`advance`."""

    def __init__(self) -> None:
        self.running_s = 0.0
        self.clock = FakeClock()
        self._due: list[tuple[float, int, Timer]] = []
        self._count = itertools.count()

    def call_at(self, when: float, call: Callable[[], None]) -> Timer:
        timer = Timer(when, call)
        heapq.heappush(self._due, (when, next(self._count), timer))
        return timer

    def call_later(self, delay_s: float, call: Callable[[], None]) -> Timer:
        return self.call_at(self.clock.now_s + delay_s, call)

    def watch(self, source: HasFileno, events: int, call: Callable[[int], None]) -> None:
        raise AssertionError("no test with a ManualLoop watches anything")

    def unwatch(self, source: HasFileno) -> None:
        raise AssertionError("no test with a ManualLoop watches anything")

    @property
    def waiting(self) -> list[float]:
        """Seconds until each timer that is not cancelled."""
        return sorted(
            round(when - self.clock.now_s, 6) for when, _, timer in self._due if not timer.cancelled
        )

    def advance(self, duration_s: float) -> None:
        """Let time pass and call what becomes due, in order."""
        end = self.clock.now_s + duration_s
        self.running_s += duration_s
        while self._due and self._due[0][0] <= end + 1e-9:
            when, _, timer = heapq.heappop(self._due)
            if timer.cancelled:
                continue
            self.clock.now_s = max(self.clock.now_s, when)
            timer.call()
        self.clock.now_s = max(self.clock.now_s, end)


class StoppableClock:
    """Stands in for the module ``time`` of a real loop, whose process is stopped by the test."""

    def __init__(self) -> None:
        self._stopped_s = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self._stopped_s

    def stop_for(self, duration_s: float) -> None:
        """The process was stopped for so long, and nothing of it ran meanwhile."""
        self._stopped_s += duration_s


def run_until(loop: Loop, condition: Callable[[], Any]) -> None:
    """Run a real loop until ``condition()``; fail if that never comes."""
    end_s = loop.running_s + LONG_S
    ticks = [loop.call_later(0.1, lambda: tick())]

    def tick() -> None:
        # Looks at the condition, and at a time that no test can make jump.
        ticks[0] = loop.call_later(0.1, tick)

    loop.run(until=lambda: loop.running_s > end_s or bool(condition()))
    ticks[0].cancel()
    assert loop.running_s <= end_s, "the condition never came"
