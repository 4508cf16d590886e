"""Write an image as TIFF: all bits of the sensor, and what is known of the frame."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import numpy as np
import tifffile

from camstrm.errors import ImageError
from camstrm.imaging.full_depth import DeepImage

__all__ = ["encode_tiff"]

_ASCII, _SHORT, _BYTE = 2, 3, 1
"""Types of TIFF 6.0, section 2."""

_MAX_HEAD = 256 * 1024
"""Bytes before the pixels; the text is most of them."""

_MAX_SAMPLE_VALUE = 281
_ORIENTATION = 274
"""Always written, as 1 (as it is): who knows how the camera is mounted puts in another number."""

_MAKE = 271
_MODEL = 272
_CFA_REPEAT_PATTERN_DIM = 33421
_CFA_PATTERN = 33422
"""Tags of TIFF 6.0 and TIFF/EP (ISO 12234-2)."""

_COLOURS = {"R": 0, "G": 1, "B": 2}
"""Numbers of colours in CFAPattern."""


def encode_tiff(
    image: DeepImage, text: str, *, make: str, model: str, taken: datetime, software: str
) -> list[bytes | memoryview]:
    """Write an image uncompressed, its values in the low bits; return the file's parts.

    The last part is the memory of ``image`` itself: to copy 12 to 37 MB takes 8 to 30 ms, during
    which no other thread of the process runs, not even one that takes a frame from its camera.

    A mosaic is grey for readers that know no mosaics, with the tags CFARepeatPatternDim and
    CFAPattern: photometric interpretation 32803 (CFA) would say it more loudly, but OpenCV and
    Pillow refuse files with it. MaxSampleValue is the largest value of the sensor's bits.
    ``text``: ASCII, becomes ImageDescription. ``taken``: UTC. Raises ImageError for a text that is
    too long.
    """
    colours = 3 if image.channels == "RGB" else 1
    tags: list[tuple[int, int, int, Any, bool]] = [
        (_MAX_SAMPLE_VALUE, _SHORT, colours, ((1 << image.bits) - 1,) * colours, True),
        (_ORIENTATION, _SHORT, 1, 1, True),
        (_MAKE, _ASCII, 0, _ascii(make), True),
        (_MODEL, _ASCII, 0, _ascii(model), True),
    ]
    if image.channels == "CFA":
        pattern = bytes(_COLOURS[colour] for colour in image.mosaic)
        tags += [
            (_CFA_REPEAT_PATTERN_DIM, _SHORT, 2, (2, 2), True),
            (_CFA_PATTERN, _BYTE, 4, pattern, True),
        ]
    pixels = np.ascontiguousarray(image.pixels)
    file = _Head()
    with tifffile.TiffWriter(file) as writer:
        place = writer.write(
            None,
            shape=pixels.shape,
            dtype=pixels.dtype,
            photometric="rgb" if colours == 3 else "minisblack",
            description=text,
            metadata=None,
            datetime=taken.strftime("%Y:%m:%d %H:%M:%S"),
            software=_ascii(software),
            extratags=[tag for tag in tags if tag[3]],
            contiguous=True,
            returnoffset=True,
        )
    if place is None or place[0] > _MAX_HEAD:
        raise ImageError(f"the TIFF has no room for {len(text)} characters of text")
    return [file.getvalue()[: place[0]].ljust(place[0], b"\0"), pixels.data.cast("B")]


class _Head(io.BytesIO):
    """Keeps the file's first bytes and only counts the others, where the pixels belong."""

    def write(self, data: Any, /) -> int:
        if self.tell() <= _MAX_HEAD:
            return super().write(data)
        size = memoryview(data).nbytes
        self.seek(size, io.SEEK_CUR)
        return size


def _ascii(text: str) -> str:
    return text.encode("ascii", "replace").decode("ascii")
