"""Put time and number into a JPEG, so that any client of any server can measure age and skips.

Standard library only: the peers' interpreter imports this too.
"""

from __future__ import annotations

import struct
from pathlib import Path

__all__ = ["PICTURE_SIZES", "STAMP_SIZE", "find_stamp", "load_jpegs", "stamped"]

PICTURE_SIZES = ((1328, 1152), (640, 480), (640, 480))
"""Width and height of each camera's picture: 2656x2304 halved and two of 640x480."""

_SEGMENT = struct.Struct(">HHH8sQQ")
"""Start of image, then a comment segment: marker, its size, magic, sequence number, time."""

_START, _COMMENT = 0xFFD8, 0xFFFE
_MAGIC = b"camstrm\x01"
_FIELDS = struct.Struct(">QQ")

STAMP_SIZE = _SEGMENT.size - 2
"""Bytes by which a stamped JPEG is longer."""


def load_jpegs(folder: Path) -> list[bytes]:
    """Return the JPEG files of ``folder`` in the order of their names."""
    return [path.read_bytes() for path in sorted(folder.glob("*.jpg"))]


def stamped(jpeg: bytes, seq: int, time_ns: int) -> bytes:
    """Return the JPEG with a comment right after its start; it stays a legal JPEG."""
    head = _SEGMENT.pack(_START, _COMMENT, STAMP_SIZE - 2, _MAGIC, seq, time_ns)
    return b"".join((head, memoryview(jpeg)[2:]))


def find_stamp(data: bytes | bytearray) -> tuple[int, int] | None:
    """Return ``(seq, time_ns)`` of the first stamp in ``data``; None if there is none."""
    start = data.find(_MAGIC)
    if start < 0 or len(data) < start + len(_MAGIC) + _FIELDS.size:
        return None
    seq, time_ns = _FIELDS.unpack_from(data, start + len(_MAGIC))
    return seq, time_ns
