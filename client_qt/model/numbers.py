"""Figures as both viewers write them: the same digits, rounded in the same way. No Qt."""

from __future__ import annotations

import math

__all__ = ["clamp", "fixed", "percent", "significant"]


def fixed(value: float, digits: int = 0) -> str:
    """Return the number with ``digits`` behind its point; halves are rounded away from zero."""
    shift = 10.0**digits
    rounded = math.floor(abs(value) * shift + 0.5) / shift
    sign = "-" if value < 0 and rounded > 0 else ""
    return f"{sign}{rounded:.{digits}f}"


def significant(value: float, digits: int = 3) -> str:
    """Return as many digits, none behind the point more than needed."""
    size = abs(value)
    before = 1 if size < 1 else math.floor(math.log10(size)) + 1
    return fixed(value, max(0, digits - before))


def percent(part: float) -> str:
    """Return a part in percent. Something is never written as nothing, and not all never as all."""
    if part <= 0:
        return "0 %"
    if part >= 100:
        return "100 %"
    if part < 0.01:
        return "< 0.01 %"
    if part > 99.9:
        return "> 99.9 %"
    return f"{fixed(part, 2 if part < 10 else 1)} %"


def clamp(value: float, low: float, high: float) -> float:
    """Return the nearest value from low to high."""
    return min(max(value, low), high)
