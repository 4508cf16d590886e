"""Sort YUV and YCbCr bytes into pixels, and turn them into RGB or into the planes of a JPEG.

All these formats are taken as full range (0-255) with BT.601 coefficients, which is also
what JPEG stores: PFNC says so of the YCbCr names that carry no 601 or 709. The YUV names
come from GigE Vision 1.x and IIDC 1.31, whose tables give Y, U and V the full range of a
byte, and cameras do so (Basler AW00049313, 10.3.5: Y = 0.30 R + 0.59 G + 0.11 B,
U = -0.17 R - 0.33 G + 0.50 B, plus 128). OpenCV's YUY2 and UYVY conversions are for
television's 16-235 and would stretch the contrast.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from camstrm.imaging.pixel_blocks import PixelBlocks, interleave
from camstrm.imaging.scale import shrink

__all__ = ["planes_from_yuv", "rgb_from_yuv"]

Plane = NDArray[np.uint8]


def rgb_from_yuv(blocks: PixelBlocks, width: int, height: int) -> Plane:
    """Convert a YUV frame to RGB uint8 (height, width, 3), at most the frame's size.

    Brightness and colour are reduced apart from each other, before the conversion.
    Subsampled colour is repeated, not interpolated: the JPEG subsamples it again.
    """
    scratch = blocks.scratch
    luma, chroma = _split(blocks)
    channels = [shrink(luma, width, height, scratch)]
    channels += [_reduced(blocks, chroma[kind], width, height) for kind in "VU"]
    merged = cv2.merge(channels, scratch.array((height, width, 3)))
    rgb: Plane = cv2.cvtColor(merged, cv2.COLOR_YCrCb2RGB, dst=scratch.array((height, width, 3)))
    return rgb


def planes_from_yuv(blocks: PixelBlocks, width: int, height: int) -> tuple[Plane, Plane, Plane]:
    """Return Y, Cb and Cr of a YUV frame as a JPEG of ``width`` x ``height`` stores them.

    ``width`` and ``height`` are even. Y is uint8 (height, width), the others have half as
    many rows and columns (4:2:0). The way over RGB takes 1.4 times as long and changes
    nothing but rounding.
    """
    scratch = blocks.scratch
    if len(blocks.data) == blocks.height >= 2 * height:
        # While the bytes are as they came: two lines have the same order.
        lines = blocks.height // 2
        rows = blocks.data.reshape(blocks.height, -1)[: 2 * lines]
        out = scratch.array((lines, rows.shape[1]))
        mean = cv2.addWeighted(rows[0::2], 0.5, rows[1::2], 0.5, 0.0, dst=out)
        data = mean.reshape(lines, *blocks.data.shape[1:])
        blocks = replace(blocks, data=data, height=lines)
    luma, chroma = _split(blocks, halved=blocks.width >= 2 * width)
    blue, red = (_reduced(blocks, chroma[kind], width // 2, height // 2) for kind in "UV")
    return shrink(luma, width, height, scratch), blue, red


def _split(blocks: PixelBlocks, *, halved: bool = False) -> tuple[Plane, dict[str, Plane]]:
    """Take the bytes apart: brightness (height, width), and "U" and "V" (rows, blocks).

    ``halved``: brightness may come back half as wide, the mean of two neighbours.
    """
    scratch, components = blocks.scratch, blocks.format.components
    planes = blocks.split()
    lumas = [plane for plane, kind in zip(planes, components, strict=True) if kind == "Y"]
    chroma = {kind: planes[components.index(kind)] for kind in "UV"}
    whole_lines = len(blocks.data) == blocks.height and blocks.width % len(lumas) == 0
    if halved and len(lumas) > 1 and whole_lines:
        # The neighbours are in planes of their own already: no need to put them together.
        means = [
            cv2.addWeighted(left, 0.5, right, 0.5, 0.0, dst=scratch.array(left.shape))
            for left, right in zip(lumas[::2], lumas[1::2], strict=True)
        ]
        return interleave(means, scratch), chroma
    return blocks.lines_of(interleave(lumas, scratch)), chroma


def _reduced(blocks: PixelBlocks, chroma: Plane, width: int, height: int) -> Plane:
    """Reduce one colour of ``blocks`` to ``width`` x ``height``."""
    rows, count = chroma.shape
    repeats = blocks.format.block_pixels
    if rows != blocks.height or blocks.width % repeats or width > count:
        chroma = blocks.lines_of(interleave([chroma] * repeats, blocks.scratch))
    reduced: Plane = shrink(chroma, width, height, blocks.scratch)
    return reduced
