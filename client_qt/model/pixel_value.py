"""Position and value of one pixel: from the raw bits, or from the JPEG that is shown. No Qt.

The page has the same in model/pixel_value.js.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from camstrm.wire import Region
from camstrm.wire.operations import Measure
from client_qt.model.numbers import fixed
from client_qt.model.orientation import Rectangle
from client_qt.model.said import Said

__all__ = ["cell_request", "jpeg_text", "picture_at", "pixel_at", "place_text", "raw_text"]

_CELL = 2
_ORDER = ("R", "Gr", "Gb", "B")
"""As a mosaic has them; other colours keep the order in which they come."""


def pixel_at(x: float, y: float, frame: tuple[int, int]) -> tuple[int, int] | None:
    """Return the pixel that is at a point of the sensor; None: none is."""
    if not (0 <= x < frame[0] and 0 <= y < frame[1]):
        return None
    return math.floor(x), math.floor(y)


def cell_request(pixel: tuple[int, int], frame: tuple[int, int]) -> Measure:
    """Return what ``measure`` is asked for: one cell, no histogram."""
    x, y = pixel
    left, top = x - x % _CELL, y - y % _CELL
    width, height = min(_CELL, frame[0] - left), min(_CELL, frame[1] - top)
    return Measure(Region(left, top, width, height), 0, (x, y))


def picture_at(
    pixel: tuple[int, int], area: Rectangle, picture: tuple[int, int]
) -> tuple[int, int] | None:
    """Return which pixel of a picture shows a pixel of the sensor; None: none does.

    ``area``: what the picture shows of the sensor, ``picture``: its width and height.
    """
    across = (pixel[0] + 0.5 - area.x) / area.width
    down = (pixel[1] + 0.5 - area.y) / area.height
    if not (0 <= across < 1 and 0 <= down < 1):
        return None
    return (
        min(math.floor(across * picture[0]), picture[0] - 1),
        min(math.floor(down * picture[1]), picture[1] - 1),
    )


def raw_text(pixel: tuple[int, int], values: Mapping[str, int], bits: int) -> Said:
    """Say the values of the raw bits."""
    found = _listed(values, 2**bits - 1)
    return Said("tools.pixel.raw", {"x": pixel[0], "y": pixel[1], "values": found, "bits": bits})


def jpeg_text(pixel: tuple[int, int], rgb: tuple[int, int, int], frozen: bool) -> Said:
    """Say the values of the JPEG; ``frozen``: of one that stands still."""
    red, green, blue = rgb
    values = {"grey": red} if red == green == blue else {"R": red, "G": green, "B": blue}
    key = "tools.pixel.frozen" if frozen else "tools.pixel.jpeg"
    return Said(key, {"x": pixel[0], "y": pixel[1], "values": _listed(values, 255)})


def place_text(pixel: tuple[int, int]) -> Said:
    """Say only where it is."""
    return Said("tools.pixel.place", {"x": pixel[0], "y": pixel[1]})


def _listed(values: Mapping[str, int], largest: int) -> str:
    names = list(values)
    if len(names) == 1:
        value = values[names[0]]
        return f"{value} ({fixed(100 * value / largest, 1)} %)"
    if "Gr" in values or "Gb" in values:
        names.sort(key=lambda name: _ORDER.index(name) if name in _ORDER else -1)
    return " · ".join(f"{name} {values[name]}" for name in names)
