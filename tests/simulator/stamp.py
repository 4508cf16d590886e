"""Read back the stamp that the simulator draws into every picture.

The layout is that of ``producer/picture.h``: black and white square blocks of
16 x (width // 640) pixels, at least 16, 40 in a line (as many as fit below 640 pixels),
highest bit first: 0xA5, frame number (32 bits), host UTC in microseconds (64 bits),
CRC-16 of these 13 bytes (CCITT, start 0xFFFF).
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Stamp", "StampError", "block_size", "read_stamp", "stamp_bits"]

_UNIT = 16
_REFERENCE_WIDTH = 640
_MAX_COLUMNS = 40
_SYNC = 0xA5
_BYTES = 15
_DARK, _BRIGHT = 96, 160
_REDUCTIONS = (1, 2, 4)


@dataclass(frozen=True)
class Stamp:
    """Frame number since the acquisition's start (from 1), capture time in UTC microseconds."""

    frame: int
    time_us: int


class StampError(ValueError):
    """The picture holds no readable stamp."""


def block_size(width: int) -> int:
    """Return the side of a block in pixels, for a camera picture of this width."""
    return _UNIT * max(1, width // _REFERENCE_WIDTH)


def stamp_bits(stamp: Stamp) -> NDArray[np.uint8]:
    """Return the 120 bits of a stamp, 1 is white."""
    body = bytes([_SYNC]) + stamp.frame.to_bytes(4, "big") + stamp.time_us.to_bytes(8, "big")
    crc = binascii.crc_hqx(body, 0xFFFF).to_bytes(2, "big")
    return np.unpackbits(np.frombuffer(body + crc, np.uint8))


def read_stamp(image: NDArray[Any], source_width: int = 0) -> Stamp:
    """Read the stamp of a decoded picture: uint8, (height, width) or (height, width, 3).

    The picture may be reduced: ``source_width`` is the camera's width in pixels; 0 tries
    the picture's own, twice and four times that. Raises StampError.
    """
    grey = image if image.ndim == 2 else image.mean(axis=2)
    width = grey.shape[1]
    candidates = [source_width] if source_width else _candidates(width)
    for candidate in candidates:
        stamp = _read(grey, candidate)
        if stamp is not None:
            return stamp
    raise StampError(f"no stamp in a picture of {width}x{grey.shape[0]} pixels")


def _candidates(width: int) -> list[int]:
    # Halving leaves an odd last column out.
    return [width * times + rest for times in _REDUCTIONS for rest in range(times)]


def _read(grey: NDArray[Any], source_width: int) -> Stamp | None:
    block = block_size(source_width)
    columns = min(_MAX_COLUMNS, source_width // block)
    if not columns:
        return None
    scale = grey.shape[1] / source_width
    bits = np.empty(_BYTES * 8, np.uint8)
    for i in range(bits.size):
        row, column = divmod(i, columns)
        level = _level(grey, row, column, block * scale)
        if level is None or _DARK <= level <= _BRIGHT:
            return None
        bits[i] = level > _BRIGHT
    data = np.packbits(bits).tobytes()
    if data[0] != _SYNC or binascii.crc_hqx(data[:13], 0xFFFF) != int.from_bytes(data[13:], "big"):
        return None
    return Stamp(int.from_bytes(data[1:5], "big"), int.from_bytes(data[5:13], "big"))


def _level(grey: NDArray[Any], row: int, column: int, side: float) -> float | None:
    """Mean of a block's middle, clear of its neighbours; None outside the picture."""
    margin = side / 4
    top, left = row * side + margin, column * side + margin
    bottom, right = (row + 1) * side - margin, (column + 1) * side - margin
    part = grey[
        int(top) : max(int(bottom), int(top) + 1), int(left) : max(int(right), int(left) + 1)
    ]
    return float(part.mean()) if part.size and bottom <= grey.shape[0] else None
