"""A frame as the camera delivered it: bytes, geometry, PFNC pixel format, times."""

from camstrm.frame.raw_frame import FrameTimes, RawFrame

__all__ = ["FrameTimes", "RawFrame"]
