"""LatestSlot: hands the newest item from one thread to another and keeps no other."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

__all__ = ["LatestSlot"]

T = TypeVar("T")


class LatestSlot(Generic[T]):
    """Holds at most one item; a new one replaces the old.

    The producer's :meth:`put` never waits and returns what it replaced, so that the
    resources of a replaced item can be given back and the loss counted.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._item: T | None = None

    def put(self, item: T) -> T | None:
        """Store ``item`` and wake a waiting :meth:`take`; return the item it replaced."""
        with self._condition:
            replaced, self._item = self._item, item
            self._condition.notify()
            return replaced

    def take(self, timeout_s: float = 0.0) -> T | None:
        """Remove and return the item; None if none comes within ``timeout_s`` seconds."""
        with self._condition:
            if self._item is None and timeout_s > 0:
                self._condition.wait_for(lambda: self._item is not None, timeout_s)
            item, self._item = self._item, None
            return item
