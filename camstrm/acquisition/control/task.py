"""Task: something to do with a camera, which is answered exactly once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable
from typing import Any

from camstrm.errors import CamstrmError

__all__ = ["Task"]

_log = logging.getLogger(__name__)


class Task:
    """``work`` with a camera; ``done`` gets what it returned, or why it did not.

    ``work`` is None for a look that only waits for its time to be over. ``until_s``: when it is
    too late to begin (monotonic). ``replace_key``: a newer task with the same key takes its place.
    """

    def __init__(
        self,
        work: Callable[[Any], Any],
        done: Callable[[Any], None],
        until_s: float,
        replace_key: Hashable = None,
    ) -> None:
        self.work = work
        self.until_s = until_s
        self.replace_key = replace_key
        self._done = done
        self._lock = threading.Lock()
        self._answered = False
        """Whether ``done`` was called; guarded by the lock, any thread."""

    @property
    def answered(self) -> bool:
        """Whether it was answered, so that there is nothing to do any more."""
        return self._answered

    def answer(self, result: Any | CamstrmError) -> None:
        """Call ``done`` if nobody has; any thread may, what comes second is dropped."""
        with self._lock:
            if self._answered:
                return
            self._answered = True
        try:
            self._done(result)
        except Exception:  # noqa: BLE001  # one caller must not stop what others want of the camera
            _log.exception("an answer about a camera could not be delivered")
