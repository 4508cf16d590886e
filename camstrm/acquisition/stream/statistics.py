"""StreamStatistics: what happened to the frames of one camera."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass

__all__ = ["FrameIdGaps", "LossMeter", "RateMeter", "StreamStatistics"]

_LOSS_WINDOW_S = 10.0
_LOSS_STEP_S = 1.0
_LOSS_SHARE = 0.01
_LOSS_LEAST = 3
"""Fewer incomplete frames in the window are chance, whatever their share."""


@dataclass
class StreamStatistics:
    """Counters of one camera since its process started; they only grow.

    Written with the drain's lock of collecting held: by the worker thread, and by whoever
    takes a frame while that thread naps (``rejected`` by whoever takes frames alone). Read
    by anybody: each is one number, so a reader sees a whole value. Meanings as in
    :class:`camstrm.wire.CameraStatus`. ``arrived_s``: monotonic time at which the newest
    complete frame arrived, 0 before the first one; written before ``delivered``.
    """

    delivered: int = 0
    incomplete: int = 0
    rejected: int = 0
    underrun: int = 0
    overwritten: int = 0
    gaps: int = 0
    reconnects: int = 0
    arrived_s: float = 0.0


@dataclass
class FrameIdGaps:
    """Counts frames that never came, by the ids of those that came whole.

    GigE Vision block ids of 16 bits run 1..65535 and wrap to 1 (GigE Vision 1.x); an id
    that goes back anywhere else means that the camera began again, which is no gap.
    """

    _last: int | None = None

    def missing_before(self, frame_id: int | None, incomplete: int = 0) -> int:
        """Return how many frames are missing between the last whole one and this one.

        ``incomplete``: buffers that came between them. They are no gap, whatever ids they
        carry: a GigE producer was seen to number them as later frames.
        """
        if frame_id is None:
            return 0
        last, self._last = self._last, frame_id
        if last is None or frame_id == last:
            return 0
        if frame_id > last:
            missing = frame_id - last - 1
        elif 65000 < last <= 65535 and 0 < frame_id < 500:
            missing = (65535 - last) + (frame_id - 1)
        else:
            return 0
        return max(0, missing - incomplete)

    def reset(self) -> None:
        """Forget the last id: the stream starts again."""
        self._last = None


class RateMeter:
    """Events per second over the last second, and over the last three events at least.

    Fed with a counter at any times. Where the time of the newest event is given, the rate
    does not depend on when it is asked: a camera of 0.5 fps reads 0.5. Used by one thread.
    """

    def __init__(self, window_s: float = 1.0, events: int = 3) -> None:
        self._window_s = window_s
        self._events = events
        # (time of an event in monotonic seconds, counter after it), oldest first.
        self._marks: deque[tuple[float, int]] = deque()

    @property
    def interval_s(self) -> float:
        """Mean time between two events when they came last, in seconds; 0 while unknown."""
        if len(self._marks) < 2:
            return 0.0
        (begin, first), (end, last) = self._marks[0], self._marks[-1]
        return (end - begin) / (last - first)

    def rate(self, count: int, now_s: float | None = None, event_s: float | None = None) -> float:
        """Note that the counter stands at ``count`` now; return its rate in 1/s.

        ``event_s``: monotonic time at which it grew last, now if not given. Without an event
        for a second, and for three intervals, the rate is 0.
        """
        now = time.monotonic() if now_s is None else now_s
        event = now if event_s is None else event_s
        marks = self._marks
        if not marks or count < marks[-1][1]:
            marks.clear()
            # Before the first event nobody knows how long it is overdue.
            if event_s is None or count:
                marks.append((event, count))
        elif count > marks[-1][1] and event > marks[-1][0]:
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


class LossMeter:
    """Share of the frames of the last 10 s that came incomplete. Used by one thread."""

    def __init__(self) -> None:
        # (monotonic seconds, complete frames, incomplete frames), oldest first, one a second.
        self._marks: deque[tuple[float, int, int]] = deque()

    def share(self, now_s: float, complete: int, incomplete: int) -> float | None:
        """Note the counters; return the share (0 to 1) where it is above 1 %, 0 where not.

        None: nothing new, it is not a second since the last answer.
        """
        marks = self._marks
        if marks and now_s - marks[-1][0] < _LOSS_STEP_S:
            return None
        marks.append((now_s, complete, incomplete))
        while now_s - marks[0][0] > _LOSS_WINDOW_S and now_s - marks[1][0] >= _LOSS_WINDOW_S:
            marks.popleft()
        begin_s, complete_then, incomplete_then = marks[0]
        lost = incomplete - incomplete_then
        if now_s - begin_s < _LOSS_WINDOW_S or lost < _LOSS_LEAST:
            return 0.0
        share = lost / (lost + complete - complete_then)
        return share if share > _LOSS_SHARE else 0.0
