"""How a camera's pictures are to be shown, said in a JPEG: EXIF's orientation.

For who gets JPEGs over HTTP and knows no hello. The bytes of the picture stay as the sensor has
them; viewers on the WebSocket get them without this.
"""

from __future__ import annotations

import functools
import struct

from camstrm.wire import CameraInfo
from camstrm.wire.bundle import Buffer

__all__ = ["exif", "orientation", "oriented"]

_SOI = b"\xff\xd8"

_ORIENTATIONS = {
    (0, False): 1,
    (90, False): 6,
    (180, False): 3,
    (270, False): 8,
    (0, True): 2,
    (90, True): 7,
    (180, True): 4,
    (270, True): 5,
}
"""EXIF's number (CIPA DC-008, tag Orientation) by rotation and mirror."""


def orientation(camera: CameraInfo) -> int:
    """Return EXIF's number; 1 for a picture that is shown as it is."""
    return _ORIENTATIONS.get((camera.rotation, camera.mirror), 2 if camera.mirror else 1)


def oriented(jpeg: Buffer, camera: CameraInfo) -> tuple[bytes, Buffer]:
    """Return a JPEG of the camera in two parts, of which the first says how to show it.

    That part is empty where there is nothing to say, and for what is no JPEG.
    """
    number = orientation(camera)
    if number == 1 or bytes(jpeg[:2]) != _SOI:
        return b"", jpeg
    return _head(number), jpeg[2:]


def exif(number: int) -> bytes:
    """Return EXIF data that hold nothing but the orientation."""
    tag = struct.pack(">HHIHH", 0x0112, 3, 1, number, 0)  # Orientation, one SHORT
    return b"MM\x00\x2a" + struct.pack(">IH", 8, 1) + tag + struct.pack(">I", 0)


@functools.lru_cache
def _head(number: int) -> bytes:
    """Return the begin of a JPEG: SOI, and an APP1 segment that holds nothing but the tag."""
    body = b"Exif\x00\x00" + exif(number)
    return _SOI + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
