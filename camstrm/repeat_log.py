"""Log what may happen very often: the first at once, then the rest as a sum."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

__all__ = ["RepeatLog"]


class RepeatLog:
    """Writes at most one line in ``interval_s`` seconds and says how many it left out."""

    def __init__(
        self,
        logger: logging.Logger,
        interval_s: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._logger = logger
        self._interval_s = interval_s
        self._clock = clock
        self._next_s = float("-inf")
        self._left_out = 0

    def warning(self, message: str, *values: object) -> None:
        """Log ``message % values`` as a warning, or count it."""
        now = self._clock()
        if now < self._next_s:
            self._left_out += 1
            return
        if self._left_out:
            message += " (and %d more such since the last line)"
            values = (*values, self._left_out)
        self._left_out = 0
        self._next_s = now + self._interval_s
        self._logger.warning(message, *values)
