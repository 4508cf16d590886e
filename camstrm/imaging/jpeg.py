"""Encode an image as JPEG."""

from __future__ import annotations

import numpy as np
import simplejpeg
from numpy.typing import NDArray

__all__ = ["MAX_SIDE", "encode_jpeg", "encode_planes"]

MAX_SIDE = 65500
"""Pixels: libjpeg's limit for width and height (JPEG_MAX_DIMENSION)."""


def encode_jpeg(image: NDArray[np.uint8], channels: str, quality: int) -> bytes:
    """Encode uint8 (height, width) as a one-component JPEG, or (height, width, n) as YCbCr 4:2:0.

    ``channels``: ``GRAY``, ``RGB``, ``BGR``, ``RGBA`` or ``BGRA`` (alpha is dropped). A grey
    picture as one component takes three quarters of the time of the same in colour.
    """
    if channels == "GRAY":
        # Not [:, :, np.newaxis]: its stride is 0, which simplejpeg 1.8 takes for a gap.
        jpeg: bytes = simplejpeg.encode_jpeg(
            image.reshape(*image.shape, 1), quality, "GRAY", "Gray"
        )
    else:
        jpeg = simplejpeg.encode_jpeg(image, quality, channels, "420")
    return jpeg


def encode_planes(
    luma: NDArray[np.uint8], blue: NDArray[np.uint8], red: NDArray[np.uint8], quality: int
) -> bytes:
    """Encode the planes of a picture, full range BT.601 as JPEG stores it, as YCbCr 4:2:0.

    ``luma``: uint8 (height, width), both even; ``blue`` (Cb) and ``red`` (Cr): uint8
    (height / 2, width / 2). ``quality``: 1 to 100. Raises ValueError for planes whose
    sizes do not fit together.
    """
    planes = [np.ascontiguousarray(plane) for plane in (luma, blue, red)]
    jpeg: bytes = simplejpeg.encode_jpeg_yuv_planes(*planes, quality)
    return jpeg
