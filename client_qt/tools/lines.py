"""Ruler and line profile: lines on the chosen camera's picture that the mouse draws and moves."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from client_qt.model.ruler import ruler_text
from client_qt.tools.line_grip import LineGrip, middle_of
from client_qt.tools.marks import ACCENT, draw_grip, draw_line, draw_text
from client_qt.tools.measure_loop import MeasureWish
from client_qt.tools.tool_desk import Line, ToolDesk
from client_qt.widgets.overlay import OverlayView

__all__ = ["PROFILE_COLOUR", "ProfileLine", "RulerLine"]

PROFILE_COLOUR = QColor(0x6B, 0xD5, 0xFF)
"""Another one than the ruler's, where both are on."""

_BESIDE = 12.0
"""Logical pixels between a line's end and its text."""


class _LineTool:
    """A line that is on or off as ``name``; ``draw_key`` says what to do while there is none."""

    name = ""
    draw_key = ""
    colour = ACCENT

    def __init__(self, desk: ToolDesk) -> None:
        self._desk = desk
        self._grip = LineGrip()
        desk.services.actions.connect(
            self.name, lambda: desk.switch(self.name), checked=lambda: desk.on(self.name)
        )
        desk.switched.connect(self._on_switched)

    def paint(self, painter: QPainter, view: OverlayView) -> None:
        """Draw the line between the middles of two pixels, with its text."""
        line = self._line(view)
        if line is None:
            return
        first, last = QPointF(*middle_of(view, line[:2])), QPointF(*middle_of(view, line[2:]))
        draw_line(painter, QLineF(first, last), self.colour, width=1.5)
        draw_grip(painter, first, self.colour)
        draw_grip(painter, last, self.colour)
        if text := self.text(line, view):
            room = QRectF(0, 0, view.width, view.height)
            beside = last + QPointF(_BESIDE, _BESIDE)
            draw_text(painter, text, beside, room, painter.font(), self.colour)

    def burnt_in(self, camera: int) -> str:
        there = self._desk.on(self.name) and camera == self._desk.services.chosen
        return self.name if there and getattr(self._desk.points(), self.name) else ""

    def mouse(self, event: QEvent, view: OverlayView) -> bool:
        """Draw a line, or move the one that is there."""
        if not self._desk.on(self.name) or view.camera != self._desk.services.chosen:
            return False
        moved = self._grip.mouse(event, view, getattr(self._desk.points(), self.name))
        if isinstance(moved, tuple):
            self.place(moved)
        return moved is not False

    def place(self, line: Line) -> None:
        """Put the chosen camera's line there."""
        setattr(self._desk.points(), self.name, line)
        self._desk.note_moved()

    def text(self, line: Line, view: OverlayView) -> str:
        """Return what is written beside the line."""
        raise NotImplementedError

    def _line(self, view: OverlayView) -> Line | None:
        if not self._desk.on(self.name) or not view.viewport.known:
            return None
        if view.camera != self._desk.services.chosen:
            return None
        found: Line | None = getattr(self._desk.points(), self.name)
        return found

    def _on_switched(self, tool: str) -> None:
        camera = self._desk.services.chosen
        if tool != self.name or not self._desk.on(tool) or camera is None:
            return
        if getattr(self._desk.points(), self.name) is None:
            say = self._desk.services.say
            self._desk.services.hint(camera, f"{say(self.draw_key)} · {say('tools.pen.keys')}")


class RulerLine(_LineTool):
    """Says length and direction, in millimetres once the camera is calibrated."""

    name = "ruler"
    draw_key = "tools.ruler.draw"

    def text(self, line: Line, view: OverlayView) -> str:
        """Return length and angle."""
        scale = self._desk.scale_of(view.camera)
        return ruler_text(line[:2], line[2:], scale).spoken(self._desk.services.texts)


class ProfileLine(_LineTool):
    """Where the line profile of the measure panel is taken; measured while it is on."""

    name = "profile"
    draw_key = "tools.line.draw"
    colour = PROFILE_COLOUR

    def __init__(self, desk: ToolDesk) -> None:
        super().__init__(desk)
        desk.moved.connect(self._want)
        desk.switched.connect(self._want)

    def text(self, _line: Line, _view: OverlayView) -> str:
        """Return nothing: its values are in the panel."""
        return ""

    def _want(self, _tool: str = "") -> None:
        desk = self._desk
        line = desk.points().profile if desk.on(self.name) and desk.on("measure panel") else None
        desk.want(self.name, None if line is None else MeasureWish(line=line))
