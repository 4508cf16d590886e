"""Harvesters' log: what it met and went on without, as lines instead of tracebacks.

Harvesters logs an interface or a system that cannot be opened, with a traceback on
standard error, and raises nothing.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator

__all__ = ["collect_harvesters_log", "harvesters_warnings"]

_log = "harvesters.core"


class _Collector(logging.Handler):
    def __init__(self, lines: list[str], text_encoding: str, level: int = logging.ERROR) -> None:
        super().__init__(level)
        self._lines = lines
        self._text_encoding = text_encoding

    def emit(self, record: logging.LogRecord) -> None:
        from camstrm.acquisition.gentl.errors import describe_error

        error = record.exc_info[1] if record.exc_info else None
        line = record.getMessage() if error is None else describe_error(error, self._text_encoding)
        if line not in self._lines:
            self._lines.append(line)


def collect_harvesters_log(text_encoding: str) -> list[str]:
    """Return a list that gets each error line of Harvesters from now on; nothing is printed.

    ``text_encoding``: of the producer's error texts. For a process of its own: the log is
    taken from everybody else.
    """
    # Importing Harvesters gives its logger a level and a handler; both are replaced after.
    import harvesters.core  # noqa: F401  # for what the import does to the logger

    lines: list[str] = []
    logger = logging.getLogger(_log)
    logger.handlers[:] = [_Collector(lines, text_encoding)]
    logger.setLevel(logging.ERROR)
    logger.propagate = False
    return lines


@contextlib.contextmanager
def harvesters_warnings(text_encoding: str) -> Iterator[list[str]]:
    """Collect Harvesters' warnings and errors for a while, beside whoever else takes them.

    A system that cannot be opened is a warning there.
    """
    lines: list[str] = []
    logger = logging.getLogger(_log)
    handler, level = _Collector(lines, text_encoding, logging.WARNING), logger.level
    logger.addHandler(handler)
    if not logger.isEnabledFor(logging.WARNING):
        logger.setLevel(logging.WARNING)
    try:
        yield lines
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
