"""The form of log lines: text for people, JSON for programs, and which camera they are about.

Text from outside (names of cameras, words of a library, requests) may hold anything. In both
forms it stays on its line: what cannot be printed is escaped.
"""

from __future__ import annotations

import json
import logging
import math
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timezone

__all__ = [
    "LOG_FORMATS",
    "RECORD_MARK",
    "JsonFormatter",
    "TextFormatter",
    "about_camera",
    "printable",
    "record_from_line",
]

LOG_FORMATS = ("text", "json")
"""What ``log.format`` of the configuration may be."""

RECORD_MARK = "\x1e"
"""Before a line of a camera process that is a log record: RECORD SEPARATOR, as in RFC 7464."""

MAX_MESSAGE = 8192
"""Characters of a message, and of any other text of a line."""

MAX_TRACEBACK = 4 * MAX_MESSAGE
"""Characters of a traceback, of which the end is kept: it has the cause."""

_camera: ContextVar[tuple[str, str]] = ContextVar("camera", default=("", ""))
"""Name and serial number of the camera that this thread or task works for."""

_OF_RECORD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
"""What every record has; a line shows the other attributes as fields of their own."""

_OWN_FIELDS = ("time", "level", "logger", "message", "camera", "serial", "pid", "exception")
"""Members of a JSON line, in this order."""

_SURROGATE = re.compile("[\ud800-\udfff]")

_Record = logging.LogRecord

_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


@contextmanager
def about_camera(name: str, serial: str = "") -> Iterator[None]:
    """Let each line that is logged in the block (or the decorated function) name this camera.

    For the thread or task that enters it, not for those that it starts. ``serial``: as it is
    selected, a serial number or "id:" and a device ID.
    """
    before = _camera.set((name, serial))
    try:
        yield
    finally:
        _camera.reset(before)


def printable(text: str) -> str:
    r"""Return ``text`` with escapes (``\x1b``, ``\n``, ``\u202e``) for what cannot be printed.

    That is what may move the cursor, start a line, colour a terminal or turn the direction of
    writing, and halves of surrogate pairs.
    """
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text
    )


class TextFormatter(logging.Formatter):
    """One line: local time, level, the camera it is about, message.

    A traceback follows in lines of its own, which begin with blanks: none looks like a record.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        message = _message(record)
        camera, serial = _camera_of(record)
        if camera:
            named = f"camera {camera}"
            message = message.removeprefix(f"{named}: ")
            named += f" ({serial})" if serial and serial != camera else ""
            message = f"{named}: {message}"
        when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(record.created))
        line = f"{when},{int(record.msecs):03d} {record.levelname:7} {printable(message)}"
        lines = _traceback(self, record).split("\n")
        return "\n".join([line, *(f"    {printable(part)}" for part in lines if part)])


class JsonFormatter(logging.Formatter):
    """One JSON object: time (UTC), level, logger, message, camera, serial, pid, further fields.

    ASCII only, so that no reader ends a line early (U+2028) or trips over an encoding, and
    without halves of surrogate pairs, which many parsers refuse. ``mark`` stands before it.
    """

    def __init__(self, mark: str = "") -> None:
        super().__init__()
        self._mark = mark

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        camera, serial = _camera_of(record)
        when = datetime.fromtimestamp(record.created, timezone.utc)
        values: dict[str, object] = {
            "time": when.strftime(_TIME),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
        }
        if camera:
            values["camera"] = camera
        if serial:
            values["serial"] = serial
        values["pid"] = record.process or os.getpid()
        further = record.__dict__.keys() - _OF_RECORD - set(_OWN_FIELDS)
        values.update((name, record.__dict__[name]) for name in sorted(further))
        if traceback := _traceback(self, record):
            values["exception"] = traceback
        return self._mark + json.dumps({_plain(k): _plain(v) for k, v in values.items()})


def record_from_line(line: str) -> logging.LogRecord | None:
    """Return the record of a line that :class:`JsonFormatter` wrote with ``RECORD_MARK``.

    None for any other line: a library in the same process writes what it likes.
    """
    if not line.startswith(RECORD_MARK):
        return None
    try:
        values = json.loads(line[len(RECORD_MARK) :])
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, dict):
        return None
    texts = [values.pop(name, "") for name in ("level", "logger", "message")]
    level, logger, message = (text if isinstance(text, str) else "" for text in texts)
    number = logging.getLevelName(level.upper())
    if not isinstance(number, int) or not logger:
        return None
    written = values.pop("time", "")
    # An attribute of the class would hide its method.
    fields = {k: v for k, v in values.items() if k not in _OF_RECORD and not hasattr(_Record, k)}
    exception = fields.pop("exception", "")
    record = logging.makeLogRecord(fields)
    record.name, record.levelno, record.levelname = logger, number, level.upper()
    record.msg, record.args = message, None
    record.exc_text = exception if isinstance(exception, str) and exception else None
    record.created = _seconds(written)
    record.msecs = int(record.created % 1 * 1000)
    pid = fields.get("pid")
    record.process = pid if isinstance(pid, int) else None
    return record


def _seconds(text: object) -> float:
    """Return a line's time in seconds since 1970, that of now if it has none."""
    try:
        when = datetime.strptime(str(text), _TIME)  # noqa: DTZ007  "Z" is UTC
        return when.replace(tzinfo=timezone.utc).timestamp()
    except (ValueError, OverflowError):
        return time.time()


def _message(record: logging.LogRecord) -> str:
    return _bounded(record.getMessage())


def _bounded(text: str) -> str:
    if len(text) <= MAX_MESSAGE:
        return text
    return f"{text[:MAX_MESSAGE]}... ({len(text)} characters)"


def _camera_of(record: logging.LogRecord) -> tuple[str, str]:
    """Return the camera that the record names itself, or the one its thread works for."""
    named = getattr(record, "camera", "")
    if named:
        return _bounded(str(named)), _bounded(str(getattr(record, "serial", "")))
    return _camera.get()


def _traceback(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    if record.exc_info and not record.exc_text:
        record.exc_text = formatter.formatException(record.exc_info)
    text = record.exc_text or ""
    if record.stack_info:
        text = f"{text}\n{formatter.formatStack(record.stack_info)}"
    return text if len(text) <= MAX_TRACEBACK else f"...\n{text[-MAX_TRACEBACK:]}"


def _plain(value: object) -> object:
    """Return a value that every JSON parser takes."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    text = value if isinstance(value, str) else str(value)
    text = text if len(text) <= MAX_TRACEBACK else _bounded(text)
    return _SURROGATE.sub(lambda half: f"\\u{ord(half[0]):04x}", text)
