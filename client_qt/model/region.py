"""Which part of the sensor is measured. No Qt.

Parts begin and end with whole cells of a mosaic. The page has the same in model/region.js.
"""

from __future__ import annotations

import math

from camstrm.wire import Region
from client_qt.model.orientation import Rectangle

__all__ = ["centre_region", "measured_region", "region_between"]

_CELL = 2


def measured_region(
    kind: str,
    frame: tuple[int, int],
    *,
    visible: Rectangle | None = None,
    drawn: Region | None = None,
) -> Region | None:
    """Return the part of ``kind``; None: the whole frame.

    ``kind``: "whole", "visible", "centre" or "drawn".
    """
    if kind == "centre":
        return centre_region(frame)
    if kind == "drawn":
        return drawn and _within(drawn.x, drawn.y, drawn.width, drawn.height, frame)
    if kind != "visible" or visible is None:
        return None
    part = _within(visible.x, visible.y, visible.width, visible.height, frame)
    if part is not None and part.width >= frame[0] and part.height >= frame[1]:
        return None
    return part


def centre_region(frame: tuple[int, int]) -> Region | None:
    """Return the middle third of width and height."""
    width, height = frame[0] / 3, frame[1] / 3
    return _within(width, height, width, height, frame)


def region_between(
    start: tuple[float, float], end: tuple[float, float], frame: tuple[int, int]
) -> Region | None:
    """Return what is between two points of the sensor; None: nothing of it is in the frame."""
    x, y = min(start[0], end[0]), min(start[1], end[1])
    return _within(x, y, abs(start[0] - end[0]), abs(start[1] - end[1]), frame)


def _within(
    x: float, y: float, width: float, height: float, frame: tuple[int, int]
) -> Region | None:
    """Cut at the frame's edges, outwards to whole cells."""
    left, right = _cells(x, x + width, frame[0])
    top, bottom = _cells(y, y + height, frame[1])
    if right <= left or bottom <= top:
        return None
    return Region(left, top, right - left, bottom - top)


def _cells(start: float, end: float, size: int) -> tuple[int, int]:
    first = math.floor(max(0.0, start) / _CELL) * _CELL
    last = math.ceil(max(end, first + 1) / _CELL) * _CELL
    return first, min(size, last)
