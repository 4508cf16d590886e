"""A frame as the camera delivered it: bytes, geometry, PFNC pixel format, times."""

from camstrm.frame.crop import crop, lines_start_at_blocks
from camstrm.frame.pixel_format import (
    PREFERRED,
    Layout,
    Packing,
    PixelFormat,
    pixel_format,
    pixel_format_code,
)
from camstrm.frame.raw_frame import FrameTimes, RawFrame

__all__ = [
    "PREFERRED",
    "FrameTimes",
    "Layout",
    "Packing",
    "PixelFormat",
    "RawFrame",
    "crop",
    "lines_start_at_blocks",
    "pixel_format",
    "pixel_format_code",
]
