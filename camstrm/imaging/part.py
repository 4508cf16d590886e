"""A part of a frame as picture: its pixels are those that the whole picture has there."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from camstrm.frame import Layout, RawFrame, crop, lines_start_at_blocks, pixel_format
from camstrm.imaging.image import Decoded, DecodedBlocks, finished, full_size
from camstrm.imaging.pixel_blocks import PixelBlocks, pixel_blocks
from camstrm.imaging.scale import Pyramid
from camstrm.imaging.scratch import Scratch
from camstrm.wire import Region

__all__ = ["FramePart"]

_MARGIN = 4
"""Pixels decoded around a region of which each is made from its neighbours.

Interpolation of a Bayer mosaic looks one pixel far; 4 keep cells of colours and packed blocks
whole, and what is decoded is never smaller than OpenCV's interpolation wants.
"""


class FramePart:
    """A region of a frame, or all of it, at as many sizes as are wanted.

    ``region``: inside the frame, its corner on multiples of 8 (:func:`camstrm.wire.clipped`).
    Used by one thread, while the frame is not released and up to ``scratch``'s next picture.
    """

    def __init__(self, frame: RawFrame, region: Region, scratch: Scratch) -> None:
        self._frame = frame
        self._region = region
        self._scratch = scratch
        self._format = pixel_format(frame.pixel_format)
        self._exact: DecodedBlocks | None = None  # the region alone
        self._inner: Pyramid | None = None  # the region as cut out of more

    def blocks(self) -> PixelBlocks | None:
        """Return the region's pixels, None if they cannot be cut out of the raw frame."""
        window = self._window(0)
        if window != self._region or self._cuts_a_block:
            return None
        if self._exact is None:
            part = crop(self._frame, self._region)
            self._exact = DecodedBlocks(pixel_blocks(part, self._scratch))
        return self._exact.blocks

    def sized(self, width: int, height: int) -> Decoded:
        """Decode to ``width`` x ``height``, at most the region's size."""
        region, bayer = self._region, self._format.layout is Layout.BAYER
        halved = region.width >= 2 * width and region.height >= 2 * height
        alone = not bayer or halved or self._whole
        if alone and self.blocks() is not None:
            assert self._exact is not None
            return self._exact.sized(width, height)
        if self._inner is None:
            window = self._window(_MARGIN)
            blocks = pixel_blocks(crop(self._frame, window), self._scratch)
            x, y = region.x - window.x, region.y - window.y
            image: NDArray[Any] = full_size(blocks)
            self._inner = Pyramid(image[y : y + region.height, x : x + region.width], self._scratch)
        return finished(self._format, self._inner.reduced(width, height), self._scratch)

    @property
    def layout(self) -> Layout:
        """Which components the frame's pixels have."""
        return self._format.layout

    @property
    def _whole(self) -> bool:
        region, frame = self._region, self._frame
        return (region.width, region.height) == (frame.width, frame.height)

    @property
    def _cuts_a_block(self) -> bool:
        """Whether the last colour of the region's lines is in a block that is incomplete."""
        yuv = self._format.layout is Layout.YUV
        return yuv and not self._whole and self._region.width % self._format.block_pixels > 0

    def _window(self, margin: int) -> Region:
        """Return the region with a margin, or the whole lines that hold it."""
        region, frame = self._region, self._frame
        left, top = max(0, region.x - margin), max(0, region.y - margin)
        right = min(frame.width, region.x + region.width + margin)
        bottom = min(frame.height, region.y + region.height + margin)
        if not lines_start_at_blocks(frame):
            left, right = 0, frame.width
        return Region(left, top, right - left, bottom - top)
