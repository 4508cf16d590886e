"""Ledgers: each camera's status over all restarts of its process."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from msgspec.structs import replace

from camstrm.camera_state import CameraCondition, CameraCounters, CameraState
from camstrm.config import ID_PREFIX, CameraSettings
from camstrm.config.settings import feature_key
from camstrm.feature import FeatureSetting
from camstrm.wire import MAX_CAMERAS, CameraInfo, CameraStatus

__all__ = ["CameraLedger", "Ledgers"]

_LOCK_SPARE_S = 0.25
"""How much longer than its heartbeat time a camera is taken for locked."""

_CLOSED_STATES = {CameraState.CLOSED, CameraState.LOST, CameraState.BACKING_OFF}
_OPEN_STATES = frozenset(CameraState) - _CLOSED_STATES
"""States in which a camera process has its camera open, or may have it."""


@dataclass
class CameraLedger:
    """Sums a camera's counters and holds its condition while it has no process.

    Belongs to the grabber's loop.
    """

    info: CameraInfo
    """Who the camera is; :meth:`is_known_as` changes it."""
    counters: CameraCounters = field(default_factory=CameraCounters)
    """What the grabber counts itself, and what processes that have ended had counted."""
    heartbeat_s: float = 0.0
    """For how long the camera stays locked when its process dies, 0 where unknown."""
    locked_until_s: float = 0.0
    """Until when (monotonic clock) a process that was killed locks it, 0 if none does."""
    live: tuple[FeatureSetting, ...] = ()
    """What was set of the camera while it ran, for its next process to set again."""
    kept: tuple[FeatureSetting, ...] = ()
    """What of that was written into the configuration since the grabber's start."""
    time_ns: Callable[[], int] = time.time_ns
    """UTC since 1970, for since when a camera is in a state."""
    _last: CameraStatus | None = None
    """The newest report; its counters are 0 once they are in ``counters``."""
    _own: CameraCondition = field(init=False)
    """While there is no process that has reported."""
    _running: bool = False
    """Whether the camera has a process that has reported."""

    def __post_init__(self) -> None:
        self._own = CameraCondition(CameraState.OPENING, self._now_us())

    def is_known_as(self, info: CameraInfo) -> bool:
        """Take what the camera process has found out of it; return whether that is news.

        How it is shown is the configuration's, which the camera process does not say.
        """
        before = self.info
        self.info = replace(info, rotation=before.rotation, mirror=before.mirror)
        return self.info != before

    def differing(self) -> tuple[FeatureSetting, ...]:
        """Return what was set live and is not in the configuration."""
        return tuple(setting for setting in self.live if setting not in self.kept)

    def keep(self, settings: tuple[FeatureSetting, ...]) -> None:
        """Note that these are in the configuration now."""
        keys = {(s.feature, tuple(sorted(s.selectors.items()))) for s in settings}
        self.kept = settings + tuple(
            s for s in self.kept if (s.feature, tuple(sorted(s.selectors.items()))) not in keys
        )

    def reconfigured(self, features: Collection[str]) -> None:
        """Forget what was set of these features while the camera ran: the file says it now.

        ``features``: keys as in the configuration.
        """
        self.live = tuple(s for s in self.live if feature_key(s) not in features)
        self.kept = tuple(s for s in self.kept if feature_key(s) not in features)

    def shown(self, rotation: int, mirror: bool) -> bool:
        """Take how viewers are to show its pictures; return whether that is news."""
        before = self.info
        self.info = replace(before, rotation=rotation, mirror=mirror)
        return self.info != before

    def report(self, status: CameraStatus) -> None:
        """Take what the camera process says."""
        self._last = status
        self._running = True

    def down(self, state: CameraState, reason: str) -> None:
        """Note that there is no process for the camera, in which state and why."""
        if self._running and self._last is not None:
            self.counters = self.counters.plus(self._last)
            self._last = replace(self._last, **CameraCounters().counts())
        goes_on = not self._running and self._own.state == state
        self._own = CameraCondition(
            state, self._own.since_us if goes_on else self._now_us(), reason
        )
        self._running = False

    def lock(self, now_s: float) -> float:
        """Note that the camera's process was killed; return for how long it stays locked.

        ``now_s`` is the monotonic clock. Only a camera that was open is locked.
        """
        if not self.heartbeat_s or self.condition.state not in _OPEN_STATES:
            return max(0.0, self.locked_until_s - now_s)
        self.locked_until_s = now_s + self.heartbeat_s + _LOCK_SPARE_S
        return self.heartbeat_s + _LOCK_SPARE_S

    @property
    def condition(self) -> CameraCondition:
        """What the camera does, as its process reports while there is one."""
        if self._running and self._last is not None:
            return self._last.condition
        return self._own

    @property
    def grab_fps(self) -> float:
        """Frames a second that the camera delivers now; 0 while it has no process."""
        return self._last.grab_fps if self._running and self._last is not None else 0.0

    def status(self) -> CameraStatus:
        """Return the camera's status with counters since the grabber's start."""
        last = self._last or CameraStatus(self.info.index, CameraState.OPENING)
        status = replace(last, **self.counters.plus(last).counts())
        if self._running:
            return status
        own = self._own
        return replace(
            status,
            state=own.state,
            since_us=own.since_us,
            reason=own.reason,
            grab_fps=0.0,
            sent_fps=0.0,
        )

    def _now_us(self) -> int:
        return self.time_ns() // 1000


class Ledgers(list[CameraLedger]):
    """One ledger for each camera, by the camera's index in bundles.

    A camera gets the next index when it becomes known and keeps it; one that is configured is
    known from the start. Belongs to the grabber's loop: the supervisor writes what camera
    processes report and what becomes of them, the bundle loop which pictures were missed.
    """

    def __init__(self, configured: Iterable[CameraSettings] = ()) -> None:
        self._indices: dict[str, int] = {}  # by the camera's label
        for camera in configured:
            self.index_of(camera)

    def index_of(self, camera: CameraSettings) -> int:
        """Return the camera's index, a new one if it was not known."""
        index = self._indices.setdefault(camera.label, len(self))
        if index == len(self):
            serial = "" if camera.serial.startswith(ID_PREFIX) else camera.serial
            info = CameraInfo(
                index, camera.label, serial, rotation=camera.rotation, mirror=camera.mirror
            )
            self.append(CameraLedger(info.cut()))
        return index

    def named(self, label: str) -> CameraLedger:
        """Return the ledger of a camera that is known, by its label."""
        return self[self._indices[label]]

    def sent(self) -> list[CameraLedger]:
        """Return those that messages and bundles speak of: what is found beyond has no room."""
        return self[:MAX_CAMERAS]

    def infos(self) -> tuple[CameraInfo, ...]:
        """Return what is known of each camera."""
        return tuple(ledger.info for ledger in self.sent())

    def statuses(self) -> tuple[CameraStatus, ...]:
        """Return each camera's state and counters since the grabber's start."""
        return tuple(ledger.status() for ledger in self.sent())
