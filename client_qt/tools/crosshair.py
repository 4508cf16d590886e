"""Crosshair and grid, for adjusting a camera to something."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QLineF
from PySide6.QtGui import QColor, QPainter

from client_qt.tools.marks import draw_line
from client_qt.tools.tool_desk import ToolDesk
from client_qt.widgets.overlay import OverlayView

__all__ = ["Crosshair", "Grid", "crosshair_pixel"]

_PARTS = 3
"""The grid has so many parts each way: thirds, as viewfinders have them."""

_FAINT = QColor(255, 255, 255, 150)
_GAP = 5.0
"""Logical pixels around the crosshair's middle that stay free: what is there is looked at."""


class Crosshair:
    """Two lines through one pixel of the sensor; through its middle until it is moved."""

    def __init__(self, desk: ToolDesk) -> None:
        self._desk = desk

    def paint(self, painter: QPainter, view: OverlayView) -> None:
        """Draw it to the edges of the frame."""
        if not self._desk.on("crosshair") or not view.viewport.known:
            return
        width, height = view.viewport.frame
        x, y = crosshair_pixel(self._desk, view)
        middle = view.to_stage(x + 0.5, y + 0.5)
        for end in ((0, y + 0.5), (width, y + 0.5), (x + 0.5, 0), (x + 0.5, height)):
            line = QLineF(*middle, *view.to_stage(*end))
            if line.length() > _GAP:
                line.setP1(line.pointAt(_GAP / line.length()))
                draw_line(painter, line)

    def mouse(self, _event: QEvent, _view: OverlayView) -> bool:
        return False


class Grid:
    """Lines that part the frame in three each way, and its middle."""

    def __init__(self, desk: ToolDesk) -> None:
        self._desk = desk

    def paint(self, painter: QPainter, view: OverlayView) -> None:
        """Draw it over the frame, whatever part of it can be seen."""
        if not self._desk.on("grid") or not view.viewport.known:
            return
        width, height = view.viewport.frame
        for part in range(1, _PARTS):
            x, y = width * part / _PARTS, height * part / _PARTS
            for first, last in (((x, 0), (x, height)), ((0, y), (width, y))):
                draw_line(painter, QLineF(*view.to_stage(*first), *view.to_stage(*last)), _FAINT)

    def mouse(self, _event: QEvent, _view: OverlayView) -> bool:
        return False


def crosshair_pixel(desk: ToolDesk, view: OverlayView) -> tuple[int, int]:
    """Return the pixel of the sensor that the crosshair is at."""
    width, height = view.viewport.frame
    x, y = desk.points(view.camera).crosshair or (width // 2, height // 2)
    return min(x, width - 1), min(y, height - 1)
