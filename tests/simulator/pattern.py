"""The simulator's test picture in numpy, written independently of ``producer/picture.cpp``."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.simulator.stamp import Stamp, block_size, stamp_bits

__all__ = ["check_picture", "expected_rgb", "grey_of"]

_MAX_COLUMNS = 40
_STAMP_BITS = 120
_BARS = ("RGB", "RG", "GB", "G", "RB", "R", "B", "")
_HIGH, _LOW = 208, 32
_GREY_WEIGHTS = np.array([77, 150, 29])


def check_picture(picture: NDArray[np.uint8], stamp: Stamp, name: str) -> None:
    """Compare a decoded JPEG, RGB or grey, with what the simulator sent; ``name``: for errors."""
    height, width = picture.shape[:2]
    wanted = expected_rgb(width, height, stamp)
    # Colour is smeared where bars and blocks meet (demosaicing, JPEG's halved colour).
    differences = np.abs(
        picture.astype(np.int64) - (grey_of(wanted) if picture.ndim == 2 else wanted)
    )
    assert differences.mean() < 4.0, name
    assert np.median(differences) <= 2, name


def grey_of(rgb: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the values of the simulator's mono formats, 0 to 255."""
    grey: NDArray[np.int64] = rgb.astype(np.int64) @ _GREY_WEIGHTS >> 8
    return grey


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
