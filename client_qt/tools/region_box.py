"""The region that is measured: a box on the chosen camera's picture, drawn and moved by mouse."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter

from camstrm.wire import Region
from client_qt.model.orientation import Rectangle
from client_qt.model.region import region_between
from client_qt.tools.marks import ACCENT, draw_grip, draw_rectangle
from client_qt.tools.tool_desk import ToolDesk
from client_qt.widgets.overlay import OverlayView

__all__ = ["DRAWING", "RegionBox"]

DRAWING = "region"
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
        """Draw the box; one that was drawn with the corners to take hold of."""
        desk = self._desk
        if view.camera != desk.services.chosen or not view.viewport.known:
            return
        region = desk.region if desk.shows_region else None
        if region is None or desk.region_kind == "visible":
            return  # the edges of what can be seen need no box
        box = _box(view, region)
        draw_rectangle(painter, box, ACCENT)
        if desk.region_kind == "drawn":
            for corner in _corners(box):
                draw_grip(painter, corner)

    def burnt_in(self, camera: int) -> str:
        there = self._desk.shows_region and self._desk.region is not None
        return "region" if there and camera == self._desk.services.chosen else ""

    def mouse(self, event: QEvent, view: OverlayView) -> bool:
        """Draw a region, take hold of a corner, or of the box while all of the picture is seen."""
        if not isinstance(event, QMouseEvent) or not view.viewport.known or view.cursor is None:
            return False
        kind = event.type()
        if kind is QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            return view.camera == self._desk.services.chosen and self._press(view)
        if kind is QEvent.Type.MouseMove:
            return self._move(view)
        if kind is QEvent.Type.MouseButtonRelease and self._held:
            self._fixed = self._moved_from = None
            self._desk.switch(DRAWING, on=False)
            return True
        return False

    @property
    def _held(self) -> bool:
        return self._fixed is not None or self._moved_from is not None

    def _press(self, view: OverlayView) -> bool:
        desk, cursor = self._desk, view.cursor or (0.0, 0.0)
        here, region = view.to_sensor(*cursor), desk.points().drawn
        if desk.on(DRAWING):
            self._fixed = here
        elif region is not None and desk.shows_region and desk.region_kind == "drawn":
            box = _box(view, region)
            for corner in _corners(box):
                if math.dist(cursor, (corner.x(), corner.y())) <= _REACH:
                    opposite = box.center() * 2 - corner
                    self._fixed = view.to_sensor(opposite.x(), opposite.y())
            if self._fixed is None and box.contains(QPointF(*cursor)) and view.viewport.fits:
                self._moved_from = (*here, region)
        return self._held

    def _move(self, view: OverlayView) -> bool:
        cursor, size = view.cursor or (0.0, 0.0), view.viewport.frame
        here = view.to_sensor(*cursor)
        if self._fixed is not None:
            if math.dist(cursor, view.to_stage(*self._fixed)) >= _LEAST:
                drawn = region_between(self._fixed, here, size)
                self._desk.use_region("drawn", drawn)
        elif self._moved_from is not None:
            x, y, was = self._moved_from
            left = min(max(was.x + here[0] - x, 0), size[0] - was.width)
            top = min(max(was.y + here[1] - y, 0), size[1] - was.height)
            # Whole cells of a mosaic.
            moved = Region(int(left) // 2 * 2, int(top) // 2 * 2, was.width, was.height)
            self._desk.use_region("drawn", moved)
        return self._held


def _box(view: OverlayView, region: Region) -> QRectF:
    place = view.viewport.place(Rectangle(region.x, region.y, region.width, region.height))
    return QRectF(place.x, place.y, place.width, place.height)


def _corners(box: QRectF) -> tuple[QPointF, ...]:
    return box.topLeft(), box.topRight(), box.bottomLeft(), box.bottomRight()
