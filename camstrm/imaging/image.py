"""Decode a raw frame to an 8-bit image, at its own size or smaller."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from camstrm.frame import Layout, Packing
from camstrm.imaging.demosaic import demosaic, superpixel
from camstrm.imaging.pixel_blocks import PixelBlocks, narrow
from camstrm.imaging.scale import shrink
from camstrm.imaging.yuv import rgb_from_yuv

__all__ = ["Decoded", "decode"]

_INTERLEAVED = {
    Layout.RGB: "RGB",
    Layout.BGR: "BGR",
    Layout.RGBA: "RGBA",
    Layout.BGRA: "BGRA",
}


class Decoded(NamedTuple):
    """An image and the order of its channels.

    ``pixels``: uint8, (height, width) if ``channels`` is ``GRAY``, else (height, width,
    len(channels)). It may be a view on the frame's buffer or on a Scratch: use it before
    the frame is released and before the next picture.
    """

    pixels: NDArray[np.uint8]
    channels: str


def decode(blocks: PixelBlocks, width: int, height: int) -> Decoded:
    """Decode a frame to ``width`` x ``height``, at most its own size.

    Work is done on the smaller image wherever the result is the same to the eye.
    """
    layout, scratch = blocks.format.layout, blocks.scratch
    if layout is Layout.YUV:
        return Decoded(rgb_from_yuv(blocks, width, height), "RGB")
    if layout is Layout.BAYER:
        if blocks.width >= 2 * width and blocks.height >= 2 * height:
            rgb = superpixel(blocks)
        else:
            rgb = demosaic(blocks.pixels(), blocks.format.mosaic, scratch)
        return Decoded(shrink(rgb, width, height, scratch), "RGB")
    if layout is not Layout.MONO:
        return Decoded(shrink(blocks.data, width, height, scratch), _INTERLEAVED[layout])
    if blocks.format.packing is Packing.UINT16:
        # Averaging 16-bit values costs what 8-bit ones do, and leaves a quarter to narrow.
        small = shrink(blocks.words(), width, height, scratch)
        return Decoded(narrow(small, blocks.format.significant_bits, scratch), "GRAY")
    return Decoded(shrink(blocks.pixels(), width, height, scratch), "GRAY")
