"""PictureEncoder: raw frames in, JPEG pictures of a limited size out."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2

from camstrm.errors import ImageError
from camstrm.frame import Layout, RawFrame, pixel_format
from camstrm.imaging.jpeg import MAX_SIDE, encode_jpeg, encode_planes
from camstrm.imaging.part import FramePart
from camstrm.imaging.pixel_blocks import check_pixels
from camstrm.imaging.scale import fit_size
from camstrm.imaging.scratch import Scratch
from camstrm.imaging.yuv import planes_from_yuv
from camstrm.wire import Region, View, clipped

__all__ = ["EncodedPicture", "FrameEncoding", "PictureEncoder"]

_SMALLEST_SIDE = 64
"""Pixels below which no side of a whole picture is halved to keep to a budget."""

_SMALLEST_REGION_SIDE = 320
"""The same of a region: its details are wanted, and come at a lower quality."""


@dataclass(frozen=True)
class EncodedPicture:
    """A frame, or a region of it, as JPEG.

    ``width``, ``height``: pixels of the JPEG; ``source_width``, ``source_height``: of the
    camera's frame; ``pixel_format``: the frame's PFNC code; ``region``: the part of the frame
    that it shows.
    """

    jpeg: bytes = field(repr=False)
    width: int
    height: int
    source_width: int
    source_height: int
    pixel_format: int
    region: Region


class PictureEncoder:
    """Encodes the frames of one camera; one thread at a time.

    The calls that take time (OpenCV, numpy, libjpeg-turbo) release the GIL.
    """

    def __init__(self, *, max_width: int = 1328, max_height: int = 1152, quality: int = 80) -> None:
        """Set the limits: pixels of the JPEG (1 to 65500) and JPEG quality (1 to 100).

        Raises ValueError for values beyond these.
        """
        for name, side in (("max_width", max_width), ("max_height", max_height)):
            if not 1 <= side <= MAX_SIDE:
                raise ValueError(f"{name} must be 1 to {MAX_SIDE}, not {side}")
        if not 1 <= quality <= 100:
            raise ValueError(f"quality must be 1 to 100, not {quality}")
        self._max_width = max_width
        self._max_height = max_height
        self._quality = quality
        self._scratch = Scratch()

    def encode(self, frame: RawFrame, *, quality: int = 100, halvings: int = 0) -> EncodedPicture:
        """Make a JPEG of all of ``frame``: :meth:`FrameEncoding.whole` of that frame."""
        return self.begin(frame).whole(quality=quality, halvings=halvings)

    def begin(self, frame: RawFrame) -> FrameEncoding:
        """Return what makes pictures of ``frame``, until the next call or the frame's release.

        Raises UnsupportedPixelFormatError or PayloadSizeError, which do not name the camera: the
        caller does.
        """
        self._scratch.next_picture()
        limits = (self._max_width, self._max_height, self._quality)
        return FrameEncoding(frame, self._scratch, *limits)


class FrameEncoding:
    """One frame on its way to one or several pictures, which share what they have in common.

    The frame is only read and nothing refers to it afterwards; releasing it stays the caller's
    duty. Grey formats give a one-component JPEG, others YCbCr 4:2:0.
    """

    def __init__(
        self, frame: RawFrame, scratch: Scratch, max_width: int, max_height: int, quality: int
    ) -> None:
        """Check the frame; the limits are those of the PictureEncoder."""
        check_pixels(frame)
        self._frame = frame
        self._scratch = scratch
        self._max_width = max_width
        self._max_height = max_height
        self._quality = quality
        self._parts: dict[Region, FramePart] = {}

    def whole(self, *, quality: int = 100, halvings: int = 0) -> EncodedPicture:
        """Make a JPEG of all of the frame, reduced to fit the limits, never enlarged.

        ``quality``: at most so much, 1 to 100. ``halvings``: how often the sides are halved
        beyond the limits, where that leaves 64 pixels or more. Raises ImageError when OpenCV
        refuses.
        """
        picture = self.view(View(0), quality=quality, halvings=halvings)
        assert picture is not None
        return picture

    def view(self, view: View, *, quality: int = 100, halvings: int = 0) -> EncodedPicture | None:
        """Make a JPEG of what a view shows; None if nothing of that is inside the frame.

        Reduced to fit the view's limits, else the stream's, never enlarged; the view's quality
        is in place of the stream's. ``quality``, ``halvings``: as in :meth:`whole`, but that a
        region is halved only where that leaves 320 pixels or more. Raises ImageError when OpenCV
        refuses.
        """
        frame = self._frame
        region = clipped(view.region, frame.width, frame.height)
        if region is None:
            return None
        limits = view.max_width or self._max_width, view.max_height or self._max_height
        width, height = fit_size(region.width, region.height, *limits)
        smallest = _SMALLEST_SIDE if view.region is None else _SMALLEST_REGION_SIDE
        while halvings > 0 and min(width, height) >= 2 * smallest:
            width, height, halvings = width // 2, height // 2, halvings - 1
        part = self._parts.get(region)
        if part is None:
            part = self._parts[region] = FramePart(frame, region, self._scratch)
        quality = min(quality, view.quality or self._quality)
        try:
            jpeg = _jpeg(part, width, height, quality)
        except (cv2.error, MemoryError) as error:
            # One frame that the libraries choke on must not end the stream of its camera.
            what = f"{frame.width}x{frame.height} {pixel_format(frame.pixel_format).name}"
            raise ImageError(f"{what} cannot be encoded: {error}") from error
        return EncodedPicture(
            jpeg, width, height, frame.width, frame.height, frame.pixel_format, region
        )


def _jpeg(part: FramePart, width: int, height: int, quality: int) -> bytes:
    # libjpeg-turbo pads planes of odd sides with other values: up to 6 off at the edge.
    if part.layout is Layout.YUV and width % 2 == height % 2 == 0:
        blocks = part.blocks()
        if blocks is not None:
            return encode_planes(*planes_from_yuv(blocks, width, height), quality)
    return encode_jpeg(*part.sized(width, height), quality)
