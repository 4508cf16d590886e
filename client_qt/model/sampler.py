"""When a measurement is asked for again. No Qt.

At most five times a second, one at a time, always with what is wanted now, and never while
nobody looks. The page has the same in model/sampler.js.
"""

from __future__ import annotations

from dataclasses import dataclass

from camstrm.wire.operations import Measure

__all__ = ["Asked", "Sampler"]

_INTERVAL_MS = 200.0
_RETRY_MS = 1000.0
"""After a failure: whoever cannot answer is not asked five times a second."""

_LOST_MS = 10_000.0
"""An answer that has not come after this time does not come any more."""


@dataclass(frozen=True)
class Asked:
    """What to ask for now; the answer is to be given with the same ``id``."""

    id: int
    camera: int
    arguments: Measure


class Sampler:
    """Used by the UI thread alone; all times are monotonic milliseconds of the caller."""

    def __init__(self) -> None:
        self._wanted: tuple[int, Measure] | None = None
        """Camera and what of it; None: nothing is wanted."""
        self._open: tuple[int, int, float] | None = None
        """Id, camera and time of what is being answered."""
        self._last_id = 0
        self._not_before_ms = float("-inf")
        self._failed = False
        """The last answer was a failure."""

    def want(self, camera: int, arguments: Measure | None) -> None:
        """Ask for this from now on; None: for nothing."""
        before = None if self._wanted is None else self._wanted[0]
        self._wanted = None if arguments is None else (camera, arguments)
        if before != camera and self._failed:  # another camera may well answer
            self._failed, self._not_before_ms = False, float("-inf")

    def due(self, now_ms: float) -> Asked | None:
        """Return what to ask for now, which counts as asked for then; None: nothing."""
        if self._open is not None and now_ms - self._open[2] >= _LOST_MS:
            self._open = None
        if self._wanted is None or self._open is not None or now_ms < self._not_before_ms:
            return None
        camera, arguments = self._wanted
        self._last_id += 1
        self._open = self._last_id, camera, now_ms
        self._not_before_ms = now_ms + _INTERVAL_MS
        return Asked(self._last_id, camera, arguments)

    def answered(self, asked: int, ok: bool, now_ms: float) -> bool:
        """Take note of an answer; return whether it still is of interest."""
        if self._open is None or self._open[0] != asked:
            return False
        camera, self._open = self._open[1], None
        wanted = self._wanted is not None and self._wanted[0] == camera
        if wanted:
            self._failed = not ok
            if not ok:
                self._not_before_ms = now_ms + _RETRY_MS
        return wanted
