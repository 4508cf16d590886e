"""The simulator's test picture in numpy, written independently of ``producer/picture.cpp``."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.simulator.stamp import Stamp, block_size, stamp_bits

__all__ = ["expected_rgb"]

_MAX_COLUMNS = 40
_STAMP_BITS = 120
_BARS = ("RGB", "RG", "GB", "G", "RB", "R", "B", "")
_HIGH, _LOW = 208, 32


def expected_rgb(width: int, height: int, stamp: Stamp) -> NDArray[np.uint8]:
    """Return the picture (height, width, 3) that the simulator sends with this stamp."""
    block = block_size(width)
    columns = min(_MAX_COLUMNS, width // block)
    rows = -(-_STAMP_BITS // columns)
    picture = np.zeros((height, width, 3), np.uint8)
    top = min(rows * block, height)
    bottom = max(top, height - block)
    middle = (top + bottom) // 2
    picture[top:middle] = _bars(width)
    picture[middle:bottom] = _ramp(width)
    bits = np.zeros(rows * columns, np.uint8)
    bits[:_STAMP_BITS] = stamp_bits(stamp) * 255
    stamped = bits.reshape(rows, columns).repeat(block, axis=0).repeat(block, axis=1)
    visible = min(height, rows * block)
    picture[:visible, : columns * block] = stamped[:visible, :, None]
    if height >= (rows + 1) * block:
        place = stamp.frame % columns * block
        picture[height - block :, place : place + block] = 255
    return picture


def _bars(width: int) -> NDArray[np.uint8]:
    colours = np.array([[_HIGH if c in bar else _LOW for c in "RGB"] for bar in _BARS], np.uint8)
    return colours[np.arange(width) * 8 // width]


def _ramp(width: int) -> NDArray[np.uint8]:
    grey = (np.arange(width) * 255 // (width - 1)).astype(np.uint8)
    return grey[:, None].repeat(3, axis=1)
