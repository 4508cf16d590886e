"""A rectangle that is drawn, moved and resized with a mouse or keys. No Qt.

All in pixels of the sensor; what the camera allows is decided by camera_region.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable

from client_qt.model.viewport import Rectangle

__all__ = ["GRIPS", "Grip", "grip_at", "grip_places", "moved", "pulled", "spanned"]


class Grip(enum.Enum):
    """Where a rectangle is held: which of its sides move, -1 left or upper, 1 right or lower."""

    UPPER_LEFT = (-1, -1)
    UPPER = (0, -1)
    UPPER_RIGHT = (1, -1)
    RIGHT = (1, 0)
    LOWER_RIGHT = (1, 1)
    LOWER = (0, 1)
    LOWER_LEFT = (-1, 1)
    LEFT = (-1, 0)
    INSIDE = (0, 0)


GRIPS = tuple(grip for grip in Grip if grip is not Grip.INSIDE)
"""Those with a handle, in the order in which they are looked for: corners may be over sides."""


def grip_places(
    region: Rectangle, grips: Iterable[Grip] = GRIPS
) -> dict[Grip, tuple[float, float]]:
    """Return the middle of each handle."""
    return {
        grip: (
            region.x + region.width * (grip.value[0] + 1) / 2,
            region.y + region.height * (grip.value[1] + 1) / 2,
        )
        for grip in grips
    }


def grip_at(region: Rectangle, x: float, y: float, reach: float) -> Grip | None:
    """Return what of the rectangle is held at a point; None: nothing.

    ``reach``: how far from a handle's middle it can still be taken. Of several the nearest.
    """
    found = [
        (max(abs(x - at[0]), abs(y - at[1])), number, grip)
        for number, (grip, at) in enumerate(grip_places(region).items())
    ]
    distance, _, grip = min(found)
    if distance <= reach:
        return grip
    inside_x = region.x <= x <= region.x + region.width
    inside_y = region.y <= y <= region.y + region.height
    return Grip.INSIDE if inside_x and inside_y else None


def spanned(first: tuple[float, float], second: tuple[float, float]) -> Rectangle:
    """Return the rectangle between two corners."""
    (x1, y1), (x2, y2) = first, second
    return Rectangle(min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1))


def moved(region: Rectangle, right: float, down: float, whole: tuple[int, int]) -> Rectangle:
    """Return the rectangle elsewhere on a sensor of size ``whole``, as large as before.

    All in pixels of the sensor.
    """
    x = min(max(region.x + right, 0.0), max(whole[0] - region.width, 0.0))
    y = min(max(region.y + down, 0.0), max(whole[1] - region.height, 0.0))
    return Rectangle(x, y, region.width, region.height)


def pulled(
    region: Rectangle, grip: Grip, right: float, down: float, whole: tuple[int, int]
) -> Rectangle:
    """Return the rectangle with the held sides elsewhere; held inside, all of it moves.

    A side that is pulled over the other one goes on beyond it. Nothing leaves the sensor.
    """
    if grip is Grip.INSIDE:
        return moved(region, right, down, whole)
    x1, x2 = _side(region.x, region.width, grip.value[0], right, whole[0])
    y1, y2 = _side(region.y, region.height, grip.value[1], down, whole[1])
    return spanned((x1, y1), (x2, y2))


def _side(begin: float, size: float, held: int, by: float, whole: int) -> tuple[float, float]:
    first, last = begin, begin + size
    if held < 0:
        first = min(max(first + by, 0.0), float(whole))
    elif held > 0:
        last = min(max(last + by, 0.0), float(whole))
    return first, last
