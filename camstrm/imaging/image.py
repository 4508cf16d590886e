"""Decode a raw frame to an 8-bit image, at its own size or smaller."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from camstrm.frame import Layout, Packing, PixelFormat
from camstrm.imaging.demosaic import demosaic, superpixel
from camstrm.imaging.pixel_blocks import PixelBlocks, narrow
from camstrm.imaging.scale import Pyramid
from camstrm.imaging.scratch import Scratch
from camstrm.imaging.yuv import rgb_from_yuv

__all__ = ["Decoded", "DecodedBlocks", "decode", "finished", "full_size"]

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


class DecodedBlocks:
    """A frame, or a part of one, at as many sizes as are wanted.

    What two sizes have in common is done once. Used by one thread; the pictures are valid as
    those of :func:`decode`.
    """

    def __init__(self, blocks: PixelBlocks) -> None:
        self.blocks = blocks
        self._pyramids: dict[bool, Pyramid] = {}  # by whether they begin at half the size

    def sized(self, width: int, height: int) -> Decoded:
        """Decode to ``width`` x ``height``, at most the size of the blocks.

        Work is done on the smaller image wherever the result is the same to the eye.
        """
        blocks, layout = self.blocks, self.blocks.format.layout
        if layout is Layout.YUV:
            return Decoded(rgb_from_yuv(blocks, width, height), "RGB")
        halved = blocks.width >= 2 * width and blocks.height >= 2 * height
        halved = halved and layout is Layout.BAYER
        pyramid = self._pyramids.get(halved)
        if pyramid is None:
            image = superpixel(blocks) if halved else full_size(blocks)
            pyramid = self._pyramids[halved] = Pyramid(image, blocks.scratch)
        return finished(blocks.format, pyramid.reduced(width, height), blocks.scratch)


def decode(blocks: PixelBlocks, width: int, height: int) -> Decoded:
    """Decode a frame to ``width`` x ``height``, at most its own size."""
    return DecodedBlocks(blocks).sized(width, height)


def full_size(blocks: PixelBlocks) -> NDArray[Any]:
    """Decode at the blocks' own size, to what :func:`finished` takes."""
    layout = blocks.format.layout
    if layout is Layout.YUV:
        return rgb_from_yuv(blocks, blocks.width, blocks.height)
    if layout is Layout.BAYER:
        return demosaic(blocks.pixels(), blocks.format.mosaic, blocks.scratch)
    if layout is not Layout.MONO:
        return blocks.data
    # Averaging 16-bit values costs what 8-bit ones do, and leaves a quarter to narrow.
    return blocks.words() if blocks.format.packing is Packing.UINT16 else blocks.pixels()


def finished(known: PixelFormat, image: NDArray[Any], scratch: Scratch) -> Decoded:
    """Return an image of :func:`full_size`, or what it was reduced to, as 8 bits a channel."""
    if known.layout is not Layout.MONO:
        return Decoded(image, _INTERLEAVED.get(known.layout, "RGB"))
    if known.packing is Packing.UINT16:
        image = narrow(image, known.significant_bits, scratch)
    return Decoded(image, "GRAY")
