"""A length and a direction on the sensor, in pixels and in millimetres once calibrated. No Qt.

The page has the same in model/ruler.js.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from client_qt.model.numbers import clamp, fixed, significant
from client_qt.model.said import Said

__all__ = ["Span", "calibrated", "ruler_text", "snap", "span", "straightened", "typed_length"]


@dataclass(frozen=True)
class Span:
    """Between the middles of two pixels; ``angle`` in degrees, 0 to the right, 90 upwards."""

    dx: float
    dy: float
    length: float
    angle: float


def snap(x: float, y: float, frame: tuple[int, int]) -> tuple[int, int]:
    """Return the nearest pixel of the frame."""
    return (
        int(clamp(math.floor(x), 0, max(0, frame[0] - 1))),
        int(clamp(math.floor(y), 0, max(0, frame[1] - 1))),
    )


def straightened(start: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    """Return ``end`` on the nearest of the eight main directions."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    eighths = math.floor(math.atan2(dy, dx) / (math.pi / 4) + 0.5)
    if eighths % 2:
        side = max(abs(dx), abs(dy))
        return (
            start[0] + math.copysign(side, dx),
            start[1] + math.copysign(side, dy),
        )
    return (end[0], start[1]) if eighths % 4 == 0 else (start[0], end[1])


def span(start: tuple[float, float], end: tuple[float, float]) -> Span:
    """Return what a ruler says between two pixels."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    angle = 0.0 if dx == 0 and dy == 0 else math.degrees(math.atan2(-dy, dx))
    return Span(dx, dy, math.hypot(dx, dy), 180.0 if angle == -180 else angle)


def calibrated(length: float, mm: float) -> float | None:
    """Return the millimetres for a pixel; None: these two give none."""
    if not (length > 0 and mm > 0):
        return None
    found = mm / length
    return found if math.isfinite(found) and found > 0 else None


def typed_length(text: str) -> float | None:
    """Return what a person typed as millimetres; None: it is no length."""
    found = re.sub(r"\s*mm$", "", text.strip().replace(",", ".", 1), flags=re.IGNORECASE)
    if not re.fullmatch(r"[0-9]*\.?[0-9]+|[0-9]+\.", found):
        return None
    mm = float(found)
    return mm if mm > 0 and math.isfinite(mm) else None


def ruler_text(
    start: tuple[float, float], end: tuple[float, float], mm_per_pixel: float | None
) -> Said:
    """Say length, both parts of it, and angle."""
    found = span(start, end)
    values: dict[str, object] = {
        "length": fixed(found.length, 1),
        "dx": fixed(found.dx),
        "dy": fixed(found.dy),
        "angle": fixed(found.angle, 1),
    }
    if mm_per_pixel is None:
        return Said("tools.ruler.px", values)
    return Said("tools.ruler.mm", values | {"mm": significant(found.length * mm_per_pixel)})
