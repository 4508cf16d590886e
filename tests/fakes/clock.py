"""Clocks that only move when a test says so."""

from __future__ import annotations

from collections.abc import Callable

START_S = 1000.0
START_NS = 1_700_000_000_000_000_000


class Clock:
    """What takes ``clock=`` calls it; a test sets ``now``, in seconds."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


class FakeClock:
    """Stands in for the module ``time``; ``on_sleep`` is called after each sleep."""

    def __init__(self, on_sleep: Callable[[float], None] = lambda _: None) -> None:
        self.now_s = START_S
        self.slept: list[float] = []
        self.on_sleep = on_sleep

    def monotonic(self) -> float:
        return self.now_s

    def time_ns(self) -> int:
        return START_NS + round((self.now_s - START_S) * 1e9)

    def sleep(self, duration_s: float) -> None:
        self.slept.append(duration_s)
        self.advance(duration_s)
        self.on_sleep(duration_s)

    def advance(self, duration_s: float) -> None:
        # Whole microseconds: many small steps add up to what they look like.
        self.now_s = round(self.now_s + duration_s, 6)
