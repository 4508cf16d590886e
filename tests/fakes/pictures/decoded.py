"""What a frame shows at full size, by the product's own decoder."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from camstrm.frame import RawFrame
from camstrm.imaging.image import decode
from camstrm.imaging.pixel_blocks import pixel_blocks
from camstrm.imaging.scratch import Scratch

_TO_RGB = {
    "BGR": cv2.COLOR_BGR2RGB,
    "RGBA": cv2.COLOR_RGBA2RGB,
    "BGRA": cv2.COLOR_BGRA2RGB,
}


def to_image(frame: RawFrame) -> NDArray[np.uint8]:
    """Decode ``frame``: uint8 (height, width) grey or (height, width, 3) RGB, the caller's own."""
    pixels, channels = decode(pixel_blocks(frame, Scratch()), frame.width, frame.height)
    if channels in _TO_RGB:
        return np.asarray(cv2.cvtColor(pixels, _TO_RGB[channels]), np.uint8)
    return np.array(pixels, order="C")
