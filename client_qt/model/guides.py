"""Lines over the picture to align by: a crosshair and a grid. No Qt.

Places are those of the sensor. The page has the same in model/guides.js.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from client_qt.model.numbers import clamp
from client_qt.model.orientation import Orientation
from client_qt.model.ruler import snap
from client_qt.model.said import Said

__all__ = ["Crosshair", "GridLines", "grid_lines"]

_LEAST_APART = 8.0
"""Pixels of the stage between two lines at least: closer ones cover the picture."""

_STEPS = (1, 2, 5)


class Crosshair:
    """Used by the UI thread alone."""

    def __init__(self) -> None:
        self.place: tuple[int, int] | None = None
        """None: in the middle of the frame, whatever its size."""

    def at(self, frame: tuple[int, int]) -> tuple[int, int]:
        """Return the pixel that it is at."""
        x, y = self.place or (frame[0] / 2, frame[1] / 2)
        return snap(x, y, frame)

    def put(self, x: float, y: float, frame: tuple[int, int]) -> None:
        """Move it to a point of the sensor."""
        self.place = snap(x, y, frame)

    def move(self, dx: float, dy: float, orientation: Orientation, frame: tuple[int, int]) -> None:
        """Move it by pixels as they are seen."""
        (x, y), by = self.at(frame), orientation.step_to_sensor(dx, dy)
        self.put(x + by[0], y + by[1], frame)


@dataclass(frozen=True)
class GridLines:
    """Where the lines are; ``step`` as it is then, 0 without one."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    step: float
    said: Said


def grid_lines(
    kind: str,
    step: float,
    frame: tuple[int, int],
    scale: float,
    mm_per_pixel: float | None,
) -> GridLines:
    """Return the lines of a grid of ``kind`` "thirds", "pixels" or "mm".

    The latter two are each ``step``; one that is too narrow on the screen is multiplied until it
    is not. ``scale``: pixels of the stage for one of the frame; millimetres need a calibration.
    """
    width, height = frame
    if kind == "thirds":
        xs, ys = (width / 3, width * 2 / 3), (height / 3, height * 2 / 3)
        return GridLines(xs, ys, 0.0, Said("tools.grid.thirds"))
    if kind == "mm" and mm_per_pixel is None:
        return GridLines((), (), 0.0, Said("tools.grid.uncalibrated"))
    unit = 1 / mm_per_pixel if kind == "mm" and mm_per_pixel is not None else 1.0
    wide = _wide_enough(clamp(step, 1e-6, 1e6), unit * scale)

    def lines(size: int) -> tuple[float, ...]:
        count = math.ceil(size / (wide * unit)) - 1
        return tuple((at + 1) * wide * unit for at in range(count))

    shown = int(wide) if wide == math.floor(wide) else wide
    key = "tools.grid.mm" if kind == "mm" else "tools.grid.pixels"
    return GridLines(lines(width), lines(height), wide, Said(key, {"step": shown}))


def _wide_enough(step: float, scale: float) -> float:
    """Return the step times 1, 2, 5, 10 ..."""
    power = 1.0
    while power < 1e12:
        for factor in _STEPS:
            wide = float(f"{step * factor * power:.12g}")
            if wide * scale >= _LEAST_APART:
                return wide
        power *= 10
    return power
