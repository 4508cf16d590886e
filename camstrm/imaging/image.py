"""Decode a raw frame to an 8-bit image, at its own size or smaller."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from camstrm.frame import Layout, Packing, PixelFormat, RawFrame
from camstrm.imaging.demosaic import demosaic, superpixel
from camstrm.imaging.groups import frame_format, pixel_groups
from camstrm.imaging.scale import shrink
from camstrm.imaging.scratch import Scratch
from camstrm.imaging.unpack import narrow, unpack, words
from camstrm.imaging.yuv import rgb_from_yuv

__all__ = ["Decoded", "decode", "to_image"]

_INTERLEAVED = {
    Layout.RGB: "RGB",
    Layout.BGR: "BGR",
    Layout.RGBA: "RGBA",
    Layout.BGRA: "BGRA",
}
_TO_RGB = {
    "BGR": cv2.COLOR_BGR2RGB,
    "RGBA": cv2.COLOR_RGBA2RGB,
    "BGRA": cv2.COLOR_BGRA2RGB,
}


class Decoded(NamedTuple):
    """An image and the order of its channels.

    ``pixels``: uint8, (height, width) if ``channels`` is ``GRAY``, else (height, width,
    len(channels)). It may be a view on the frame's buffer or on a Scratch: use it before
    the frame is released and before the next one is decoded.
    """

    pixels: NDArray[np.uint8]
    channels: str


def decode(
    frame: RawFrame, known: PixelFormat, width: int, height: int, scratch: Scratch
) -> Decoded:
    """Decode ``frame`` to ``width`` x ``height``, at most its own size.

    ``known``: what :func:`~camstrm.imaging.groups.frame_format` said of the frame. Work is
    done on the smaller image wherever the result is the same to the eye.
    """
    groups = pixel_groups(frame, known)
    if known.layout is Layout.MONO:
        return Decoded(_decode_mono(groups, frame, known, width, height, scratch), "GRAY")
    if known.layout is Layout.BAYER:
        if frame.width >= 2 * width and frame.height >= 2 * height:
            rgb = superpixel(groups, known, frame.height, frame.width, scratch)
        else:
            mosaic = unpack(groups, known, frame.height, frame.width, scratch)
            rgb = demosaic(mosaic, known.mosaic, scratch)
        return Decoded(shrink(rgb, width, height, scratch), "RGB")
    if known.layout is Layout.YUV:
        return Decoded(rgb_from_yuv(groups, known, frame, width, height, scratch), "RGB")
    return Decoded(shrink(groups, width, height, scratch), _INTERLEAVED[known.layout])


def _decode_mono(
    groups: NDArray[np.uint8],
    frame: RawFrame,
    known: PixelFormat,
    width: int,
    height: int,
    scratch: Scratch,
) -> NDArray[np.uint8]:
    if known.packing is Packing.UINT16:
        # Averaging 16-bit values costs what 8-bit ones do, and leaves a quarter to narrow.
        small = shrink(words(groups), width, height, scratch)
        return narrow(small, known.significant_bits, scratch)
    pixels = unpack(groups, known, frame.height, frame.width, scratch)
    reduced: NDArray[np.uint8] = shrink(pixels, width, height, scratch)
    return reduced


def to_image(frame: RawFrame) -> NDArray[np.uint8]:
    """Decode ``frame`` at full size: uint8 (height, width) grey or (height, width, 3) RGB.

    The result is the caller's own; it does not refer to the frame's buffer. More than 8
    bits are cut to the 8 highest, Bayer mosaics are interpolated bilinearly.

    Raises UnsupportedPixelFormatError or PayloadSizeError.
    """
    known = frame_format(frame)
    pixels, channels = decode(frame, known, frame.width, frame.height, Scratch())
    if channels in _TO_RGB:
        converted: NDArray[np.uint8] = cv2.cvtColor(pixels, _TO_RGB[channels])
        return converted
    return np.array(pixels, order="C")
