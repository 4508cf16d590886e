"""The line on top of a view as something to drag the view by, to another place."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

__all__ = ["LineDrag"]


class LineDrag:
    """From press to release of the left button on one line. Used by the UI thread alone."""

    def __init__(self) -> None:
        self._pressed: QPoint | None = None
        """Where it was pressed, on the screen; None: it is not held."""
        self.moves = False
        """Whether it has been moved so far that a drag is meant."""

    @property
    def held(self) -> bool:
        """Whether the button is down."""
        return self._pressed is not None

    def press(self, event: QMouseEvent) -> bool:
        """Take hold of the line; return False for another button."""
        if event.button() != Qt.MouseButton.LeftButton:
            return False
        self._pressed = event.globalPosition().toPoint()
        self.moves = False
        return True

    def move(self, event: QMouseEvent) -> QPoint | None:
        """Return where on the screen it is dragged to; None: it is not dragged (yet)."""
        if self._pressed is None:
            return None
        at = event.globalPosition().toPoint()
        far = (at - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        self.moves = self.moves or far
        return at if self.moves else None

    def release(self) -> bool:
        """Let go; return whether it was dragged."""
        moved, self.moves = self.moves, False
        self._pressed = None
        return moved
