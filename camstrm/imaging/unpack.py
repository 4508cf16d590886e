"""Unpack 10 to 16 bits per pixel to the 8 highest, without a 16-bit image in between.

Each pixel becomes ``value >> (significant_bits - 8)``. Pixels of one place in their group
go into a plane of their own, because OpenCV splits and merges channels with vector
instructions: 2656x2304 Mono12Packed takes 0.7 ms this way and 1.9 ms with strided numpy
copies, where a memcpy of 2656x2304 bytes takes 0.25 ms.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from camstrm.frame import Packing, PixelFormat
from camstrm.imaging.groups import crop_to_lines
from camstrm.imaging.scratch import Scratch

__all__ = ["group_planes", "interleave", "narrow", "unpack", "words"]

Bytes = NDArray[np.uint8]


def words(groups: Bytes) -> NDArray[np.uint16]:
    """View groups of two bytes (rows, width, 2) as uint16 (rows, width).

    A copy if they are not aligned (an odd number of padding bytes): OpenCV refuses those.
    """
    return np.require(groups.view("<u2")[:, :, 0], requirements=["ALIGNED"])


def narrow(values: NDArray[np.uint16], significant_bits: int, scratch: Scratch) -> Bytes:
    """Shift uint16 values right until 8 of ``significant_bits`` (8 to 16) remain.

    Bits above the significant ones, which PFNC wants to be 0, are cut off.
    """
    out: Bytes = scratch.array("narrow", values.shape)
    # The cast throws away the high byte, which is 0 after the shift or was never valid.
    return np.right_shift(values, significant_bits - 8, out=out, casting="unsafe")


def group_planes(groups: Bytes, known: PixelFormat, scratch: Scratch, name: str) -> list[Bytes]:
    """Unpack a packed format to one plane uint8 (rows, groups) per pixel of a group.

    ``name`` keeps apart what is unpacked for the same frame.
    """
    if known.packing is Packing.LSB_PACKED and known.significant_bits == 10:
        return _planes_10p(groups, scratch, name)
    out = [scratch.array(f"{name}{i}", groups.shape[:2]) for i in range(3)]
    first, middle, last = cv2.split(groups, out)
    if known.packing is Packing.LSB_PACKED:
        # 12p: the first pixel's high bits are spread over the first two bytes. Multiplying
        # is a left shift for which numpy has vector code (8 times as fast as left_shift).
        np.right_shift(first, 4, out=first)
        np.multiply(middle, 16, out=middle)
        np.bitwise_or(first, middle, out=first)
    return [first, last]


def _planes_10p(groups: Bytes, scratch: Scratch, name: str) -> list[Bytes]:
    planes = [scratch.array(f"{name}{i}", groups.shape[:2]) for i in range(4)]
    # Pixel i starts at bit 10 * i; its 8 highest bits start at bit 2 + 2 * i of byte i.
    for i in range(3):
        pair = groups[:, :, i : i + 2].view("<u2")[:, :, 0]
        np.right_shift(pair, 2 + 2 * i, out=planes[i], casting="unsafe")
    np.copyto(planes[3], groups[:, :, 4])
    return planes


def interleave(planes: list[Bytes], scratch: Scratch, name: str) -> Bytes:
    """Put 1 to 4 planes uint8 (rows, groups) side by side: (rows, groups * len(planes)).

    With more than 4, OpenCV's merge takes five times as long per byte.
    """
    if len(planes) == 1:
        return planes[0]
    rows, count = planes[0].shape
    merged: Bytes = cv2.merge(planes, scratch.array(name, (rows, count, len(planes))))
    return merged.reshape(rows, -1)


def unpack(
    groups: Bytes, known: PixelFormat, height: int, width: int, scratch: Scratch
) -> NDArray[Any]:
    """Unpack a one-component format to uint8 (height, width).

    ``groups`` as :func:`~camstrm.imaging.groups.pixel_groups` gives them. 8-bit formats
    come back as a view on ``groups``, others in an array of ``scratch``.
    """
    if known.packing is Packing.BYTES:
        return groups[:, :, 0]
    if known.packing is Packing.UINT16:
        return narrow(words(groups), known.significant_bits, scratch)
    planes = group_planes(groups, known, scratch, "unpack")
    return crop_to_lines(interleave(planes, scratch, "pixels"), height, width)
