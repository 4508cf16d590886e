"""The region that is measured: a box on the chosen camera's picture, drawn and moved by mouse."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter

from camstrm.wire import Region
from client_qt.model.viewport import Rectangle
from client_qt.tools.marks import ACCENT, draw_grip, draw_rectangle
from client_qt.tools.tool_desk import ToolDesk
from client_qt.widgets.overlay import OverlayView

__all__ = ["MARKING", "RegionBox", "region_between"]

MARKING = "region"
"""Name of the tool that is on while the next drag on the picture makes a region."""

_REACH = 9.0
"""Logical pixels from a corner within which the mouse takes hold of it."""

_LEAST = 4.0
"""A drag over less logical pixels is a click, and makes no region."""


class RegionBox:
    """Shown while its figures are: the panel that measures, or the focus bar, is there."""

    def __init__(self, desk: ToolDesk) -> None:
        self._desk = desk
        self._fixed: tuple[float, float] | None = None
        """The corner across from the one that is held, on the sensor; None: none is held."""
        self._moved_from: tuple[float, float, Region] | None = None
        """Where the mouse took hold of the whole box, and the box then; None: it does not."""

    def paint(self, painter: QPainter, view: OverlayView) -> None:
        """Draw the box, its corners where it can be taken hold of."""
        region = self._shown(view)
        if region is None:
            return
        box = _box(view, region)
        draw_rectangle(painter, box, ACCENT)
        for corner in _corners(box):
            draw_grip(painter, corner)

    def mouse(self, event: QEvent, view: OverlayView) -> bool:
        """Mark a region, take hold of a corner, or of the box if it is not larger than the view."""
        if not isinstance(event, QMouseEvent) or not view.viewport.known or view.cursor is None:
            return False
        kind = event.type()
        if kind is QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            return view.camera == self._desk.services.chosen and self._press(view)
        if kind is QEvent.Type.MouseMove:
            return self._move(view)
        if kind is QEvent.Type.MouseButtonRelease and self._held:
            if self._fixed is not None:
                self._desk.switch(MARKING, on=False)
            self._fixed = self._moved_from = None
            return True
        return False

    @property
    def _held(self) -> bool:
        return self._fixed is not None or self._moved_from is not None

    def _shown(self, view: OverlayView) -> Region | None:
        desk = self._desk
        if view.camera != desk.services.chosen or not view.viewport.known:
            return None
        return desk.points().region if desk.shows_region else None

    def _press(self, view: OverlayView) -> bool:
        cursor, region = view.cursor or (0.0, 0.0), self._shown(view)
        here = view.to_sensor(*cursor)
        if self._desk.on(MARKING):
            self._fixed = here
        elif region is not None:
            box = _box(view, region)
            for corner in _corners(box):
                if math.dist(cursor, corner.toTuple()) <= _REACH:
                    opposite = 2 * box.center() - corner
                    self._fixed = view.to_sensor(opposite.x(), opposite.y())
            if self._fixed is None and box.contains(QPointF(*cursor)) and view.viewport.fits:
                self._moved_from = (*here, region)
        return self._held

    def _move(self, view: OverlayView) -> bool:
        here = view.to_sensor(*(view.cursor or (0.0, 0.0)))
        size = view.viewport.frame
        if self._fixed is not None:
            if math.dist(view.cursor or (0, 0), view.to_stage(*self._fixed)) >= _LEAST:
                self._desk.place("region", region_between(self._fixed, here, size))
        elif self._moved_from is not None:
            x, y, was = self._moved_from
            left = min(max(round(was.x + here[0] - x), 0), size[0] - was.width)
            top = min(max(round(was.y + here[1] - y), 0), size[1] - was.height)
            self._desk.place("region", Region(left, top, was.width, was.height))
        return self._held


def region_between(a: tuple[float, float], b: tuple[float, float], size: tuple[int, int]) -> Region:
    """Return the region of whole pixels between two points, within a sensor of this size."""
    left, right = (min(max(x, 0.0), float(size[0])) for x in sorted((a[0], b[0])))
    top, bottom = (min(max(y, 0.0), float(size[1])) for y in sorted((a[1], b[1])))
    x, y = min(math.floor(left), size[0] - 1), min(math.floor(top), size[1] - 1)
    return Region(x, y, max(math.ceil(right) - x, 1), max(math.ceil(bottom) - y, 1))


def _box(view: OverlayView, region: Region) -> QRectF:
    place = view.viewport.place(Rectangle(region.x, region.y, region.width, region.height))
    return QRectF(place.x, place.y, place.width, place.height)


def _corners(box: QRectF) -> tuple[QPointF, ...]:
    return box.topLeft(), box.topRight(), box.bottomLeft(), box.bottomRight()
