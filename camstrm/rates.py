"""Events per second: of what runs by itself (RateMeter), and of what one looks at (SlidingRate).

Two classes, because two things are measured. RateMeter takes a counter and reads what a source
does, exactly and also when it is slow (0.5 fps read 0.5); it needs the counter to grow by
events. SlidingRate sums amounts (bytes, pictures) into buckets for the eye: its memory does not
grow with the rate, the reading does not flicker, and it is the one of the page's rate_meter.js.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

__all__ = ["RateMeter", "SlidingRate"]


class RateMeter:
    """Rate of a counter over the last ``window_s``, and over ``events`` events at least.

    Fed with the counter at any times. Where the time of the newest event is given, the rate
    does not depend on when it is asked: a camera of 0.5 fps reads 0.5. Used by one thread.
    """

    def __init__(
        self,
        window_s: float = 1.0,
        events: int = 3,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Measure; ``clock`` is monotonic, in seconds.

        With ``events`` 0 the times at which the counter is given bound the window, whether
        or not it grew; with ``window_s`` 0, too, the rate is that since the last time.
        """
        self._window_s = window_s
        self._events = events
        self._clock = clock
        self._marks: deque[tuple[float, int]] = deque()
        """(time of an event in monotonic seconds, counter after it), oldest first."""

    @property
    def interval_s(self) -> float:
        """Mean time between two events when they came last, in seconds; 0 while unknown."""
        if len(self._marks) < 2:
            return 0.0
        (begin, first), (end, last) = self._marks[0], self._marks[-1]
        return (end - begin) / (last - first) if last > first else 0.0

    def rate(self, count: int, now_s: float | None = None, event_s: float | None = None) -> float:
        """Note that the counter stands at ``count`` now; return its rate in 1/s.

        ``event_s``: monotonic time at which it grew last, now if not given. Without an event
        for ``window_s``, and for three intervals, the rate is 0.
        """
        now = self._clock() if now_s is None else now_s
        event = now if event_s is None else event_s
        marks = self._marks
        if not marks or count < marks[-1][1]:
            marks.clear()
            # Before the first event nobody knows how long it is overdue.
            if event_s is None or count:
                marks.append((event, count))
        elif (count > marks[-1][1] or not self._events) and event > marks[-1][0]:
            marks.append((event, count))
            while len(marks) > 2 and self._enough(marks[1]):
                marks.popleft()
        interval = self.interval_s
        if not interval or now - marks[-1][0] >= max(self._window_s, 3 * interval):
            return 0.0
        return 1 / interval

    def _enough(self, mark: tuple[float, int]) -> bool:
        end, last = self._marks[-1]
        return end - mark[0] >= self._window_s and last - mark[1] >= self._events


class SlidingRate:
    """Sum of amounts per second over the last two seconds; no clock of its own.

    Amounts fall into buckets of a quarter second, so memory does not grow with the rate.
    The bucket that is still filling does not count: the reading does not flicker.
    """

    BUCKET_S = 0.25
    BUCKETS = 8

    def __init__(self) -> None:
        self._buckets: deque[tuple[int, float]] = deque()
        """(number of the bucket since time 0, sum of its amounts), oldest first."""
        self._first_s: float | None = None
        """Time of the first event since there was none for the whole window."""

    def add(self, now_s: float, amount: float = 1.0) -> None:
        """Count ``amount`` at monotonic time ``now_s``."""
        index = self._forget_old(now_s)
        if self._first_s is None:
            # The first event only starts the measurement: n intervals need n + 1 events.
            self._first_s = now_s
            self._buckets.append((index, 0.0))
        elif self._buckets and self._buckets[-1][0] == index:
            self._buckets[-1] = (index, self._buckets[-1][1] + amount)
        else:
            self._buckets.append((index, amount))

    def rate(self, now_s: float) -> float:
        """Return amount per second, 0.0 while too little is known."""
        index = self._forget_old(now_s)
        if self._first_s is None:
            return 0.0
        end = index * self.BUCKET_S
        span = min(self.BUCKETS * self.BUCKET_S, end - self._first_s)
        if span < self.BUCKET_S:
            return 0.0
        return sum(amount for i, amount in self._buckets if i < index) / span

    def _forget_old(self, now_s: float) -> int:
        index = int(now_s // self.BUCKET_S)
        while self._buckets and self._buckets[0][0] < index - self.BUCKETS:
            self._buckets.popleft()
        if not self._buckets:
            self._first_s = None
        return index
