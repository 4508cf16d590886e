"""RepeatLog: logs what may happen very often: the first at once, then the rest as a sum."""

from __future__ import annotations

import logging
import math
import time
from collections import deque
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field

__all__ = ["RepeatLog"]


@dataclass
class _Kind:
    written_s: deque[float] = field(default_factory=deque)
    """When the last lines of this kind were written, in seconds of the clock; oldest first."""
    left_out: int = 0
    """How many were left out since the last line."""


class RepeatLog:
    """Writes at most ``lines`` lines of a kind in ``interval_s`` seconds.

    Lines of equal ``key`` are of one kind; kinds are never dropped, so there should be few.
    Used by one thread.
    """

    ONCE = math.inf
    """An ``interval_s``: each kind is written once, until :meth:`forget`."""

    def __init__(
        self,
        logger: logging.Logger,
        interval_s: float = 1.0,
        *,
        lines: int = 1,
        more: str = " (and %d more such since the last line)",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Write to ``logger``; ``clock`` is monotonic, in seconds.

        ``more`` ends the line that follows lines that were left out; empty: it says
        nothing of them.
        """
        self._logger = logger
        self._interval_s = interval_s
        self._most = lines
        self._more = more
        self._clock = clock
        self._kinds: dict[Hashable, _Kind] = {}

    def warning(self, message: str, *values: object, key: Hashable = None) -> bool:
        """Log ``message % values`` as a warning, or count it; return whether it was logged."""
        return self.log(logging.WARNING, message, *values, key=key)

    def log(
        self,
        level: int,
        message: str,
        *values: object,
        key: Hashable = None,
        extra: Mapping[str, object] | None = None,
    ) -> bool:
        """Log ``message % values``, or count it; return whether it was logged.

        ``extra``: attributes of the record, as in logging.
        """
        now = self._clock()
        kind = self._kinds.setdefault(key, _Kind())
        written_s = kind.written_s
        while written_s and now - written_s[0] >= self._interval_s:
            written_s.popleft()
        if len(written_s) >= self._most:
            kind.left_out += 1
            return False
        if kind.left_out and self._more:
            message += self._more
            values = (*values, kind.left_out)
        kind.left_out = 0
        written_s.append(now)
        self._logger.log(level, message, *values, extra=extra)
        return True

    def forget(self) -> None:
        """Write the next line of each kind at once: what comes now is news."""
        self._kinds.clear()
