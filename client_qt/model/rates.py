"""Events per second over a sliding window. No Qt, no clock."""

from __future__ import annotations

from collections import deque

__all__ = ["SlidingRate"]


class SlidingRate:
    """Sum of amounts per second over the last two seconds.

    Amounts fall into buckets of a quarter second, so memory does not grow with the rate.
    The bucket that is still filling does not count: the reading does not flicker.
    """

    BUCKET_S = 0.25
    BUCKETS = 8

    def __init__(self) -> None:
        self._buckets: deque[tuple[int, float]] = deque()
        self._first: float | None = None

    def add(self, now: float, amount: float = 1.0) -> None:
        """Count ``amount`` at monotonic time ``now`` (seconds)."""
        index = self._forget_old(now)
        if self._first is None:
            # The first event only starts the measurement: n intervals need n + 1 events.
            self._first = now
            self._buckets.append((index, 0.0))
        elif self._buckets and self._buckets[-1][0] == index:
            self._buckets[-1] = (index, self._buckets[-1][1] + amount)
        else:
            self._buckets.append((index, amount))

    def rate(self, now: float) -> float:
        """Return amount per second, 0.0 while too little is known."""
        index = self._forget_old(now)
        if self._first is None:
            return 0.0
        end = index * self.BUCKET_S
        span = min(self.BUCKETS * self.BUCKET_S, end - self._first)
        if span < self.BUCKET_S:
            return 0.0
        return sum(amount for i, amount in self._buckets if i < index) / span

    def _forget_old(self, now: float) -> int:
        index = int(now // self.BUCKET_S)
        while self._buckets and self._buckets[0][0] < index - self.BUCKETS:
            self._buckets.popleft()
        if not self._buckets:
            self._first = None
        return index
