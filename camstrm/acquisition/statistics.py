"""StreamStatistics: what happened to the frames of one camera."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

__all__ = ["FrameIdGaps", "RateMeter", "StreamStatistics"]


@dataclass
class StreamStatistics:
    """Counters of one camera since its process started; they only grow.

    Written by the worker thread alone (``rejected`` also by whoever takes frames), read
    by anybody: each is one int, so a reader sees a whole value. Meanings as in
    :class:`camstrm.wire.CameraStatus`.
    """

    delivered: int = 0
    incomplete: int = 0
    rejected: int = 0
    underrun: int = 0
    overwritten: int = 0
    gaps: int = 0
    reconnects: int = 0


@dataclass
class FrameIdGaps:
    """Counts frame ids that never came.

    GigE Vision block ids of 16 bits run 1..65535 and wrap to 1 (GigE Vision 1.x); an id
    that goes back anywhere else means that the camera began anew, which is no gap.
    """

    _last: int | None = None

    def missing_before(self, frame_id: int | None) -> int:
        """Return how many ids are missing between the last one and this one."""
        if frame_id is None:
            return 0
        last, self._last = self._last, frame_id
        if last is None or frame_id == last:
            return 0
        if frame_id > last:
            return frame_id - last - 1
        if 65000 < last <= 65535 and 0 < frame_id < 500:
            return (65535 - last) + (frame_id - 1)
        return 0

    def reset(self) -> None:
        """Forget the last id: the stream starts anew."""
        self._last = None


@dataclass
class RateMeter:
    """Events per second over about the last second."""

    window_s: float = 1.0
    _marks: list[tuple[float, int]] = field(default_factory=list)

    def rate(self, count: int, now_s: float | None = None) -> float:
        """Note that the counter stands at ``count`` now; return its rate in 1/s."""
        now = time.monotonic() if now_s is None else now_s
        self._marks.append((now, count))
        while len(self._marks) > 2 and now - self._marks[1][0] >= self.window_s:
            self._marks.pop(0)
        begin, first = self._marks[0]
        return (count - first) / (now - begin) if now > begin else 0.0
