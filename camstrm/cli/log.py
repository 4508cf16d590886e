"""Logging of the commands, on standard error: as text or as JSON."""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
from types import TracebackType
from typing import TextIO

from camstrm.log_lines import JsonFormatter, TextFormatter, printable

__all__ = ["complain", "set_up_logging"]

_log = logging.getLogger("camstrm")


class _Handler(logging.StreamHandler[TextIO]):
    """The one that set_up_logging has made."""


def set_up_logging(level: str, form: str = "text", *, access_log: bool = False) -> None:
    """Log lines of ``level`` and above, in a form of LOG_FORMATS. May be called again.

    ``access_log``: also a line for each HTTP request of the bridge, whatever the level. As JSON
    all that this process says on standard error is JSON, also an error that ends it. Where
    somebody else has set up logging, that stays.
    """
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, _Handler)]:
        root.removeHandler(handler)
    if not root.handlers:
        own = _Handler(sys.stderr)
        own.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
        root.addHandler(own)
        root.setLevel(level.upper())
        logging.captureWarnings(True)
        if form == "json":
            sys.excepthook = _log_error
            threading.excepthook = _log_thread_error
    if access_log:
        logging.getLogger("camstrm.bridge.access").setLevel(logging.DEBUG)
    # aiohttp's access log would put every picture request here.
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)


def complain(text: str, level: int = logging.ERROR) -> None:
    """Say on standard error what a person should know: as a log line where the log is JSON.

    Like a log line it ends nothing where it cannot be written: on a full disk, say.
    """
    if _is_json():
        _log.log(level, "%s", text)
        return
    lines = "\n".join(map(printable, text.split("\n")))
    with contextlib.suppress(OSError, ValueError):  # ValueError: it is closed
        print(f"camstrm: {lines}", file=sys.stderr, flush=True)


def _is_json() -> bool:
    handlers = logging.getLogger().handlers
    return any(isinstance(handler.formatter, JsonFormatter) for handler in handlers)


def _log_error(
    kind: type[BaseException], error: BaseException, where: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    _log.critical("camstrm ends: unexpected %s", kind.__name__, exc_info=(kind, error, where))


def _log_thread_error(failed: threading.ExceptHookArgs) -> None:
    error = failed.exc_value
    name = failed.thread.name if failed.thread is not None else "a thread"
    if error is not None:
        _log.critical("%s ends: unexpected %s", name, type(error).__name__, exc_info=error)
