"""Log lines that text from outside cannot forge: control characters are written as escapes.

Names of cameras, reasons of a grabber, messages of a viewer and paths of requests get into log
lines. A line end in one of them would begin a line that looks like another one, and an escape
sequence would let the terminal of whoever reads the log do things.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from types import TracebackType
from typing import TextIO

__all__ = ["LineFormatter", "log_to", "one_line"]

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def one_line(text: str) -> str:
    r"""Return ``text`` with what is not printable as Python's escapes (``\n``, ``\x1b``).

    Tabs and blanks stay; marks that change the direction of writing do not.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\t" else _escape(c) for c in text)


class LineFormatter(logging.Formatter):
    """Writes each record as one line, behind it the lines of a traceback."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  logging's name
        record.message = one_line(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802  logging's name
        text = super().formatException(ei)
        # What an exception says may have line ends of its own.
        for error in _chain(ei[1]):
            said = str(error)
            if not said.isprintable():
                text = text.replace(said, one_line(said))
        return "\n".join(map(one_line, text.split("\n")))


def log_to(stream: TextIO | None, level: int | str, form: str) -> None:
    """Let this process log to ``stream`` (None: standard error) in lines of ``form``."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LineFormatter(form))
    logging.basicConfig(level=level, handlers=[handler])


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the exception and those that it came from, each once."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
