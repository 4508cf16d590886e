"""What is known of one camera: who it is, how it does, what is on the screen. No Qt."""

from __future__ import annotations

from collections import deque
from statistics import median

from camstrm.client.clock_offset import ClockOffset
from camstrm.rates import SlidingRate
from camstrm.wire import HEALTHY_STATES, CameraFrame, CameraInfo, CameraState, CameraStatus

__all__ = ["CameraModel"]

OLD_AFTER_S = 1.25
"""A picture is never called old before this age."""

_OLD_INTERVALS = 3
"""So many of the usual intervals must have gone by, too: of a slow camera or a slow link."""

_INTERVALS_KEPT = 5
_JUST_SHOWN_S = 0.3
"""For this time after a picture its smoothed age is shown: the number does not flicker."""

_SMOOTHING = 0.15
"""Weight of the newest age."""


class CameraModel:
    """State of one camera, fed with wire objects and monotonic times in seconds.

    Used by the UI thread only. Times ending in ``_us`` are the server's, in microseconds of
    UTC (0: not known); sizes are (width, height), (0, 0) while they are not known.
    """

    def __init__(self, info: CameraInfo) -> None:
        self.info = info
        self.state: int = CameraState.CLOSED
        """A CameraState, or a number that a later server knows."""
        self.state_since_us = 0
        self.down_since_us = 0
        """Since when the camera has not streamed; 0 while it does, and before it first did."""
        self.status: CameraStatus | None = None
        """The camera's part of the last status message."""
        self.dropped = 0
        """Pictures that arrived and were replaced by newer ones before they were decoded."""
        self.failed = 0
        """Pictures that could not be decoded."""
        self.last_problem = ""
        """Why the last of them could not; empty since a picture was shown."""
        self.source_size = (0, 0)
        """Of the camera's own frames."""
        self.sent_size = (0, 0)
        """Of the whole pictures that the server sends."""
        self.usual_size = (0, 0)
        """Of those that it sends unasked where the link is fast enough."""
        self.shown_at: float | None = None
        """When the picture on the screen came there; None before the first one."""
        self.shown_capture_us = 0
        """When the server took it."""
        self._latency_s: float | None = None
        """Smoothed age of pictures when they come on the screen."""
        self.frozen = False
        """Whether the person keeps the picture that is on the screen; it is never called old."""
        self.shown = SlidingRate()
        """Of pictures on the screen."""
        self._intervals: deque[float] = deque(maxlen=_INTERVALS_KEPT)
        """The last times between two pictures on the screen, in seconds, oldest first."""
        self._was_streaming = False
        """Whether it ever streamed: before, it is opening and not lost."""

    @property
    def healthy(self) -> bool:
        """Whether it streams, or would if a trigger came."""
        return self.state in HEALTHY_STATES

    @property
    def reason(self) -> str:
        """Why the camera is in its state, as the server says it."""
        return "" if self.status is None else self.status.reason

    def receive_frame(self, frame: CameraFrame, *, reduced: bool = False) -> None:
        """Take state and sizes from a CameraFrameHeader.

        ``reduced``: the server sends this viewer smaller pictures than usual.
        """
        self._enter(frame.state, frame.state_since_us)
        if frame.source_width and frame.source_height:
            self.source_size = (frame.source_width, frame.source_height)
        if len(frame.payload) and not frame.view:
            self.sent_size = (frame.width, frame.height)
            if not reduced or min(self.usual_size) <= 0:
                self.usual_size = self.sent_size

    def receive_status(self, status: CameraStatus) -> None:
        """Take state and counters from a status message."""
        self._enter(status.state, status.since_us)
        self.status = status
        if status.width and status.height:
            self.source_size = (status.width, status.height)

    def show(self, capture_us: int, clock: ClockOffset, now: float) -> None:
        """Note that a picture taken at ``capture_us`` (server time) is on the screen."""
        if self.shown_at is not None:
            self._intervals.append(now - self.shown_at)
        self.shown_at = now
        self.shown_capture_us = capture_us
        self.shown.add(now)
        self.last_problem = ""
        age = clock.age(capture_us, now)
        if age is None or self._latency_s is None or abs(age - self._latency_s) > 0.5:
            self._latency_s = age
        else:
            self._latency_s += _SMOOTHING * (age - self._latency_s)

    def fail(self, problem: str) -> None:
        """Note that a picture could not be decoded."""
        self.failed += 1
        self.last_problem = problem

    def age(self, clock: ClockOffset, now: float) -> float | None:
        """Return how old the picture on the screen is, in seconds; None without one.

        Counted from its arrival at the server; without a known server clock, from when
        it was shown. The longer of both is the truth that the user needs.
        """
        if self.shown_at is None:
            return None
        return max(clock.age(self.shown_capture_us, now) or 0.0, now - self.shown_at)

    def steady_age(self, clock: ClockOffset, now: float) -> float | None:
        """Return the age for a label: smoothed while pictures flow, growing when they stop."""
        if self.shown_at is None:
            return None
        if self._latency_s is not None and now - self.shown_at < _JUST_SHOWN_S:
            return self._latency_s
        return self.age(clock, now)

    def old_after(self, stream_fps: float) -> float:
        """Return from which age in seconds on a picture of a streaming camera is too old.

        1.25 s, and three usual intervals: the longest of the camera's own, the stream's, and
        that between two pictures here. A pause, or a burst after it, changes no median.
        """
        intervals = [1 / stream_fps if stream_fps > 0 else 0.0]
        if self.status is not None:
            intervals.append(self.status.interval_us / 1e6)
        if len(self._intervals) == _INTERVALS_KEPT:
            intervals.append(median(self._intervals))
        return max(OLD_AFTER_S, _OLD_INTERVALS * max(intervals))

    def is_old(self, clock: ClockOffset, now: float, stream_fps: float) -> bool:
        """Return whether the picture on the screen is not the camera's present any more."""
        age = self.age(clock, now)
        if age is None or not self.healthy:
            return True
        # Nothing newer exists than the picture of the last trigger.
        waits = self.frozen or self.state == CameraState.WAITING_FOR_TRIGGER
        return not waits and age > self.old_after(stream_fps)

    def _enter(self, state: int, since_us: int) -> None:
        self.state = state
        self.state_since_us = since_us
        if self.healthy:
            self.down_since_us = 0
            self._was_streaming = True
        elif self._was_streaming and not self.down_since_us:
            # Opening and backing off take turns while a camera is away; the user wants
            # to know since when there are no pictures.
            self.down_since_us = since_us
