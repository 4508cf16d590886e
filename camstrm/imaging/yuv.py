"""Sort YUV and YCbCr bytes into pixels, and turn them into RGB or into the planes of a JPEG.

All these formats are taken as full range (0-255) with BT.601 coefficients, which is also
what JPEG stores: PFNC says so of the YCbCr names that carry no 601 or 709. The YUV names
come from GigE Vision 1.x and IIDC 1.31, whose tables give Y, U and V the full range of a
byte, and cameras do so (Basler AW00049313, 10.3.5: Y = 0.30 R + 0.59 G + 0.11 B,
U = -0.17 R - 0.33 G + 0.50 B, plus 128). OpenCV's YUY2 and UYVY conversions are for
television's 16-235 and would stretch the contrast.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from camstrm.frame import PixelFormat, RawFrame
from camstrm.imaging.groups import crop_to_lines
from camstrm.imaging.scale import shrink
from camstrm.imaging.scratch import Scratch
from camstrm.imaging.unpack import interleave

__all__ = ["planes_from_yuv", "rgb_from_yuv"]


def rgb_from_yuv(
    groups: NDArray[np.uint8],
    known: PixelFormat,
    frame: RawFrame,
    width: int,
    height: int,
    scratch: Scratch,
) -> NDArray[np.uint8]:
    """Convert a YUV frame to RGB uint8 (height, width, 3), at most the frame's size.

    ``groups`` as :func:`~camstrm.imaging.groups.pixel_groups` gives them. Brightness and
    colour are reduced apart from each other, before the conversion. Subsampled colour is
    repeated, not interpolated: the JPEG subsamples it again.
    """
    source = frame.width, frame.height
    parts = _parts(groups, known, *source, scratch)
    channels = [shrink(parts.luma, width, height, scratch, "Y")]
    channels += [_reduced(parts, kind, (width, height), source, scratch) for kind in "VU"]
    merged = cv2.merge(channels, scratch.array("YCrCb", (height, width, 3)))
    out = scratch.array("rgb", (height, width, 3))
    rgb: NDArray[np.uint8] = cv2.cvtColor(merged, cv2.COLOR_YCrCb2RGB, dst=out)
    return rgb


def planes_from_yuv(
    groups: NDArray[np.uint8],
    known: PixelFormat,
    frame: RawFrame,
    width: int,
    height: int,
    scratch: Scratch,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    """Return Y, Cb and Cr of a YUV frame as a JPEG of ``width`` x ``height`` stores them.

    ``width`` and ``height`` are even. Y is uint8 (height, width), the others have half as
    many rows and columns (4:2:0). The way over RGB takes 1.4 times as long and changes
    nothing but rounding.
    """
    lines = frame.height
    if len(groups) == lines >= 2 * height:
        # While the bytes lie as they came: two lines have the same order.
        lines //= 2
        rows = groups.reshape(len(groups), -1)[: 2 * lines]
        out = scratch.array("lines", (lines, rows.shape[1]))
        mean = cv2.addWeighted(rows[0::2], 0.5, rows[1::2], 0.5, 0.0, dst=out)
        groups = mean.reshape(lines, *groups.shape[1:])
    source, half = (frame.width, lines), (width // 2, height // 2)
    parts = _parts(groups, known, *source, scratch, halved=frame.width >= 2 * width)
    luma = shrink(parts.luma, width, height, scratch, "Y")
    blue, red = (_reduced(parts, kind, half, source, scratch) for kind in "UV")
    return luma, blue, red


class _Parts(NamedTuple):
    luma: NDArray[np.uint8]
    """(height, width) of the source, or half as wide."""
    chroma: dict[str, NDArray[np.uint8]]
    """By "U" and "V": one for each group of pixels."""
    group_pixels: int


def _parts(
    groups: NDArray[np.uint8],
    known: PixelFormat,
    width: int,
    height: int,
    scratch: Scratch,
    *,
    halved: bool = False,
) -> _Parts:
    """Take the bytes apart. ``halved``: the mean of two neighbours does for their brightness."""
    rows, count, group_bytes = groups.shape
    planes = [scratch.array(f"yuv{i}", (rows, count)) for i in range(group_bytes)]
    planes = list(cv2.split(groups, planes))
    lumas = [plane for plane, kind in zip(planes, known.components, strict=True) if kind == "Y"]
    chroma = {kind: planes[known.components.index(kind)] for kind in "UV"}
    if halved and len(lumas) > 1 and rows == height and width % len(lumas) == 0:
        # The neighbours are in planes of their own already: no need to put them together.
        pairs = list(zip(lumas[::2], lumas[1::2], strict=True))
        means = [
            cv2.addWeighted(left, 0.5, right, 0.5, 0.0, dst=scratch.array(f"mean{i}", left.shape))
            for i, (left, right) in enumerate(pairs)
        ]
        return _Parts(interleave(means, scratch, "luma"), chroma, len(lumas))
    luma = crop_to_lines(interleave(lumas, scratch, "luma"), height, width)
    return _Parts(luma, chroma, len(lumas))


def _reduced(
    parts: _Parts,
    kind: str,
    size: tuple[int, int],
    source: tuple[int, int],
    scratch: Scratch,
) -> NDArray[np.uint8]:
    """Reduce a colour to ``size``; this and ``source`` are (width, height)."""
    chroma = parts.chroma[kind]
    rows, count = chroma.shape
    width, height = source
    if rows != height or width % parts.group_pixels or size[0] > count:
        out = scratch.array(f"{kind} repeated", (rows, count, parts.group_pixels))
        repeated = cv2.merge([chroma] * parts.group_pixels, out).reshape(rows, -1)
        chroma = crop_to_lines(repeated, height, width)
    return shrink(chroma, *size, scratch, kind)
