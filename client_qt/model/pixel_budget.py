"""How many decoded pixels all pictures of a viewer may have together. No Qt."""

from __future__ import annotations

import threading
from collections.abc import Hashable

__all__ = ["MAX_PIXELS_IN_ALL", "PixelBudget"]

MAX_PIXELS_IN_ALL = 256_000_000
"""256 MP are 1 GB of memory: 16 cameras of 16 MP, each at its full size."""


class PixelBudget:
    """Pixels of the newest picture of each place, and their sum. Used by any thread."""

    def __init__(self, most: int = MAX_PIXELS_IN_ALL) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._total = 0
        """Of all places; under the lock."""
        self._held: dict[Hashable, int] = {}
        """Pixels by place; under the lock."""

    @property
    def total(self) -> int:
        """Pixels of all pictures that are held."""
        return self._total

    def take(self, place: Hashable, pixels: int) -> bool:
        """Note that the picture of a place is replaced by one of so many pixels.

        False: there is no room for it, and the old one stays.
        """
        with self._lock:
            others = self._total - self._held.get(place, 0)
            if others + pixels > self._most:
                return False
            self._held[place] = pixels
            self._total = others + pixels
        return True

    def release(self, place: Hashable) -> None:
        """Note that a place is gone with its picture."""
        with self._lock:
            self._total -= self._held.pop(place, 0)
