"""A measurement as a person reads it: bars, figures, how much is clipped, how old it is. No Qt.

The page has the same in model/histogram.js.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from camstrm.wire.operations import ChannelMeasurement, Measurement
from client_qt.model.numbers import fixed, percent
from client_qt.model.said import Said

__all__ = ["Bars", "ChannelFigures", "Figure", "age", "bars", "clipping", "extent", "figures"]

_MUCH_PERCENT = 1.0
"""From so many percent on, clipping is called much: it changes what a mean says."""


@dataclass(frozen=True)
class Bars:
    """``series``: heights of 0 to 1 by colour; ``top``: pixels of a bar of 1."""

    top: int
    series: dict[str, list[float]]


@dataclass(frozen=True)
class Figure:
    """A value of the raw bits, and as a part of the largest one."""

    raw: str
    percent: str


@dataclass(frozen=True)
class ChannelFigures:
    """The figures of one colour as texts."""

    name: str
    mean: Figure
    minimum: Figure
    maximum: Figure
    deviation: Figure
    clipped: str
    black: str


def bars(channels: Sequence[ChannelMeasurement], log: bool) -> Bars:
    """Return bars for each colour.

    The axis ends at the largest bin that is neither the first nor the last one: a black background
    or a clipped light does not press all others down.
    """
    inner = max((max(channel.histogram[1:-1], default=0) for channel in channels), default=0)
    top = inner or max((max(channel.histogram, default=0) for channel in channels), default=0)

    def height(count: int) -> float:
        if top == 0:
            return 0.0
        return min(1.0, math.log1p(count) / math.log1p(top) if log else count / top)

    return Bars(top, {c.name: [height(count) for count in c.histogram] for c in channels})


def figures(measurement: Measurement) -> list[ChannelFigures]:
    """Return the figures of each colour."""
    largest = 2**measurement.bits - 1

    def both(value: float, digits: int) -> Figure:
        return Figure(fixed(value, digits), f"{fixed(100 * value / largest, 1)} %")

    return [
        ChannelFigures(
            channel.name,
            both(channel.mean, 1),
            both(channel.minimum, 0),
            both(channel.maximum, 0),
            both(channel.deviation, 1),
            percent(channel.clipped),
            percent(channel.black),
        )
        for channel in measurement.channels
    ]


def clipping(measurement: Measurement) -> tuple[Literal["none", "little", "much"], Said]:
    """Return how much is at the largest value, of the colour that has most of it."""
    worst = max(measurement.channels, key=lambda channel: channel.clipped, default=None)
    if worst is None or worst.clipped <= 0:
        return "none", Said("measure.clipped.none")
    key = "measure.clipped.grey" if worst.name == "grey" else "measure.clipped.colour"
    said = Said(key, {"percent": percent(worst.clipped), "name": worst.name})
    return ("much" if worst.clipped >= _MUCH_PERCENT else "little"), said


def age(measurement: Measurement, now_us: int) -> Said:
    """Say how old the frame is that was measured; ``now_us``: the server's time."""
    if measurement.capture_time_us == 0:
        return Said("measure.age.unknown")
    ms = max(0.0, (now_us - measurement.capture_time_us) / 1000)
    if ms < 1000:
        return Said("measure.age.ms", {"ms": fixed(ms)})
    return Said("measure.age.s", {"seconds": fixed(ms / 1000, 1)})


def extent(measurement: Measurement) -> Said:
    """Say what was looked at."""
    region = measurement.region
    values: dict[str, object] = {
        "x": region.x,
        "y": region.y,
        "width": region.width,
        "height": region.height,
        "bits": measurement.bits,
        "format": measurement.pixel_format,
    }
    if measurement.step <= 1:
        return Said("measure.extent", values)
    return Said("measure.extent.sampled", values | {"step": measurement.step})
