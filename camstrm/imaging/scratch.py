"""Scratch: intermediate arrays that live from frame to frame."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

__all__ = ["Scratch"]

_CACHE_LINE = 64
_STEP = 16
"""Bytes: of a cache line, and by which the start of each array differs from the one before."""


class Scratch:
    """Gives out arrays, and the same ones in the same order for the next picture.

    Fresh megabytes for each frame cost page faults (about as much as the work done in
    them). Pictures of one format and size take the same steps, so the array that served a
    step before serves it again; one whose shape has changed is replaced. Arrays start at
    different distances from a cache line, because OpenCV's split and merge write past the
    cache if all their outputs are aligned alike: splitting the columns of 2656x2304 pixels
    and reading them again takes 2 to 4 times as long then. Not for use from two threads at
    once.
    """

    def __init__(self) -> None:
        self._arrays: list[NDArray[Any]] = []
        self._given = 0
        """How many of them this picture has."""

    def next_picture(self) -> None:
        """Take all arrays back, and let go of those that the last picture had no use for."""
        del self._arrays[self._given :]
        self._given = 0

    def array(self, shape: tuple[int, ...], dtype: DTypeLike = np.uint8) -> NDArray[Any]:
        """Return an array that this picture does not have yet, contiguous, holding anything."""
        index, self._given = self._given, self._given + 1
        if index == len(self._arrays):
            self._arrays.append(_allocate(shape, np.dtype(dtype), index))
        kept = self._arrays[index]
        if kept.shape != shape or kept.dtype != dtype:
            kept = self._arrays[index] = _allocate(shape, np.dtype(dtype), index)
        return kept


def _allocate(shape: tuple[int, ...], dtype: np.dtype[Any], index: int) -> NDArray[Any]:
    size = math.prod(shape) * dtype.itemsize
    store = np.empty(size + 2 * _CACHE_LINE, np.uint8)
    start = -store.ctypes.data % _CACHE_LINE + index * _STEP % _CACHE_LINE
    return store[start : start + size].view(dtype).reshape(shape)
