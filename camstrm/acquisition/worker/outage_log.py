"""OutageLog: what the log says of one camera that goes and comes back."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

from camstrm.repeat_log import RepeatLog

__all__ = ["OutageLog"]

_log = logging.getLogger(__name__)

_LINES_A_MINUTE = 6
"""Lines about one camera in a minute; three sick cameras stay below 20."""

_REMIND_S = 60.0
"""Seconds between two lines of a failure, or of a warning, that stays the same."""

_NUMBER = re.compile(r"\d+(?:\.\d+)?")


class OutageLog:
    """Writes one line when a camera goes, one for each new cause, and one when it is back.

    Texts that differ in their numbers alone are the same. A camera that goes and comes all
    the time has ``_LINES_A_MINUTE`` lines; the next line says how many were left out. Used by
    the worker thread alone; ``clock`` is monotonic, in seconds.
    """

    def __init__(self, camera: str, clock: Callable[[], float], gone_s: float = 0.0) -> None:
        """Speak of ``camera``, which is away since ``gone_s``; 0: it was never there."""
        self._camera = camera
        self._clock = clock
        self._lines = RepeatLog(
            _log,
            _REMIND_S,
            lines=_LINES_A_MINUTE,
            more=" (and %d lines like these before)",
            clock=clock,
        )
        self._written: set[str] = set()
        """Causes of the present outage that were written, without their numbers."""
        self._gone_s: float | None = gone_s or None
        """When the present outage began, None while there is none."""
        self._failed_s = float("-inf")
        """When a cause was written last."""
        self._warned_s = float("-inf")
        """When a warning was due last."""

    def failed(self, text: str) -> None:
        """Note that the camera cannot stream because of ``text``, and that it is tried again."""
        now = self._clock()
        if self._gone_s is None:
            self._gone_s = now
        cause = _NUMBER.sub("#", text)
        if cause in self._written and now - self._failed_s <= _REMIND_S:
            return
        if self._lines.log(logging.ERROR, "%s (retrying)", text):
            self._written.add(cause)
            self._failed_s = now

    def streams(self, what: str) -> None:
        """Note that the camera does ``what`` now ("streaming, 8 buffers")."""
        away = ""
        if self._gone_s is not None:
            away = f", back after {self._clock() - self._gone_s:.1f} s"
        self._lines.log(logging.INFO, "camera %s: %s%s", self._camera, what, away)
        self._gone_s = None
        self._written.clear()

    def note_warning(self, text: str) -> None:
        """Warn of what is wrong although the camera streams, once a minute at most."""
        now = self._clock()
        if now - self._warned_s > _REMIND_S:
            self._warned_s = now
            self._lines.log(logging.WARNING, "camera %s: %s", self._camera, text)
