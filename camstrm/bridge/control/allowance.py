"""Allowance: how often something may be done."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["Allowance"]


class Allowance:
    """At most ``per_s`` times a second in the long run, at most as many at once."""

    def __init__(self, per_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_s = per_s
        self._clock = clock
        self._left = per_s
        """How often it may be done now."""
        self._since_s = clock()
        """When that was computed, in seconds of the clock."""

    def take(self) -> bool:
        """Return whether it may be done once now, and count that."""
        now = self._clock()
        self._left = min(self._per_s, self._left + (now - self._since_s) * self._per_s)
        self._since_s = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
