"""Wheel, drag and keys as movements of the viewport of a camera's view."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from client_qt.model.viewport import Viewport

__all__ = ["ZoomGestures"]

_WHEEL_STEP = 1.25
"""Of one step of a wheel (120 eighths of a degree) the zoom changes by this factor."""

_KEY_STEP = 1.5
_KEY_PART = 1 / 8
"""Of a key the zoom changes by the factor, the place by this part of the stage."""

_ARROWS = {
    "ArrowLeft": (_KEY_PART, 0.0),
    "ArrowRight": (-_KEY_PART, 0.0),
    "ArrowUp": (0.0, _KEY_PART),
    "ArrowDown": (0.0, -_KEY_PART),
}
"""Which way the picture moves, in parts of the stage: right, down."""


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

    def zoom(self, direction: int) -> None:
        """Zoom in (1) or out (-1) at the middle by a step."""
        self._viewport.zoom_by(_KEY_STEP**direction)

    def native(self) -> None:
        """Show a pixel of the camera on one of the screen."""
        self._viewport.zoom_to(1 / self._widget.devicePixelRatioF())

    def push(self, key: str) -> bool:
        """Move an enlarged picture with an arrow, by its name in keys.json."""
        if self._viewport.fits or key not in _ARROWS:
            return False
        right, down = _ARROWS[key]
        stage = self._stage()
        self._viewport.pan_by(right * stage.width(), down * stage.height())
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
