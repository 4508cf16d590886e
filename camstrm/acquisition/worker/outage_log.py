"""OutageLog: what the log says of one camera that goes and comes back."""

from __future__ import annotations

import logging
import re
from collections import deque
from collections.abc import Callable

__all__ = ["OutageLog"]

_log = logging.getLogger(__name__)

_LINES_A_MINUTE = 6
"""Lines about one camera in a minute; three sick cameras stay below 20."""

_REMIND_S = 60.0
"""Time between two lines of a failure, or of a warning, that stays the same."""

_NUMBER = re.compile(r"\d+(?:\.\d+)?")


class OutageLog:
    """Writes one line when a camera goes, one for each new cause, and one when it is back.

    Texts that differ in their numbers alone are the same. A camera that goes and comes all
    the time has ``_LINES_A_MINUTE`` lines; the next line says how many were left out. Used by
    the worker thread alone; ``clock`` is monotonic.
    """

    def __init__(self, camera: str, clock: Callable[[], float], gone_s: float = 0.0) -> None:
        """Speak of ``camera``, which is away since ``gone_s``; 0: it was never there."""
        self._camera = camera
        self._clock = clock
        # Causes of the present outage that were written, without their numbers.
        self._written: set[str] = set()
        # When the present outage began, None while there is none.
        self._gone_s = gone_s or None
        self._last_s = float("-inf")
        self._warned_s = float("-inf")
        # Times of the lines of the last minute.
        self._lines: deque[float] = deque()
        self._left_out = 0

    def failed(self, text: str) -> None:
        """Note that the camera cannot stream because of ``text``, and that it is tried again."""
        now = self._clock()
        if self._gone_s is None:
            self._gone_s = now
        cause = _NUMBER.sub("#", text)
        if cause in self._written and now - self._last_s <= _REMIND_S:
            return
        if self._line(logging.ERROR, f"{text} (retrying)"):
            self._written.add(cause)
            self._last_s = now

    def streams(self, what: str) -> None:
        """Note that the camera does ``what`` now ("streaming, 8 buffers")."""
        away = ""
        if self._gone_s is not None:
            away = f", back after {self._clock() - self._gone_s:.1f} s"
        self._line(logging.INFO, f"camera {self._camera}: {what}{away}")
        self._gone_s = None
        self._written.clear()

    def note_warning(self, text: str) -> None:
        """Warn of what is wrong although the camera streams, once a minute at most."""
        now = self._clock()
        if now - self._warned_s > _REMIND_S:
            self._warned_s = now
            self._line(logging.WARNING, f"camera {self._camera}: {text}")

    def _line(self, level: int, text: str) -> bool:
        now = self._clock()
        while self._lines and now - self._lines[0] >= _REMIND_S:
            self._lines.popleft()
        if len(self._lines) >= _LINES_A_MINUTE:
            self._left_out += 1
            return False
        self._lines.append(now)
        more = f" (and {self._left_out} lines like these before)" if self._left_out else ""
        self._left_out = 0
        _log.log(level, "%s%s", text, more)
        return True
