"""View a frame's bytes as whole groups of pixels, after checking that they are there."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from camstrm.errors import PayloadSizeError, UnsupportedPixelFormatError
from camstrm.frame import Layout, PixelFormat, RawFrame, pixel_format

__all__ = ["crop_to_lines", "frame_format", "pixel_groups"]

_NEUTRAL_CHROMA = 128


def frame_format(frame: RawFrame) -> PixelFormat:
    """Describe the frame's pixel format.

    Raises UnsupportedPixelFormatError if there is no decoder for it, PayloadSizeError if
    the frame has no pixels or its buffer is too short for them.
    """
    known = pixel_format(frame.pixel_format)
    if not known.decodable:
        raise UnsupportedPixelFormatError(known.code, known.name, known.remedy)
    # Python integers do not overflow: an absurd size wants an absurd number of bytes.
    wanted = known.payload_size(frame.width, frame.height, frame.padding_x)
    if wanted == 0 or frame.data.size < wanted:
        raise PayloadSizeError(known.name, frame.width, frame.height, wanted, frame.data.size)
    return known


def pixel_groups(frame: RawFrame, known: PixelFormat) -> NDArray[np.uint8]:
    """View the pixels as uint8 (rows, groups, ``known.group_bytes``).

    ``frame`` has passed :func:`frame_format`. rows is the frame's height where each line
    starts with a new group, else 1 (:meth:`PixelFormat.payload_size` says when groups run
    over the ends of lines); :func:`crop_to_lines` undoes that. The result is a read-only
    view on the frame's buffer in all but one case: a last group that the buffer cuts short
    is completed in a copy.
    """
    padding = max(0, frame.padding_x)
    rows, run = frame.height, frame.width
    if run % known.group_pixels and not padding:
        rows, run = 1, frame.width * frame.height
    used = -(-run * known.bits_per_pixel // 8)
    lines = frame.data[: (used + padding) * rows].reshape(rows, used + padding)[:, :used]
    if run % known.group_pixels == 0:
        return lines.reshape(rows, -1, known.group_bytes)
    groups = -(-run // known.group_pixels)
    whole = np.zeros((rows, groups, known.group_bytes), np.uint8)
    if known.layout is Layout.YUV:
        whole[:, -1] = whole[:, -2] if groups > 1 else _NEUTRAL_CHROMA
    whole.reshape(rows, -1)[:, :used] = lines
    if known.layout is Layout.YUV and groups > 1:
        # A colour that is missing at the end is that of the pixels before.
        missing = groups * known.group_bytes - used
        whole[:, -1, -missing:] = whole[:, -2, -missing:]
    return whole


def crop_to_lines(pixels: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    """Cut unpacked pixels (rows, run, ...) down to (height, width, ...); a view."""
    if pixels.shape[0] == height:
        return pixels[:, :width]
    rest = pixels.shape[2:]
    return pixels.reshape(-1, *rest)[: height * width].reshape(height, width, *rest)
