"""Scratch: intermediate arrays that live from frame to frame."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

__all__ = ["Scratch"]

_ALIGNMENT = 64


class Scratch:
    """Keeps one array per name and gives it out again while its shape stays the same.

    Fresh megabytes for each frame cost page faults (about as much as the work done in
    them). Arrays start at a cache line: where several outputs are not aligned alike, OpenCV's
    split takes three times as long. An array of another shape replaces the old one. Not for
    use from two threads at once.
    """

    def __init__(self) -> None:
        self._arrays: dict[str, NDArray[Any]] = {}

    def array(self, name: str, shape: tuple[int, ...], dtype: DTypeLike = np.uint8) -> NDArray[Any]:
        """Return the array ``name``, contiguous, holding anything."""
        kept = self._arrays.get(name)
        if kept is None or kept.shape != shape or kept.dtype != dtype:
            kept = self._arrays[name] = _aligned(shape, np.dtype(dtype))
        return kept


def _aligned(shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    size = math.prod(shape) * dtype.itemsize
    store = np.empty(size + _ALIGNMENT, np.uint8)
    start = -store.ctypes.data % _ALIGNMENT
    return store[start : start + size].view(dtype).reshape(shape)
