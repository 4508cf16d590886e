"""Sort YUV and YCbCr bytes into pixels and turn them into RGB.

All these formats are taken as full range (0-255) with BT.601 coefficients, which is also
what JPEG stores: PFNC says so of the YCbCr names that carry no 601 or 709. The YUV names
come from GigE Vision 1.x and IIDC 1.31, whose tables give Y, U and V the full range of a
byte, and cameras do so (Basler AW00049313, 10.3.5: Y = 0.30 R + 0.59 G + 0.11 B,
U = -0.17 R - 0.33 G + 0.50 B, plus 128). OpenCV's YUY2 and UYVY conversions are for
television's 16-235 and would stretch the contrast.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from camstrm.frame import PixelFormat, RawFrame
from camstrm.imaging.groups import crop_to_lines
from camstrm.imaging.scale import shrink
from camstrm.imaging.scratch import Scratch
from camstrm.imaging.unpack import interleave

__all__ = ["rgb_from_yuv"]


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
    rows, count, group_bytes = groups.shape
    planes = [scratch.array(f"yuv{i}", (rows, count)) for i in range(group_bytes)]
    planes = list(cv2.split(groups, planes))
    lumas = [plane for plane, kind in zip(planes, known.components, strict=True) if kind == "Y"]
    luma = crop_to_lines(interleave(lumas, scratch, "luma"), frame.height, frame.width)
    channels = [shrink(luma, width, height, scratch, "Y")]
    for kind in "VU":
        chroma = planes[known.components.index(kind)]
        if rows != frame.height or frame.width % len(lumas) or width > count:
            chroma = _per_pixel(chroma, len(lumas), frame, scratch, kind)
        channels.append(shrink(chroma, width, height, scratch, kind))
    merged = cv2.merge(channels, scratch.array("YCrCb", (height, width, 3)))
    out = scratch.array("rgb", (height, width, 3))
    rgb: NDArray[np.uint8] = cv2.cvtColor(merged, cv2.COLOR_YCrCb2RGB, dst=out)
    return rgb


def _per_pixel(
    chroma: NDArray[np.uint8], times: int, frame: RawFrame, scratch: Scratch, name: str
) -> NDArray[Any]:
    rows, count = chroma.shape
    out = scratch.array(f"{name} repeated", (rows, count, times))
    repeated = cv2.merge([chroma] * times, out).reshape(rows, -1)
    return crop_to_lines(repeated, frame.height, frame.width)
