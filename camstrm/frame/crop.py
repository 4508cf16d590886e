"""A part of a frame is a frame: its first byte is further on, and more is between its lines."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from camstrm.frame.pixel_format import Layout, PixelFormat, pixel_format
from camstrm.frame.raw_frame import RawFrame

__all__ = ["Rectangle", "crop", "lines_start_at_blocks"]


class Rectangle(Protocol):
    """A part of a frame in its pixels, such as a view's Region."""

    @property
    def x(self) -> int: ...
    @property
    def y(self) -> int: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...


def lines_start_at_blocks(frame: RawFrame) -> bool:
    """Whether each line begins with a new block of pixels, so that columns can be cut out.

    Without padding, blocks run over the ends of lines whose width is no multiple of theirs
    (:meth:`PixelFormat.payload_size`).
    """
    return frame.padding_x > 0 or frame.width % pixel_format(frame.pixel_format).block_pixels == 0


def crop(frame: RawFrame, region: Rectangle) -> RawFrame:
    """View ``region`` of ``frame`` as a frame.

    Nothing is copied, and the whole frame is still what has to be released. Where lines do not
    start at blocks, only whole lines can be cut out, from one that does.

    Raises ValueError for a region that is not inside the frame or that cuts a block of pixels or
    a Bayer cell.
    """
    known = pixel_format(frame.pixel_format)
    x, y, width, height = region.x, region.y, region.width, region.height
    if not (0 <= x < x + width <= frame.width and 0 <= y < y + height <= frame.height):
        raise ValueError(f"{region} is not inside {frame.width}x{frame.height}")
    if lines_start_at_blocks(frame):
        _check_columns(known, region, frame.width)
        line = -(-frame.width * known.bits_per_pixel // 8) + max(0, frame.padding_x)
        start = y * line + x * known.bits_per_pixel // 8
        padding_x = line - -(-width * known.bits_per_pixel // 8)
    else:
        if width < frame.width or y * width % known.block_pixels:
            text = f"lines of {frame.width} pixels {known.name} do not start at a byte"
            raise ValueError(text)
        start = y * width * known.bits_per_pixel // 8
        padding_x = 0
    end = start + known.payload_size(width, height, padding_x)
    return replace(
        frame,
        data=frame.data[start:end],
        width=width,
        height=height,
        padding_x=padding_x,
        on_release=lambda: None,
    )


def _check_columns(known: PixelFormat, region: Rectangle, frame_width: int) -> None:
    block, width = known.block_pixels, region.width
    cell_x, cell_y = (max(block, 2), 2) if known.layout is Layout.BAYER else (block, 1)
    if region.x % cell_x or region.y % cell_y:
        raise ValueError(f"x must be a multiple of {cell_x}, y of {cell_y}")
    # The last colour of a line is shared by the pixels of a whole block.
    at_edge = region.x + width == frame_width
    if known.layout is Layout.YUV and width % block and (not at_edge or width < block):
        raise ValueError(f"width must be a multiple of {block}")
