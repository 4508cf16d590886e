"""StreamStatistics: what happened to the frames of one camera."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from camstrm.camera_state import CameraCounters

__all__ = ["FrameIdGaps", "LossMeter", "StreamStatistics"]

_LOSS_WINDOW_S = 10.0
"""Seconds over which losses are counted: a short disturbance is no state of the camera."""

_LOSS_STEP_S = 1.0
"""Seconds between two looks at the counters, as between two reports to the viewers."""

_LOSS_SHARE = 0.01
"""Share of incomplete frames up to which a camera is fine."""

_LOSS_LEAST = 3
"""Fewer incomplete frames in the window are chance, whatever their share."""


class StreamStatistics(CameraCounters, kw_only=True):
    """Counters of one camera since its process started.

    ``delivered``, ``incomplete``, ``overwritten``, ``gaps`` and ``arrived_s`` are written while
    the queue is emptied: by the worker thread, or by a caller of take() that holds the drain's
    ``_collecting`` while that thread sleeps; never by both at once. ``rejected`` and ``encoded``
    are written by the thread that takes and encodes frames, ``underrun`` and ``reconnects`` by the
    worker thread. Any thread may read: each is one number, so a reader sees a whole value.
    """

    arrived_s: float = 0.0
    """Monotonic time in seconds at which the newest complete frame arrived, 0 before the first
    one; written before ``delivered``."""


@dataclass
class FrameIdGaps:
    """Counts frames that never came, by the ids of those that came whole.

    GigE Vision block ids of 16 bits run 1..65535 and wrap to 1 (GigE Vision 1.x); an id
    that goes back anywhere else means that the camera began again, which is no gap.
    """

    _last: int | None = None
    """Id of the last whole frame, None before the first."""

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


class LossMeter:
    """Share of the frames of the last 10 s that came incomplete. Used by one thread."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int, int]] = deque()
        """(monotonic seconds, complete frames, incomplete frames), oldest first, one a second."""

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
