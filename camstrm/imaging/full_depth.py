"""A region of a frame as an image that keeps all bits of the sensor."""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from camstrm.frame import Layout
from camstrm.imaging.demosaic import demosaic
from camstrm.imaging.raw_values import RawValues
from camstrm.imaging.scratch import Scratch
from camstrm.wire.views import Region

__all__ = ["DeepImage", "colour_image", "mosaic_image"]

_MARGIN = 2
"""Pixels round a region that its demosaicing looks at, so that its edge is as in the whole."""


class DeepImage(NamedTuple):
    """An image of its own memory: it outlives the frame.

    ``pixels``: uint8, or uint16 with the value in the low bits; (height, width) for "GRAY" and
    "CFA", (height, width, 3) for "RGB". ``bits``: of a value. ``mosaic``: of a "CFA", the colours
    of the first two pixels of line 0 and of line 1, else empty.
    """

    pixels: NDArray[Any]
    channels: str
    bits: int
    mosaic: str = ""


def mosaic_image(raw: RawValues, region: Region) -> DeepImage:
    """Return the values of a mosaic as they are; ``region`` starts at a cell of colours."""
    (values,) = raw.components(*_slices(region))
    return DeepImage(np.array(values), "CFA", raw.format.significant_bits, raw.format.mosaic)


def colour_image(raw: RawValues, region: Region) -> DeepImage:
    """Return a region as "RGB", or as "GRAY" where the sensor sees no colours.

    Its pixels are those that the same region has in an image of the whole frame.
    """
    layout, bits = raw.format.layout, raw.format.significant_bits
    if layout is Layout.BAYER:
        return DeepImage(_demosaiced(raw, region), "RGB", bits)
    planes = raw.components(*_slices(region))
    if layout is Layout.MONO:
        return DeepImage(np.array(planes[0]), "GRAY", bits)
    if layout is Layout.YUV:
        luma, blue, red = planes
        rgb = cv2.cvtColor(cv2.merge([luma, red, blue]), cv2.COLOR_YCrCb2RGB)
        return DeepImage(rgb, "RGB", bits)
    return DeepImage(cv2.merge(list(planes)), "RGB", bits)


def _slices(region: Region) -> tuple[slice, slice]:
    return (
        slice(region.y, region.y + region.height),
        slice(region.x, region.x + region.width),
    )


def _demosaiced(raw: RawValues, region: Region) -> NDArray[Any]:
    # From even corners, so that the order of colours stays.
    left = max(0, region.x - region.x % 2 - _MARGIN)
    top = max(0, region.y - region.y % 2 - _MARGIN)
    right = min(raw.width, region.x + region.width + _MARGIN)
    bottom = min(raw.height, region.y + region.height + _MARGIN)
    (values,) = raw.components(slice(top, bottom), slice(left, right))
    rgb = demosaic(np.ascontiguousarray(values), raw.format.mosaic, Scratch())
    x, y = region.x - left, region.y - top
    return np.ascontiguousarray(rgb[y : y + region.height, x : x + region.width])
