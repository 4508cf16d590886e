"""Drawing without a mouse: Shift and the arrows move the crosshair, Shift and Enter put the ends.

What is drawn is what the mouse would draw: the region while it is to be drawn, else the line of
the ruler or the profile, whichever was taken last.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from client_qt.model.region import region_between
from client_qt.model.ruler import ruler_text
from client_qt.tools.guides import CrosshairMark
from client_qt.tools.region_box import DRAWING
from client_qt.tools.tool_desk import ToolDesk

__all__ = ["Pen"]

_STEPS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_FAR = 10
"""Pixels of a step with Ctrl."""

_LINES = ("ruler", "profile")

Pixel = tuple[int, int]


class Pen:
    """One for each window. UI thread only."""

    def __init__(self, desk: ToolDesk, mark: CrosshairMark) -> None:
        self._desk = desk
        self._mark = mark
        self._lines: list[str] = []
        """The lines that are on, the one that was taken last at the end."""
        self._begun: tuple[int, Pixel] | None = None
        """Camera and first end of what is being drawn; None: the next end is the first."""
        desk.switched.connect(self._on_switched)
        desk.services.chosen_changed.connect(lambda _camera: self._forget())
        desk.services.key_takers.append(self.take)

    def take(self, event: QKeyEvent) -> bool:
        """Take a key that moves the crosshair, or puts an end; return whether it does."""
        modifiers, key = event.modifiers(), Qt.Key(event.key())
        if not modifiers & Qt.KeyboardModifier.ShiftModifier:
            return False
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return self._put()
        if key not in _STEPS:
            return False
        if self._shape:
            self._desk.pen = self._desk.services.chosen
        right, down = _STEPS[key]
        far = _FAR if modifiers & Qt.KeyboardModifier.ControlModifier else 1
        if not self._mark.step(far * right, far * down):
            return False
        if self._begun is not None:
            self._draw(self._begun[1], self._mark.place)
        return True

    @property
    def _shape(self) -> str:
        """What is drawn, "" for nothing."""
        if self._desk.on(DRAWING):
            return DRAWING
        return self._lines[-1] if self._lines else ""

    def _put(self) -> bool:
        desk, camera, shape = self._desk, self._desk.services.chosen, self._shape
        if camera is None or not shape or not all(desk.frame):
            return False
        services, here = desk.services, self._mark.place
        if self._begun is None:
            self._begun = camera, here
            desk.pen = camera
            self._draw(here, here)
            text = services.say("tools.pen.first", x=here[0], y=here[1])
            services.hint(camera, text)
            services.announce(text)
            return True
        first = self._begun[1]
        self._draw(first, here)
        self._forget()
        if shape == DRAWING:
            desk.switch(DRAWING, on=False)
            text = services.say("tools.pen.done", **{"from": _said(first), "to": _said(here)})
        else:
            text = ruler_text(first, here, desk.mm_per_pixel).spoken(services.texts)
        services.hint(camera, "")
        services.announce(text)
        return True

    def _draw(self, first: Pixel, here: Pixel) -> None:
        if self._shape == DRAWING:
            if (region := region_between(first, here, self._desk.frame)) is not None:
                self._desk.use_region("drawn", region)
            return
        setattr(self._desk.points(), self._shape, (*first, *here))
        self._desk.note_moved()

    def _on_switched(self, tool: str) -> None:
        if tool in _LINES:
            self._lines = [line for line in self._lines if line != tool]
            if self._desk.on(tool):
                self._lines.append(tool)
        if tool in (*_LINES, DRAWING):
            self._forget()

    def _forget(self) -> None:
        if self._begun is not None or self._desk.pen is not None:
            self._begun = self._desk.pen = None
            self._desk.repaint()


def _said(place: Pixel) -> str:
    return f"{place[0]}, {place[1]}"
