"""ReportedState: what a worker reports of its camera while it runs."""

from __future__ import annotations

from collections.abc import Callable

from camstrm.acquisition.clock import Clock
from camstrm.camera_state import CameraCondition, CameraState

__all__ = ["ReportedState"]


class ReportedState:
    """State of a camera, and how often its frames come. Written by the worker thread alone."""

    def __init__(self, on_change: Callable[[], None], clock: Clock) -> None:
        """``on_change`` is called from the worker's thread when the condition changes."""
        self.condition = CameraCondition(CameraState.CLOSED, clock.time_ns() // 1000)
        """State, since when, and why. Replaced as a whole, read by any thread."""
        self.interval_s = 0.0
        """Usual time between two frames in seconds, 0 while it is not known; read by any
        thread."""
        self._on_change = on_change
        self._clock = clock

    def enter(self, state: CameraState, reason: str = "", since_us: int = 0) -> None:
        """Enter a state; ``since_us``: when it began, now if 0."""
        since = self.condition.since_us
        if state is not self.condition.state:
            since = since_us or self._clock.time_ns() // 1000
        self.condition = CameraCondition(state, since, reason)
        self._on_change()

    def matches(self, state: CameraState, reason: str) -> bool:
        """Return whether it is in this state for this reason."""
        return (self.condition.state, self.condition.reason) == (state, reason)
