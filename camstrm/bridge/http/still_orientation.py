"""How a camera's stills are to be shown, said in the file; its pixels stay as they are."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

from camstrm.bridge.viewers.jpeg_orientation import exif, orientation, oriented
from camstrm.wire import CameraInfo

__all__ = ["oriented_still"]

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_HEAD = 33
"""Bytes of the signature and of IHDR, which is always the first chunk (PNG 3rd edition, 5.6)."""

_ORIENTATION, _SHORT = 274, 3
"""Tag and type of TIFF 6.0, section 8."""

_HEAD = 4096
"""Bytes in which all of this stands; of a TIFF, as camstrm writes it, the directory."""

_ENTRY = 12
"""Bytes of an entry of a TIFF's directory."""


def oriented_still(pieces: Sequence[memoryview], camera: CameraInfo) -> Sequence[memoryview]:
    """Return a JPEG, PNG or TIFF, which comes in pieces, so that it says how to show it.

    A JPEG gets an EXIF segment, a PNG a chunk eXIf, a TIFF that has the tag Orientation another
    number there. What has nothing to say, or is none of these, stays as it is.
    """
    number = orientation(camera)
    if number == 1:
        return pieces
    head, rest = _divided(pieces)
    if head[:8] == _PNG and len(head) >= _PNG_HEAD:
        head = head[:_PNG_HEAD] + _chunk(b"eXIf", exif(number)) + head[_PNG_HEAD:]
    elif (place := _place_in_tiff(head)) is not None:
        at, order = place
        head = head[:at] + struct.pack(f"{order}H", number) + head[at + 2 :]
    else:
        head = b"".join(map(bytes, oriented(head, camera)))
    return memoryview(head), *rest


def _divided(pieces: Sequence[memoryview]) -> tuple[bytes, list[memoryview]]:
    """Return the first bytes, at most _HEAD, and the rest; nothing large is copied."""
    head, rest = b"", []
    for piece in pieces:
        taken = _HEAD - len(head)
        head += piece[:taken]
        if len(piece) > taken:
            rest.append(piece[taken:])
    return head, rest


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(content, zlib.crc32(kind))
    return b"".join((struct.pack(">I", len(content)), kind, content, struct.pack(">I", check)))


def _place_in_tiff(head: bytes) -> tuple[int, str] | None:
    """Return where the orientation's number is and its byte order; None if it is not there."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(head[:4])
    if order is None or len(head) < 8:
        return None
    (directory,) = struct.unpack_from(f"{order}I", head, 4)
    if directory + 2 > len(head):
        return None
    (count,) = struct.unpack_from(f"{order}H", head, directory)
    first = directory + 2
    for at in range(first, min(first + count * _ENTRY, len(head) - _ENTRY + 1), _ENTRY):
        if struct.unpack_from(f"{order}HHI", head, at) == (_ORIENTATION, _SHORT, 1):
            return at + 8, order
    return None
