"""RetryPauses: how long to wait before a camera is opened again, from how it failed."""

from __future__ import annotations

from collections.abc import Callable

from camstrm.acquisition.worker.settings import AcquisitionSettings
from camstrm.backoff import Backoff
from camstrm.errors import (
    CameraBusyError,
    CameraError,
    CameraRefusedError,
    CameraUnreachableError,
)

__all__ = ["RetryPauses", "keeps_a_lock"]

_LOCKING_BUSES = ("GEV", "")
"""Only a GigE camera stays locked for its heartbeat time; empty: the bus is not known yet."""

_BUSY_GROWTH = 1.5
_BUSY_GROWTH_MAX = 4.0
"""For a camera that another program holds: factor from one pause to the next, and how many
times the first pause the longest is.

Each attempt may keep a GigE camera locked for another heartbeat time, and without a profile
nobody knows how long that is.
"""

_HEARTBEAT_SPARE_S = 0.5
"""Seconds. How much later than a camera's heartbeat time it is tried again."""

_OWN_LOCK_SPARE_S = 2.0
"""Seconds. How much longer than its heartbeat time a refusal may come from our own lost
connection: the producer notices the loss later than the camera does."""

_QUICK_TRIES = 7
_LASTING_RETRY_MAX_S = 10.0
"""A failure of the camera itself (it opens and cannot be set up or started) hardly passes by
itself: after so many attempts in a row the pause doubles up to so many seconds."""

_STABLE_S = 10.0
"""Seconds. An attempt that lasted longer begins with the shortest pause again."""


def keeps_a_lock(bus: str) -> bool:
    """Return whether a camera on this bus (GenTL's TLType) may stay locked by a dead process."""
    return bus in _LOCKING_BUSES


class RetryPauses:
    """Chooses the pause before the next attempt to open one camera.

    Used by the worker's thread only. ``clock`` is monotonic, in seconds.
    """

    def __init__(self, settings: AcquisitionSettings, clock: Callable[[], float]) -> None:
        self.heartbeat_s = settings.heartbeat_s
        """For how many seconds the camera stays locked after its user crashed: the camera's own
        value once it was open. Any thread may read it."""
        self._settings = settings
        self._clock = clock
        self._heartbeat_known = False
        """Whether the camera itself has reported its heartbeat time."""
        self._pauses = Backoff(*settings.retry_s)
        """Pauses after attempts that failed in a row, whatever the reason."""
        self._busy_growth = Backoff(1.0, factor=_BUSY_GROWTH, limit_s=_BUSY_GROWTH_MAX)
        """Factors, not seconds, for the pauses while another program holds the camera."""
        self._lasting = 0
        """Failures in a row, up to the last one, that were the camera's own fault."""
        longest_s = settings.retry_s[-1]
        self._lasting_pauses = Backoff(2 * longest_s, factor=2.0, limit_s=_LASTING_RETRY_MAX_S)
        """Pauses once there were _QUICK_TRIES of them."""
        self._own_lock_until_s = 0.0
        """Until when (``clock``) the camera may refuse because of our own lost connection."""

    def note_heartbeat(self, reported_s: float) -> None:
        """Take what an open camera says; 0 if it has no such feature."""
        self._heartbeat_known = self._heartbeat_known or reported_s > 0
        self.heartbeat_s = reported_s or self._settings.heartbeat_s

    def note_end(self) -> None:
        """Note that a started stream is over and the camera closed, as far as it answered."""
        lock_s = self.heartbeat_s or self._settings.quirks.open_retry_interval_s
        self._own_lock_until_s = self._clock() + lock_s + _OWN_LOCK_SPARE_S

    def without_own_lock(self, error: CameraError, *, opened: bool, bus: str) -> CameraError:
        """Return what a refusal means right after a stream of ours has broken off.

        The camera is gone, or it still keeps the connection that was lost; nobody else's.
        """
        ours = not opened and self._clock() < self._own_lock_until_s
        if ours and isinstance(error, (CameraBusyError, CameraRefusedError)):
            return CameraUnreachableError(error.subject, error.detail, bus=bus, listed=True)
        return error

    def pause_s(self, error: CameraError, *, opened: bool, bus: str, ran_s: float) -> float:
        """Return the pause in seconds after an attempt that failed with ``error``.

        ``opened``: whether it had opened the camera. ``ran_s``: how long it took.
        """
        if ran_s > _STABLE_S:
            self._pauses.reset()
        first = not self._pauses.count
        pause = self._pauses.next()
        held = isinstance(error, CameraBusyError)
        if not held:
            self._busy_growth.reset()
        self._lasting = self._lasting + 1 if type(error) is CameraError and not first else 0
        if self._lasting >= _QUICK_TRIES:
            pause = self._lasting_pauses.next()
        else:
            self._lasting_pauses.reset()
        if keeps_a_lock(bus):
            pause = max(pause, self._lock_pause_s(error, held=held, opened=opened))
        return max(pause, self._settings.quirks.close_open_pause_s)

    def _lock_pause_s(self, error: CameraError, *, held: bool, opened: bool) -> float:
        """Return for how long a camera that may be locked is better left alone."""
        # More frequent attempts were seen to keep some cameras locked.
        least_s = self._settings.quirks.open_retry_interval_s
        heartbeat_s = self.heartbeat_s + _HEARTBEAT_SPARE_S
        if held or (isinstance(error, CameraRefusedError) and not opened):
            # Where the camera has reported its heartbeat time, no attempt keeps it locked.
            guessed = held and not self._heartbeat_known
            growth = self._busy_growth.next() if guessed else 1.0
            return max(least_s, heartbeat_s) * growth
        unreachable = isinstance(error, CameraUnreachableError) and error.listed
        if unreachable and self._clock() < self._own_lock_until_s:
            # It may still be locked by the connection that was lost.
            return heartbeat_s if self.heartbeat_s else least_s
        return 0.0
