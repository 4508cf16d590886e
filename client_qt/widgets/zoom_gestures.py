"""Wheel, drag and keys of a camera's view as movements of its viewport."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from client_qt.model.viewport import Viewport

__all__ = ["ZoomGestures"]

_WHEEL_STEP = 1.25
"""Of one step of a wheel (120 eighths of a degree) the zoom changes by this factor."""

_KEY_STEP = 1.5
_KEY_PART = 1 / 8
"""Of a key the zoom changes by the factor, the place by this part of the stage."""

_ARROWS = {
    Qt.Key.Key_Left: (_KEY_PART, 0.0),
    Qt.Key.Key_Right: (-_KEY_PART, 0.0),
    Qt.Key.Key_Up: (0.0, _KEY_PART),
    Qt.Key.Key_Down: (0.0, -_KEY_PART),
}
"""Which way the picture moves, in parts of the stage: right, down."""

_WITH_OTHERS = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)
"""Keys pressed together with these are no movements."""


class ZoomGestures:
    """Moves the viewport of one widget; its methods say whether the event did something.

    Used by the UI thread alone.
    """

    def __init__(self, widget: QWidget, viewport: Viewport, stage: Callable[[], QRect]) -> None:
        """``stage`` gives where in the widget the picture is."""
        self._widget = widget
        self._viewport = viewport
        self._stage = stage
        self._drag: QPointF | None = None
        """Where the mouse was last while it drags the picture; None while it does not."""

    def turn_wheel(self, event: QWheelEvent) -> bool:
        """Zoom at the cursor."""
        steps = event.angleDelta().y() / 120
        stage = self._stage()
        if not steps or not self._viewport.known or not _holds(stage, event.position()):
            return False
        if steps < 0 and self._viewport.fits:
            return False
        at = event.position() - QPointF(stage.topLeft())
        self._viewport.zoom_by(_WHEEL_STEP**steps, at.x(), at.y())
        return True

    def press(self, event: QMouseEvent) -> bool:
        """Begin to move an enlarged picture."""
        if event.button() != Qt.MouseButton.LeftButton or self._viewport.fits:
            return False
        if not _holds(self._stage(), event.position()):
            return False
        self._drag = event.position()
        self.show_cursor()
        return True

    def move(self, event: QMouseEvent) -> bool:
        """Move the picture with the mouse."""
        if self._drag is None or self._viewport.fits:
            return False
        moved = event.position() - self._drag
        self._drag = event.position()
        self._viewport.pan_by(moved.x(), moved.y())
        return True

    def release(self, event: QMouseEvent) -> None:
        """Leave the picture where it is."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag = None
            self.show_cursor()

    def press_key(self, event: QKeyEvent) -> bool:
        """0 fits, 1 shows a pixel of the camera on one of the screen, + - zoom, arrows move."""
        view, key = self._viewport, event.key()
        if event.modifiers() & _WITH_OTHERS:
            return False
        if key == Qt.Key.Key_0:
            view.fit()
        elif key == Qt.Key.Key_1:
            view.zoom_to(1 / self._widget.devicePixelRatioF())
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            view.zoom_by(_KEY_STEP)
        elif key == Qt.Key.Key_Minus:
            view.zoom_by(1 / _KEY_STEP)
        elif key in _ARROWS and not view.fits:
            right, down = _ARROWS[Qt.Key(key)]
            stage = self._stage()
            view.pan_by(right * stage.width(), down * stage.height())
        else:
            return False
        return True

    def show_cursor(self) -> None:
        """Let the mouse cursor be a hand where it can move the picture."""
        if self._viewport.fits or not self._viewport.known:
            self._drag = None
            self._widget.unsetCursor()
        elif self._drag is None:
            self._widget.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self._widget.setCursor(Qt.CursorShape.ClosedHandCursor)


def _holds(stage: QRect, position: QPointF) -> bool:
    return stage.contains(position.toPoint())
