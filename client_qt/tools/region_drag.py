"""A part of the picture is drawn, moved and resized: with the mouse, or with arrow keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPen

from client_qt.model.region_grip import GRIPS, Grip, grip_at, grip_places, moved, pulled, spanned
from client_qt.model.viewport import Rectangle
from client_qt.widgets.camera_view import CameraView
from client_qt.widgets.overlay import OverlayView, register_overlay
from client_qt.widgets.picture_choice import ChosenPart, picture_choice
from client_qt.widgets.services import ViewerServices

__all__ = ["RegionDrag"]

_REACH = 9.0
"""Logical pixels from the middle of a handle within which it is taken."""

_HANDLE = 7.0
"""Logical pixels of a handle's side."""

_LEAST = 3.0
"""Logical pixels that the mouse has to move before a rectangle is drawn: a click is none."""

_CLICKED_PART = 1 / 24
"""Side of what a click chooses, as a part of the picture's longer side."""

_LARGE = 10
"""Steps of an arrow key with Ctrl."""

_SHADE = QColor(0, 0, 0, 130)
_EDGE = QColor(0, 0, 0, 190)
_LINE = QColor(255, 255, 255)

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}

_CURSORS = {
    (1, 1): Qt.CursorShape.SizeFDiagCursor,
    (1, -1): Qt.CursorShape.SizeBDiagCursor,
    (1, 0): Qt.CursorShape.SizeHorCursor,
    (0, 1): Qt.CursorShape.SizeVerCursor,
    (0, 0): Qt.CursorShape.SizeAllCursor,
}


class RegionDrag(QObject):
    """The overlay of PictureChoice; there is one for all cameras.

    The camera's view gets the arrows (move), Shift with arrows (resize), Ctrl for large
    steps, Enter (take it) and Escape (leave it) while something is chosen on it.
    """

    def __init__(self, services: ViewerServices) -> None:
        super().__init__(services)
        self._services = services
        self._choice = picture_choice(services)
        self._choice.changed.connect(self._follow)
        self._grip: Grip | None = None
        """What the mouse holds; None: nothing, or it spans a new rectangle."""
        self._from: tuple[float, float] | None = None
        """Where on the sensor the mouse was pressed; None: it is not."""
        self._before: Rectangle | None = None
        """The rectangle as it was then."""
        self._view: CameraView | None = None
        """The view whose keys come here."""

    def paint(self, painter: QPainter, view: OverlayView) -> None:
        """Draw the rectangle, its handles and its size, and darken what is beside it."""
        part = self._choice.part
        if part is None or part.camera != view.camera or part.region is None:
            return
        area = _on_stage(part, part.region, view)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        beside = QPainterPath()
        beside.addRect(QRectF(0, 0, view.width, view.height))
        beside.addRect(area)
        painter.fillPath(beside, _SHADE)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((_EDGE, 3.0), (_LINE, 1.0)):
            painter.setPen(QPen(colour, width))
            painter.drawRect(area)
        if part.adjusts:
            painter.setPen(QPen(_EDGE, 1.0))
            painter.setBrush(_LINE)
            edges = Rectangle(area.x(), area.y(), area.width(), area.height())
            for x, y in grip_places(edges, GRIPS).values():
                painter.drawRect(QRectF(x - _HANDLE / 2, y - _HANDLE / 2, _HANDLE, _HANDLE))
        _paint_size(painter, area, part.region, view)
        painter.restore()

    def mouse(self, event: QEvent, view: OverlayView) -> bool:
        """Draw, move or resize with the left button."""
        part = self._choice.part
        if part is None or part.camera != view.camera or view.cursor is None:
            return False
        at = _sensor_at(part, *view.cursor, view)
        if not isinstance(event, QMouseEvent):
            return False
        if event.type() == QEvent.Type.MouseButtonPress:
            if event.button() != Qt.MouseButton.LeftButton:
                return False
            self._from, self._before = at, part.region
            self._grip = self._grip_at(part, at, view)
            return True
        if event.type() == QEvent.Type.MouseMove:
            if self._from is None:
                self._show_cursor(part, at, view)
                return False
            self._drag(part, at, view)
            return True
        if event.type() == QEvent.Type.MouseButtonRelease and self._from is not None:
            self._drag(part, at, view)
            self._end_drag(part, at)
            return True
        return event.type() == QEvent.Type.MouseButtonDblClick

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  # Qt's name
        """Take the keys that the view would zoom and move its picture with."""
        pressed = event.type() == QEvent.Type.KeyPress and watched is self._view
        if pressed and isinstance(event, QKeyEvent) and self._press(event):
            return True
        return super().eventFilter(watched, event)

    def _press(self, event: QKeyEvent) -> bool:
        part, key = self._choice.part, Qt.Key(event.key())
        if part is None:
            return False
        if key == Qt.Key.Key_Escape:
            self._choice.end(None)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choice.draw(part.region or _middle(part))
            self._choice.confirm()
        elif key in _ARROWS:
            self._arrow(part, key, event.modifiers())
        else:
            return False
        return True

    def _arrow(self, part: ChosenPart, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
        times = _LARGE if modifiers & Qt.KeyboardModifier.ControlModifier else 1
        resizes = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        steps = part.size_steps if resizes else part.steps
        right, down = (n * step * times for n, step in zip(_ARROWS[key], steps, strict=True))
        region = part.region or _middle(part)
        if resizes:
            larger = (max(region.width + right, 1.0), max(region.height + down, 1.0))
            self._choice.draw(Rectangle(region.x, region.y, *larger))
        else:
            self._choice.draw(moved(region, right, down, part.whole))

    def _grip_at(self, part: ChosenPart, at: tuple[float, float], view: OverlayView) -> Grip | None:
        if part.region is None or not part.adjusts:
            return None
        grip = grip_at(part.region, *at, _REACH / view.viewport.scale)
        # With the whole sensor chosen there would be no place to begin another rectangle.
        full = (part.region.width, part.region.height) >= part.whole
        return None if grip is Grip.INSIDE and full else grip

    def _drag(self, part: ChosenPart, at: tuple[float, float], view: OverlayView) -> None:
        if self._from is None:
            return
        right, down = at[0] - self._from[0], at[1] - self._from[1]
        if self._grip is not None and self._before is not None:
            self._choice.draw(pulled(self._before, self._grip, right, down, part.whole))
        elif max(abs(right), abs(down)) * view.viewport.scale >= _LEAST:
            self._choice.draw(_inside(spanned(self._from, at), part.whole))

    def _end_drag(self, part: ChosenPart, at: tuple[float, float]) -> None:
        clicked = self._choice.part is not None and self._choice.part.region == self._before
        self._from = self._before = self._grip = None
        if part.adjusts:
            return
        if clicked:
            side = max(part.whole) * _CLICKED_PART
            around = Rectangle(at[0] - side / 2, at[1] - side / 2, side, side)
            self._choice.draw(_inside(around, part.whole))
        self._choice.confirm()

    def _show_cursor(self, part: ChosenPart, at: tuple[float, float], view: OverlayView) -> None:
        if self._view is None:
            return
        grip = self._grip_at(part, at, view)
        if grip is None:
            self._view.setCursor(Qt.CursorShape.CrossCursor)
            return
        # The picture may be turned: what counts is where the handle is on the screen.
        right, down = grip.value
        x0, y0 = view.to_stage(0.0, 0.0)
        x1, y1 = view.to_stage(float(right), float(down))
        sx, sy = round(_sign(x1 - x0)), round(_sign(y1 - y0))
        self._view.setCursor(_CURSORS.get((sx, sy)) or _CURSORS[(-sx, -sy)])

    def _follow(self) -> None:
        """Have the keys of the view on which something is chosen."""
        part = self._choice.part
        wanted = None if part is None else self._services.view(part.camera)
        if wanted is self._view:
            return
        self._from = self._before = self._grip = None
        if self._view is not None:
            self._view.removeEventFilter(self)
            self._view.unsetCursor()
        self._view = wanted
        if wanted is not None:
            wanted.installEventFilter(self)
            wanted.setCursor(Qt.CursorShape.CrossCursor)
            wanted.setFocus(Qt.FocusReason.OtherFocusReason)


def _sign(value: float) -> float:
    return 0.0 if abs(value) < 1e-9 else 1.0 if value > 0 else -1.0  # rounding


def _middle(part: ChosenPart) -> Rectangle:
    """Return where the keys begin: a quarter of the picture in its middle."""
    width, height = part.whole
    return Rectangle(width * 3 / 8, height * 3 / 8, width / 4, height / 4)


def _inside(region: Rectangle, whole: tuple[int, int]) -> Rectangle:
    x1, y1 = max(region.x, 0.0), max(region.y, 0.0)
    x2, y2 = min(region.x + region.width, whole[0]), min(region.y + region.height, whole[1])
    return Rectangle(min(x1, whole[0]), min(y1, whole[1]), max(x2 - x1, 0.0), max(y2 - y1, 0.0))


def _sensor_at(part: ChosenPart, x: float, y: float, view: OverlayView) -> tuple[float, float]:
    at_x, at_y = view.to_sensor(x, y)
    return at_x + part.offset[0], at_y + part.offset[1]


def _on_stage(part: ChosenPart, region: Rectangle, view: OverlayView) -> QRectF:
    x, y = region.x - part.offset[0], region.y - part.offset[1]
    first = QPointF(*view.to_stage(x, y))
    second = QPointF(*view.to_stage(x + region.width, y + region.height))
    return QRectF(first, second).normalized()


def _paint_size(painter: QPainter, area: QRectF, region: Rectangle, view: OverlayView) -> None:
    """Write the size at the upper edge of the rectangle, where there is room."""
    text = f"{region.width:.0f} \u00d7 {region.height:.0f}  ({region.x:.0f}, {region.y:.0f})"
    metrics = painter.fontMetrics()
    width, height = metrics.horizontalAdvance(text) + 12, metrics.height() + 6
    left = min(max(area.left(), 0.0), max(view.width - width, 0.0))
    above = area.top() - height - 4
    top = above if above >= 0 else min(max(area.top() + 6, 0.0), float(view.height - height))
    if above < 0:
        left = min(left + 6, max(view.width - width, 0.0))
    label = QRectF(left, top, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_EDGE)
    painter.drawRect(label)
    painter.setPen(_LINE)
    painter.drawText(label, Qt.AlignmentFlag.AlignCenter, text)


register_overlay(RegionDrag)
