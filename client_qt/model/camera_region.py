"""The part of the sensor that a camera sends: limits, steps, and the order of writing. No Qt.

The page has the same in camera_region.js; tests/vectors/viewing/camera_setup.json holds both to it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from camstrm.feature import FeatureSetting, FeatureState
from client_qt.model.camera_setup import SetupCard
from client_qt.model.viewport import Rectangle

__all__ = ["RegionLimits", "region_limits", "region_settings", "snap_region", "whole_region"]

_UNKNOWN = FeatureState("NI")


@dataclass(frozen=True)
class RegionLimits:
    """All in pixels of the sensor."""

    now: Rectangle
    whole: tuple[int, int]
    least: tuple[int, int]
    """Width and height."""
    steps: Rectangle
    moves: tuple[bool, bool]
    """Whether it can begin elsewhere than at the left, at the upper edge."""


def region_limits(card: SetupCard, states: Mapping[str, FeatureState]) -> RegionLimits | None:
    """Return what limits a region; None while that is not known."""

    def of(part: str) -> FeatureState:
        return states.get(card.parts.get(part, ""), _UNKNOWN)

    def number(part: str) -> int:
        value = of(part).value
        return int(value) if isinstance(value, (int, float)) else 0

    def step(part: str) -> int:
        return max(1, int(of(part).increment or 1))

    def least(part: str) -> int:
        return max(1, int(of(part).minimum or 1))

    def whole(part: str, size: str, place: str) -> int:
        # The maximum of a size is what the offset leaves in most cameras, and all in others.
        return number(part) or max(int(of(size).maximum or 0), number(place) + number(size))

    now = Rectangle(number("x"), number("y"), number("width"), number("height"))
    if now.width <= 0 or now.height <= 0:
        return None
    return RegionLimits(
        now,
        (whole("widest", "width", "x"), whole("highest", "height", "y")),
        (least("width"), least("height")),
        Rectangle(step("x"), step("y"), step("width"), step("height")),
        ("x" in card.parts, "y" in card.parts),
    )


def snap_region(drawn: Rectangle, limits: RegionLimits) -> Rectangle:
    """Return the region that the camera allows and that has all of what was drawn.

    As far as there is room. ``drawn`` is in pixels of the sensor.
    """
    steps = limits.steps
    x, width = _snap_side(
        (drawn.x, drawn.width),
        limits.whole[0],
        limits.least[0],
        int(steps.width),
        int(steps.x) if limits.moves[0] else 0,
    )
    y, height = _snap_side(
        (drawn.y, drawn.height),
        limits.whole[1],
        limits.least[1],
        int(steps.height),
        int(steps.y) if limits.moves[1] else 0,
    )
    return Rectangle(x, y, width, height)


def _snap_side(
    drawn: tuple[float, float], whole: int, least: int, grid: int, step: int
) -> tuple[int, int]:
    """Return begin and size of one side; ``step`` 0: it begins at 0."""
    begin, size = drawn
    first, last = min(max(begin, 0), whole), min(max(begin + size, 0), whole)
    start = math.floor(first / step) * step if step else 0
    most = least + (whole - least) // grid * grid
    wanted = least + math.ceil(max(0.0, last - start - least) / grid) * grid
    found = min(wanted, most)
    if start + found > whole:
        start = (whole - found) // step * step if step else 0
    return start, found


def whole_region(limits: RegionLimits) -> Rectangle:
    """Return all of the sensor that the steps allow."""
    return snap_region(Rectangle(0, 0, *limits.whole), limits)


def region_settings(
    region: Rectangle, limits: RegionLimits, card: SetupCard
) -> list[FeatureSetting]:
    """Return what has to be written, in an order that the camera takes.

    Offset and size never exceed the sensor on the way. They are written as one file, so that
    the camera is stopped once.
    """
    settings = []
    for place, size in (("x", "width"), ("y", "height")):
        shrinks = getattr(region, place) < getattr(limits.now, place)
        for part in (place, size) if shrinks else (size, place):
            value = int(getattr(region, part))
            if part in card.parts and value != getattr(limits.now, part):
                settings.append(FeatureSetting(card.parts[part], value))
    return settings
