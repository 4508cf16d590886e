"""Taking hold of a line's ends, or of all of it, with the mouse."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QMouseEvent

from client_qt.model.ruler import snap, straightened
from client_qt.tools.tool_desk import Line
from client_qt.widgets.overlay import OverlayView

__all__ = ["LineGrip", "middle_of"]

_REACH = 10.0
"""Logical pixels from an end within which the mouse takes hold of it."""

_BODY_REACH = 6.0
"""As well from the line itself."""

_ALL = 2
"""Stands for both ends."""


class LineGrip:
    """One line on one camera's picture, while the mouse moves it. UI thread only."""

    def __init__(self) -> None:
        self._end: int | None = None
        """Which end is held: 0 or 1, or all of the line; None: nothing."""
        self._from = (0, 0)
        """The pixel at which the mouse took hold."""
        self._line: Line = (0, 0, 0, 0)
        """How the line was then."""

    def mouse(self, event: QEvent, view: OverlayView, line: Line | None) -> Line | bool:
        """Return the line as the mouse leaves it; True: taken, as it was; False: not taken.

        A press on nothing begins another line where there is none yet, or with Alt. Shift keeps
        it to the eight main directions.
        """
        if not isinstance(event, QMouseEvent) or view.cursor is None or not view.viewport.known:
            return False
        kind = event.type()
        if kind is QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            new = line is None or bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            return self._press(view, line, new=new)
        if self._end is None:
            return False
        if kind is QEvent.Type.MouseMove:
            straight = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            return self._move(view, straight=straight)
        if kind is QEvent.Type.MouseButtonRelease:
            self._end = None
            return True
        return False

    def _press(self, view: OverlayView, line: Line | None, *, new: bool) -> bool:
        cursor, frame = view.cursor or (0.0, 0.0), view.viewport.frame
        self._from = snap(*view.to_sensor(*cursor), frame)
        self._end = None
        if line is not None:
            ends = middle_of(view, line[:2]), middle_of(view, line[2:])
            away = [math.dist(cursor, end) for end in ends]
            self._line = line
            if min(away) <= _REACH:
                self._end = away.index(min(away))
            elif _distance(cursor, *ends) <= _BODY_REACH and not new:
                self._end = _ALL
        if self._end is None and new:
            self._line, self._end = (*self._from, *self._from), 1
        return self._end is not None

    def _move(self, view: OverlayView, *, straight: bool) -> Line:
        frame, (x1, y1, x2, y2) = view.viewport.frame, self._line
        point: tuple[float, float] = view.to_sensor(*(view.cursor or (0.0, 0.0)))
        if self._end == _ALL:
            at = snap(*point, frame)
            dx, dy = at[0] - self._from[0], at[1] - self._from[1]
            dx = min(max(dx, -min(x1, x2)), frame[0] - 1 - max(x1, x2))
            dy = min(max(dy, -min(y1, y2)), frame[1] - 1 - max(y1, y2))
            return (x1 + dx, y1 + dy, x2 + dx, y2 + dy)
        fixed = (x2, y2) if self._end == 0 else (x1, y1)
        if straight:
            point = straightened(fixed, snap(*point, frame))
        moved = snap(*point, frame)
        return (*moved, *fixed) if self._end == 0 else (*fixed, *moved)


def middle_of(view: OverlayView, pixel: tuple[int, ...]) -> tuple[float, float]:
    """Return where on the stage the middle of a pixel is."""
    return view.to_stage(pixel[0] + 0.5, pixel[1] + 0.5)


def _distance(at: tuple[float, float], a: tuple[float, float], b: tuple[float, float]) -> float:
    length = math.dist(a, b)
    if length == 0:
        return math.dist(at, a)
    along = ((at[0] - a[0]) * (b[0] - a[0]) + (at[1] - a[1]) * (b[1] - a[1])) / length**2
    along = min(max(along, 0.0), 1.0)
    return math.dist(at, (a[0] + along * (b[0] - a[0]), a[1] + along * (b[1] - a[1])))
