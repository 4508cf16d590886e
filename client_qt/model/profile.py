"""Values along a line of the sensor, as a chart. No Qt.

The page has the same in model/profile.js.
"""

from __future__ import annotations

from dataclasses import dataclass

from camstrm.wire.operations import LineProfile
from client_qt.model.ruler import snap

__all__ = ["ProfileChart", "line_between", "profile_chart", "read_at"]

_ROOM = 0.05
"""Above and below the values, in parts of their range."""


@dataclass(frozen=True)
class ProfileChart:
    """``series``: points of 0 to 1, to the right and upwards, by colour.

    ``length`` in pixels of the sensor; ``low`` and ``high``: the ends of the axis, raw values.
    """

    length: float
    low: float
    high: float
    series: dict[str, list[tuple[float, float]]]


def line_between(
    start: tuple[float, float], end: tuple[float, float], frame: tuple[int, int]
) -> tuple[int, int, int, int] | None:
    """Return the line from pixel to pixel; None: it is one pixel only."""
    first, last = snap(*start, frame), snap(*end, frame)
    return None if first == last else (*first, *last)


def profile_chart(line: LineProfile, bits: int, whole: bool) -> ProfileChart:
    """Return the chart of a profile.

    ``whole``: the axis has all values that ``bits`` can have, otherwise those that are there.
    """
    length = line.positions[-1] if line.positions else 0.0
    found = [value for values in line.values.values() for value in values]
    low, high = (0.0, 2.0**bits - 1) if whole else _range(found)
    series = {
        name: [
            (position / length if length > 0 else 0.0, (value - low) / (high - low))
            for position, value in zip(line.positions, values, strict=False)  # as the server sent
        ]
        for name, values in line.values.items()
    }
    return ProfileChart(length, low, high, series)


def read_at(line: LineProfile, part: float) -> tuple[float, dict[str, float]] | None:
    """Return position and values at a part of the line of 0 to 1; None: there is nothing."""
    if not line.positions:
        return None
    wanted = part * line.positions[-1]
    best = min(range(len(line.positions)), key=lambda at: abs(line.positions[at] - wanted))
    return line.positions[best], {name: values[best] for name, values in line.values.items()}


def _range(values: list[float]) -> tuple[float, float]:
    """Return the ends of an axis, never of one value only."""
    if not values:
        return 0.0, 1.0
    room = max(1.0, (max(values) - min(values)) * _ROOM)
    return min(values) - room, max(values) + room
