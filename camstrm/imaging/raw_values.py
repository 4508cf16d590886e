"""A frame's values at their full depth, of the lines and columns that are wanted.

``pixel_blocks`` keeps the 8 highest bits, for pictures. Here all bits stay, for measurements
and for stills at full depth, and what is not asked for is not unpacked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from camstrm.frame import Layout, Packing, PixelFormat, RawFrame
from camstrm.imaging.pixel_blocks import pixel_blocks
from camstrm.imaging.scratch import Scratch

__all__ = ["RawValues", "Values"]

Values = NDArray[Any]
"""uint8, or uint16 with the value in the low bits; (lines, columns)."""

_INTERLEAVED = {
    Layout.RGB: ((0, "R"), (1, "G"), (2, "B")),
    Layout.BGR: ((2, "R"), (1, "G"), (0, "B")),
    Layout.RGBA: ((0, "R"), (1, "G"), (2, "B")),
    Layout.BGRA: ((2, "R"), (1, "G"), (0, "B")),
}
"""Place in the pixel and name of each component; alpha holds nothing of the sensor."""


class RawValues:
    """The values of one frame; to be used before the frame is released, by one thread."""

    def __init__(self, frame: RawFrame) -> None:
        """Check that the pixels are there.

        Raises UnsupportedPixelFormatError or PayloadSizeError.
        """
        self._blocks = pixel_blocks(frame, Scratch())
        self.format: PixelFormat = self._blocks.format
        self.width, self.height = frame.width, frame.height

    @property
    def names(self) -> tuple[str, ...]:
        """Name what :meth:`components` returns, in its order."""
        layout = self.format.layout
        if layout is Layout.YUV:
            return ("Y", "Cb", "Cr") if self.format.name.startswith("YCbCr") else ("Y", "U", "V")
        if layout in _INTERLEAVED:
            return ("R", "G", "B")
        return ("mosaic",) if layout is Layout.BAYER else ("grey",)

    @property
    def cell(self) -> int:
        """Pixels along the side of the smallest square with all colours: 2 of a mosaic, else 1."""
        return 2 if self.format.layout is Layout.BAYER else 1

    @property
    def largest(self) -> int:
        """Return the largest value that the format has room for."""
        return (1 << self.format.significant_bits) - 1

    def components(self, lines: slice, columns: slice) -> tuple[Values, ...]:
        """Unpack each component of these pixels to an array (lines, columns).

        ``lines`` may have a step, ``columns`` has none; both are within the frame. Colour that
        YUV pixels share is repeated for each of them. The arrays may be views on the frame.
        """
        block = self.format.block_pixels
        if len(self._blocks.data) == self.height:
            first, last = columns.start // block, -(-columns.stop // block)
            runs = self._unpacked(self._blocks.data[lines, first:last])
            cut = columns.start - first * block
            return tuple(run[:, cut : cut + columns.stop - columns.start] for run in runs)
        # Blocks run over the ends of lines: each line is cut out of the one run of them.
        parts = [self._cut_line(line, columns) for line in range(*lines.indices(self.height))]
        return tuple(np.concatenate(part) for part in zip(*parts, strict=True))

    def _cut_line(self, line: int, columns: slice) -> tuple[Values, ...]:
        start, stop = line * self.width + columns.start, line * self.width + columns.stop
        block = self.format.block_pixels
        first, last = start // block, -(-stop // block)
        runs = self._unpacked(self._blocks.data[:, first:last])
        return tuple(run[:, start - first * block : stop - first * block] for run in runs)

    def _unpacked(self, data: NDArray[np.uint8]) -> tuple[Values, ...]:
        """Unpack blocks uint8 (rows, blocks, bytes) to (rows, pixels) for each component."""
        known = self.format
        if known.layout is Layout.YUV:
            return _yuv(data, known.components)
        if known.layout in _INTERLEAVED:
            return tuple(data[:, :, place] for place, _ in _INTERLEAVED[known.layout])
        if known.packing is Packing.BYTES:
            return (data[:, :, 0],)
        if known.packing is Packing.UINT16:
            words = data.view("<u2")[:, :, 0]
            # Bits above the significant ones ought to be 0.
            return (words if known.significant_bits == 16 else words & np.uint16(self.largest),)
        if known.packing is Packing.LSB_PACKED and known.significant_bits == 10:
            return (_side_by_side(_planes_10p(data)),)
        first, middle, last = (plane.astype(np.uint16) for plane in cv2.split(data))
        low = known.significant_bits - 8
        if known.packing is Packing.LSB_PACKED:
            first |= (middle & 15) << 8
            last = last << 4 | middle >> 4
        else:
            mask = (1 << low) - 1
            first = first << low | middle & mask
            last = last << low | middle >> 4 & mask
        return (_side_by_side([first, last]),)


def _planes_10p(data: NDArray[np.uint8]) -> list[Values]:
    # Pixel i starts at bit 10 * i, which is bit 2 * i of byte i.
    pairs = [data[:, :, i : i + 2].view("<u2")[:, :, 0] for i in range(4)]
    return [pair >> 2 * i & 1023 for i, pair in enumerate(pairs)]


def _side_by_side(planes: Sequence[Values]) -> Values:
    """Interleave planes (rows, blocks) to (rows, blocks * len(planes))."""
    merged: Values = cv2.merge(list(planes))
    return merged.reshape(len(merged), -1)


def _yuv(data: NDArray[np.uint8], components: str) -> tuple[Values, ...]:
    lumas = [data[:, :, i] for i, kind in enumerate(components) if kind == "Y"]
    chroma = [data[:, :, components.index(kind)] for kind in "UV"]
    return tuple(
        _side_by_side([np.ascontiguousarray(plane) for plane in planes])
        for planes in (lumas, *([plane] * len(lumas) for plane in chroma))
    )
