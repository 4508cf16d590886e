"""Taking hold of a line's ends, or of all of it, with the mouse."""

from __future__ import annotations

import math

from client_qt.tools.tool_desk import Line
from client_qt.widgets.overlay import OverlayView

__all__ = ["LineGrip", "middle_line"]

_REACH = 10.0
"""Logical pixels from an end within which the mouse takes hold of it."""

_BODY_REACH = 6.0
"""As well from the line itself."""


class LineGrip:
    """One line on one camera's picture while the mouse moves it."""

    def __init__(self) -> None:
        self._end: int | None = None
        """Which end is held: 0 or 1; 2: all of the line; None: nothing."""
        self._from = (0.0, 0.0)
        """Where on the sensor the mouse was when it took hold."""
        self._line: Line = (0.0, 0.0, 0.0, 0.0)
        """How the line was then."""

    @property
    def held(self) -> bool:
        return self._end is not None

    def press(self, line: Line, view: OverlayView, *, new: bool) -> bool:
        """Take hold of what is below the mouse; ``new``: of nothing begin another line."""
        if view.cursor is None:
            return False
        at = view.cursor
        ends = view.to_stage(*line[:2]), view.to_stage(*line[2:])
        distances = [math.dist(at, end) for end in ends]
        here = view.to_sensor(*at)
        self._from, self._line = here, line
        if min(distances) <= _REACH:
            self._end = distances.index(min(distances))
        elif new:
            self._line, self._end = (*here, *here), 1
        elif _distance(at, *ends) <= _BODY_REACH:
            self._end = 2
        return self.held

    def move(self, view: OverlayView) -> Line | None:
        """Return the line as the mouse has moved it; None while nothing is held."""
        if view.cursor is None or self._end is None:
            return None
        width, height = view.viewport.frame
        x, y = view.to_sensor(*view.cursor)
        if self._end == 2:
            dx, dy = x - self._from[0], y - self._from[1]
            x1, y1, x2, y2 = self._line
            dx = min(max(dx, -min(x1, x2)), width - max(x1, x2))
            dy = min(max(dy, -min(y1, y2)), height - max(y1, y2))
            return (x1 + dx, y1 + dy, x2 + dx, y2 + dy)
        here = min(max(x, 0.0), float(width)), min(max(y, 0.0), float(height))
        return (*here, *self._line[2:]) if self._end == 0 else (*self._line[:2], *here)

    def release(self) -> None:
        self._end = None


def middle_line(view: OverlayView) -> Line:
    """Return a line across the middle of what can be seen, level on the screen."""
    seen = view.viewport.visible
    x, y = seen.x + seen.width / 2, seen.y + seen.height / 2
    across, down = view.to_stage(x, y)
    size = 0.25 * min(view.width, view.height)
    first, last = view.to_sensor(across - size, down), view.to_sensor(across + size, down)
    return (*map(round, first), *map(round, last))  # type: ignore[return-value]


def _distance(at: tuple[float, float], a: tuple[float, float], b: tuple[float, float]) -> float:
    length = math.dist(a, b)
    if length == 0:
        return math.dist(at, a)
    along = ((at[0] - a[0]) * (b[0] - a[0]) + (at[1] - a[1]) * (b[1] - a[1])) / length**2
    along = min(max(along, 0.0), 1.0)
    return math.dist(at, (a[0] + along * (b[0] - a[0]), a[1] + along * (b[1] - a[1])))
