"""PictureEncoder: raw frames in, JPEG pictures of a limited size out."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2

from camstrm.errors import ImageError
from camstrm.frame import Layout, RawFrame, pixel_format
from camstrm.imaging.image import decode
from camstrm.imaging.jpeg import MAX_SIDE, encode_jpeg, encode_planes
from camstrm.imaging.pixel_blocks import PixelBlocks, pixel_blocks
from camstrm.imaging.scale import fit_size
from camstrm.imaging.scratch import Scratch
from camstrm.imaging.yuv import planes_from_yuv

__all__ = ["EncodedPicture", "PictureEncoder"]

_SMALLEST_SIDE = 64


@dataclass(frozen=True)
class EncodedPicture:
    """A frame as JPEG.

    ``width``, ``height``: pixels of the JPEG; ``source_width``, ``source_height``: of the
    camera's frame; ``pixel_format``: the frame's PFNC code.
    """

    jpeg: bytes = field(repr=False)
    width: int
    height: int
    source_width: int
    source_height: int
    pixel_format: int


class PictureEncoder:
    """Encodes the frames of one camera; one thread at a time.

    The calls that take time (OpenCV, numpy, libjpeg-turbo) release the GIL.
    """

    def __init__(self, *, max_width: int = 1328, max_height: int = 1152, quality: int = 80) -> None:
        """Set the limits: pixels of the JPEG (1 to 65500) and JPEG quality (1 to 100).

        Raises ValueError for values beyond these.
        """
        for name, side in (("max_width", max_width), ("max_height", max_height)):
            if not 1 <= side <= MAX_SIDE:
                raise ValueError(f"{name} must be 1 to {MAX_SIDE}, not {side}")
        if not 1 <= quality <= 100:
            raise ValueError(f"quality must be 1 to 100, not {quality}")
        self._max_width = max_width
        self._max_height = max_height
        self._quality = quality
        self._scratch = Scratch()

    def encode(self, frame: RawFrame, *, quality: int = 100, halvings: int = 0) -> EncodedPicture:
        """Make a JPEG of ``frame``, reduced to fit the limits, never enlarged.

        ``quality``: at most so much, 1 to 100. ``halvings``: how often the sides are halved
        beyond the limits, where that leaves 64 pixels or more.

        Grey formats give a one-component JPEG, others YCbCr 4:2:0. The frame is only read
        and nothing refers to it afterwards; releasing it stays the caller's duty.

        Raises UnsupportedPixelFormatError or PayloadSizeError (or ImageError itself, when
        OpenCV refuses), which do not name the camera: the caller does.
        """
        width, height = fit_size(frame.width, frame.height, self._max_width, self._max_height)
        while halvings > 0 and min(width, height) >= 2 * _SMALLEST_SIDE:
            width, height, halvings = width // 2, height // 2, halvings - 1
        self._scratch.next_picture()
        try:
            blocks = pixel_blocks(frame, self._scratch)
            jpeg = _jpeg(blocks, width, height, min(quality, self._quality))
        except (cv2.error, MemoryError) as error:
            # One frame that the libraries choke on must not end the stream of its camera.
            what = f"{frame.width}x{frame.height} {pixel_format(frame.pixel_format).name}"
            raise ImageError(f"{what} cannot be encoded: {error}") from error
        return EncodedPicture(jpeg, width, height, frame.width, frame.height, frame.pixel_format)


def _jpeg(blocks: PixelBlocks, width: int, height: int, quality: int) -> bytes:
    # libjpeg-turbo pads planes of odd sides with other values: up to 6 off at the edge.
    if blocks.format.layout is Layout.YUV and width % 2 == height % 2 == 0:
        return encode_planes(*planes_from_yuv(blocks, width, height), quality)
    return encode_jpeg(*decode(blocks, width, height), quality)
