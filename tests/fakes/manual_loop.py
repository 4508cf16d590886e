"""Event loops for tests of the grabber: one that stands still, and a real one that is guarded."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import selectors
from collections.abc import Callable, Mapping
from typing import Any

from tests.fakes.clock import FakeClock

LONG_S = 30.0


class Timer:
    """What a ManualLoop returns for a TimerHandle."""

    def __init__(self, call: Callable[[], object]) -> None:
        self.call = call
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class ManualLoop:
    """A loop's timers alone, on a FakeClock's time, which passes only in :meth:`advance`."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self._due: list[tuple[float, int, Timer]] = []
        self._count = itertools.count()

    def time(self) -> float:
        return self.clock.now_s

    def call_at(self, when: float, call: Callable[[], object]) -> Timer:
        timer = Timer(call)
        heapq.heappush(self._due, (when, next(self._count), timer))
        return timer

    def call_later(self, delay: float, call: Callable[[], object]) -> Timer:
        return self.call_at(self.clock.now_s + delay, call)

    @property
    def waiting(self) -> list[float]:
        """Seconds until each timer that is not cancelled."""
        return sorted(
            round(when - self.clock.now_s, 6) for when, _, timer in self._due if not timer.cancelled
        )

    def advance(self, duration_s: float) -> None:
        """Let time pass and call what becomes due, in order."""
        end = self.clock.now_s + duration_s
        while self._due and self._due[0][0] <= end + 1e-9:
            when, _, timer = heapq.heappop(self._due)
            if timer.cancelled:
                continue
            self.clock.now_s = max(self.clock.now_s, when)
            timer.call()
        self.clock.now_s = max(self.clock.now_s, end)


class GuardedLoop(asyncio.SelectorEventLoop):
    """A real loop: runs until a condition holds; an error of a callback fails the test."""

    def __init__(self) -> None:
        self._stopped_s = 0.0
        self._errors: list[BaseException] = []
        self._condition: Callable[[], object] | None = None
        super().__init__(_AskedSelector(self._ask))
        self.set_exception_handler(self._failed)

    def time(self) -> float:
        return super().time() + self._stopped_s

    def stop_for(self, duration_s: float) -> None:
        """The process was stopped for so long, and nothing of it ran meanwhile."""
        self._stopped_s += duration_s

    def run(self, condition: Callable[[], object]) -> None:
        """Run until ``condition()``, which is asked once a turn; fail if that never comes."""
        # A time that no test can make jump.
        end_s = super().time() + LONG_S
        self._tick()
        self._condition = lambda: condition() or asyncio.SelectorEventLoop.time(self) > end_s
        try:
            self.run_forever()
        finally:
            self._condition = None
            self._guard.cancel()
        if self._errors:
            raise self._errors.pop()
        assert super().time() <= end_s, "the condition never came"

    def finish(self) -> None:
        """Let transports that were closed go, and close the loop."""
        for task in asyncio.all_tasks(self):
            task.cancel()
        for _ in range(3):
            self.run_until_complete(asyncio.sleep(0))
        self.close()
        if self._errors:
            raise self._errors.pop()

    def _tick(self) -> None:
        self._guard = self.call_later(LONG_S, self._tick)

    def _ask(self) -> bool:
        if self._errors or (self._condition is not None and self._condition()):
            self.stop()
            return True
        return False

    def _failed(self, _loop: object, context: Mapping[str, Any]) -> None:
        error = context.get("exception")
        self._errors.append(error or AssertionError(context["message"]))


class _AskedSelector(selectors.DefaultSelector):
    """Asks before each wait whether there is still anything to wait for."""

    def __init__(self, over: Callable[[], bool]) -> None:
        super().__init__()
        self._over = over

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(0 if self._over() else timeout)
