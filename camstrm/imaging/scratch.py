"""Scratch: intermediate arrays that live from frame to frame."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

__all__ = ["Scratch"]

_CACHE_LINE = 64
_STEP = 16


class Scratch:
    """Keeps one array per name and gives it out again while its shape stays the same.

    Fresh megabytes for each frame cost page faults (about as much as the work done in
    them). Arrays start at different distances from a cache line, because OpenCV's split and
    merge write past the cache if all their outputs are aligned alike: splitting the columns
    of 2656x2304 pixels and reading them again takes 2 to 4 times as long then. An array of
    another shape replaces the old one. Not for use from two threads at once.
    """

    def __init__(self) -> None:
        self._arrays: dict[str, NDArray[Any]] = {}

    def array(self, name: str, shape: tuple[int, ...], dtype: DTypeLike = np.uint8) -> NDArray[Any]:
        """Return the array ``name``, contiguous, holding anything."""
        kept = self._arrays.get(name)
        if kept is None or kept.shape != shape or kept.dtype != dtype:
            distance = len(self._arrays) * _STEP % _CACHE_LINE
            kept = self._arrays[name] = _allocate(shape, np.dtype(dtype), distance)
        return kept


def _allocate(shape: tuple[int, ...], dtype: np.dtype[Any], distance: int) -> NDArray[Any]:
    size = math.prod(shape) * dtype.itemsize
    store = np.empty(size + 2 * _CACHE_LINE, np.uint8)
    start = -store.ctypes.data % _CACHE_LINE + distance
    return store[start : start + size].view(dtype).reshape(shape)
