"""CameraLedger: one camera's status over all restarts of its process."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from camstrm.wire import CameraInfo, CameraState, CameraStatus

__all__ = ["CameraLedger"]

_LOCK_SPARE_S = 0.25
"""How much longer than its heartbeat time a camera is taken for locked."""

_OPEN_STATES = (
    CameraState.OPENING,
    CameraState.STREAMING,
    CameraState.WAITING_FOR_TRIGGER,
    CameraState.STALLED,
    CameraState.UNSUPPORTED,
)
"""States in which a camera process has its camera open, or may have it."""

_COUNTERS = (
    "delivered",
    "incomplete",
    "rejected",
    "underrun",
    "overwritten",
    "gaps",
    "encoded",
    "reconnects",
)


def _now_us() -> int:
    return time.time_ns() // 1000


@dataclass
class CameraLedger:
    """Sums a camera's counters and holds its state while it has no process.

    ``missed`` and ``restarts`` are counted by the grabber itself. ``heartbeat_s``: for how
    long the camera stays locked when its process dies, 0 where unknown. ``locked_until_s``:
    until when (monotonic clock) it is locked by a process that was killed, 0 if it is not.
    """

    info: CameraInfo
    missed: int = 0
    restarts: int = 0
    heartbeat_s: float = 0.0
    locked_until_s: float = 0.0
    _base: dict[str, int] = field(default_factory=dict)
    _last: CameraStatus | None = None
    _own: tuple[CameraState, int, str] = field(
        default_factory=lambda: (CameraState.OPENING, _now_us(), "")
    )
    _running: bool = False

    def report(self, status: CameraStatus) -> None:
        """Take what the camera process says."""
        self._last = status
        self._running = True

    def down(self, state: CameraState, reason: str) -> None:
        """Note that there is no process for the camera, in which state and why."""
        if self._running and self._last is not None:
            for name in _COUNTERS:
                self._base[name] = self._base.get(name, 0) + getattr(self._last, name)
            self._last = _with_counters(self._last, dict.fromkeys(_COUNTERS, 0))
        since_us = self._own[1] if not self._running and self._own[0] == state else _now_us()
        self._own = (state, since_us, reason)
        self._running = False

    def lock(self, now_s: float) -> float:
        """Note that the camera's process was killed; return for how long it stays locked.

        ``now_s`` is the monotonic clock. Only a camera that was open is locked.
        """
        if not self.heartbeat_s or self.state[0] not in _OPEN_STATES:
            return max(0.0, self.locked_until_s - now_s)
        self.locked_until_s = now_s + self.heartbeat_s + _LOCK_SPARE_S
        return self.heartbeat_s + _LOCK_SPARE_S

    @property
    def state(self) -> tuple[int, int]:
        """State and since when (host UTC in microseconds)."""
        if self._running and self._last is not None:
            return self._last.state, self._last.since_us
        return self._own[0], self._own[1]

    @property
    def healthy(self) -> bool:
        """Whether it streams, or would if a trigger came."""
        return self.state[0] in (CameraState.STREAMING, CameraState.WAITING_FOR_TRIGGER)

    @property
    def grab_fps(self) -> float:
        """Frames a second that the camera delivers now; 0 while it has no process."""
        return self._last.grab_fps if self._running and self._last is not None else 0.0

    def status(self) -> CameraStatus:
        """Return the camera's status with counters since the grabber's start."""
        last = self._last or CameraStatus(self.info.index, CameraState.OPENING)
        sums = {name: self._base.get(name, 0) + getattr(last, name) for name in _COUNTERS}
        status = replace(_with_counters(last, sums), missed=self.missed, restarts=self.restarts)
        if self._running:
            return status
        state, since_us, reason = self._own
        return replace(
            status, state=state, since_us=since_us, reason=reason, grab_fps=0.0, sent_fps=0.0
        )


def _with_counters(status: CameraStatus, counters: dict[str, int]) -> CameraStatus:
    changes: dict[str, Any] = dict(counters)
    return replace(status, **changes)
