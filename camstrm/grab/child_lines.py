"""ChildLines: what a child process wrote to standard error becomes lines of the grabber's log."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from camstrm.log_lines import about_camera, record_from_line
from camstrm.repeat_log import RepeatLog

__all__ = ["ChildLines"]

_log = logging.getLogger(__name__)

LINES_A_SECOND = 20
"""Lines of a library that are passed on in a second; more are counted."""


class ChildLines:
    """Logs records of camstrm as they are, and other lines as warnings. Used by one thread.

    ``camera``, ``serial``: what the child works for, empty where that is no camera.
    """

    def __init__(
        self, camera: str = "", serial: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._camera = camera
        self._serial = serial
        self._foreign = RepeatLog(
            _log, lines=LINES_A_SECOND, more=" (and %d lines before this one)", clock=clock
        )

    def show(self, text: bytes) -> None:
        """Log whole lines."""
        with about_camera(self._camera, self._serial):
            for line in text.decode(errors="backslashreplace").split("\n"):
                record = record_from_line(line)
                if record is not None:
                    logging.getLogger(record.name).handle(record)
                elif line.strip():
                    self._foreign.warning("%s", line.rstrip())
