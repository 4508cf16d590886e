"""StopSignal: ends all pauses of a thread, or only one."""

from __future__ import annotations

import threading

__all__ = ["StopSignal"]


class StopSignal:
    """An event that can also end one wait without being set. Any thread may call."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        """Guards the two that follow."""
        self._set = False
        self._hurried = False
        """Whether the present wait, or the next one, ends at once."""

    def set(self) -> None:
        """End every wait, now and later."""
        with self._changed:
            self._set = True
            self._changed.notify_all()

    def is_set(self) -> bool:
        """Return whether :meth:`set` was called."""
        return self._set

    def hurry(self) -> None:
        """End the present wait, or the next one."""
        with self._changed:
            self._hurried = True
            self._changed.notify_all()

    def wait(self, timeout_s: float) -> bool:
        """Wait up to ``timeout_s``; return whether :meth:`set` was called."""
        with self._changed:
            self._changed.wait_for(lambda: self._set or self._hurried, timeout_s)
            self._hurried = False
            return self._set
