"""The mouse on a camera's picture, offered to the tools that draw on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPointF, QRect
from PySide6.QtGui import QMouseEvent

from client_qt.widgets.overlay import Overlay, OverlayView

__all__ = ["ToolMouse"]


class ToolMouse:
    """Gives events to the topmost tool that takes them. Used by the UI thread alone."""

    def __init__(self, view: Callable[[], OverlayView], place: Callable[[], QRect]) -> None:
        """``place`` gives where in the widget the picture is."""
        self.tools: Sequence[Overlay] = ()
        """In the order in which they draw."""
        self.cursor: QPointF | None = None
        """Where the mouse is on the picture's place; None: not on it."""
        self._view = view
        self._place = place
        self._grabbed: Overlay | None = None
        """The tool that has taken the mouse until its button is released."""

    def offer(self, event: QMouseEvent) -> bool:
        """Return whether a tool takes the event."""
        area, grabbed = self._place(), self._grabbed
        self.cursor = event.position() - QPointF(area.topLeft())
        if grabbed is None and not area.contains(event.position().toPoint()):
            self.cursor = None
        view = self._view()
        if not event.buttons():
            self._grabbed = None
        if grabbed is not None:
            grabbed.mouse(event, view)
            return True
        if self.cursor is None:
            return False
        taker = next((tool for tool in reversed(self.tools) if tool.mouse(event, view)), None)
        if taker is not None and event.buttons():
            self._grabbed = taker
        return taker is not None

    def leave(self, event: QEvent) -> None:
        """Let the tools know that the mouse is gone."""
        self.cursor = None
        for tool in self.tools:
            tool.mouse(event, self._view())
