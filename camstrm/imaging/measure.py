"""Measure the raw bits of a frame: what a picture of 8 bits, scaled and compressed, cannot say."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from camstrm.errors import CallError
from camstrm.frame import Layout, RawFrame
from camstrm.imaging.raw_values import RawValues, Values
from camstrm.wire.operations import ChannelMeasurement, LineProfile, Measure, Measurement
from camstrm.wire.views import Region

__all__ = ["MAX_POSITIONS", "MAX_SAMPLED", "measure", "region_within"]

MAX_SAMPLED = 500_000
"""Pixels that a measurement looks at unless all are asked for. The mean of so many is off by less
than two thousandths of their deviation, and 2656x2304 BayerRG12p takes 4 ms instead of 18."""

MAX_POSITIONS = 2048
"""Points of a line profile, so that the reply stays small: 60 KB in colour."""

_COUNTED_AT_ONCE = 1 << 24
"""Pixels: OpenCV gives counts as float32, exact up to here."""

_ROWS_APART = 4
"""Where not all cells are looked at, so many rows of them have one whose lower neighbours are."""

_SHARED = ("U", "V", "Cb", "Cr")
"""Colour that several pixels share: it says nothing of sharpness."""

_PIECE = 64
"""Positions of a line that are unpacked together, with the rectangle around them."""


class _Plane(NamedTuple):
    """Values of one colour on the grid of cells, each (rows, columns).

    ``right``, ``below``: the neighbours of the same colour, for the first rows and columns;
    ``below`` has those of each ``rows_apart``-th row.
    """

    name: str
    values: Values
    right: Values
    below: Values
    rows_apart: int


class _Neighbours:
    """Sums up the squared differences between neighbours in one direction."""

    def __init__(self) -> None:
        self._sum = 0.0
        self._pairs = 0

    def add(self, values: Values, beside: Values) -> None:
        rows, columns = beside.shape
        if beside.size:
            own = np.ascontiguousarray(values[:rows, :columns])
            self._sum += cv2.norm(own, beside, cv2.NORM_L2SQR)
            self._pairs += beside.size

    @property
    def mean(self) -> float:
        """Their mean; 0 without neighbours."""
        return self._sum / self._pairs if self._pairs else 0.0


def measure(frame: RawFrame, wish: Measure) -> Measurement:
    """Measure the frame within ``wish.region``, which is cut at the frame's edges.

    Of a mosaic the region grows to whole cells. "G" is both greens together: they see the
    same light, and a difference between them is seen with ``point``, where they are "Gr" (in
    the line of the reds) and "Gb". Colours are those that the format stores: R, G, B;
    Y with U and V or Cb and Cr, which pixels share; "grey". Alpha is left out.

    Raises ImageError for a frame without pixels or of a format that camstrm does not decode,
    CallError ("wrong") for a region, point or line outside the picture, or for ``bins``.
    """
    if wish.bins & (wish.bins - 1):
        raise CallError(f"bins: wanted a power of two, not {wish.bins}", code="wrong")
    raw = RawValues(frame)
    region = region_within(wish.region, raw.width, raw.height, raw.cell)
    step = 1
    if not wish.exact:
        step = math.ceil(math.sqrt(max(1.0, region.width * region.height / MAX_SAMPLED)))
    counts: dict[str, NDArray[np.int64]] = {}
    across, down = _Neighbours(), _Neighbours()
    for plane in _planes(raw, region, step):
        found = _histogram(plane.values, raw.largest + 1)
        counts[plane.name] = counts[plane.name] + found if plane.name in counts else found
        if plane.name not in _SHARED:
            across.add(plane.values, plane.right)
            down.add(plane.values[:: plane.rows_apart], plane.below)
    names = raw.names if raw.cell == 1 else tuple(name for name in "RGB" if name in counts)
    # Pixels of a mosaic have one colour each, others all of them.
    counted = names if raw.cell > 1 else names[:1]
    return Measurement(
        pixel_format=raw.format.name,
        bits=raw.format.significant_bits,
        region=region,
        pixels=sum(int(counts[name].sum()) for name in counted),
        step=step,
        channels=tuple(_channel(name, counts[name], wish.bins) for name in names),
        sharpness=1e6 * (across.mean + down.mean) / 2 / raw.largest**2,
        frame_id=frame.frame_id,
        capture_time_us=frame.times.capture_time_us,
        point={} if wish.point is None else _point(raw, *wish.point),
        line=None if wish.line is None else _line(raw, *wish.line),
    )


def region_within(region: Region | None, width: int, height: int, cell: int) -> Region:
    """Cut a region (None: the whole frame) at the frame's edges; corners are multiples of ``cell``.

    It keeps all pixels that were asked for. Raises CallError ("wrong") if none of them is in
    the frame.
    """
    if region is None:
        return Region(0, 0, width, height)
    if region.x >= width or region.y >= height:
        raise CallError(
            f"region: {region.width}x{region.height} at {region.x}, {region.y} is outside the "
            f"picture of {width}x{height}",
            code="wrong",
        )
    x, y = region.x - region.x % cell, region.y - region.y % cell
    right = min(-(-(region.x + region.width) // cell) * cell, width)
    bottom = min(-(-(region.y + region.height) // cell) * cell, height)
    return Region(x, y, right - x, bottom - y)


def _planes(raw: RawValues, region: Region, step: int) -> Iterator[_Plane]:
    cell = raw.cell
    stride, bottom = step * cell, region.y + region.height
    columns = slice(region.x, region.x + region.width)
    # Lines that are looked at for this only cost as much as the others.
    rows_apart = 1 if step == 1 else _ROWS_APART
    for line in range(min(cell, region.height)):
        top = region.y + line
        upper = raw.components(slice(top, bottom, stride), columns)
        if step == 1:
            lower = tuple(values[1:] for values in upper)
        elif top + cell < bottom:
            lower = raw.components(slice(top + cell, bottom, stride * rows_apart), columns)
        else:
            lower = tuple(values[:0] for values in upper)
        for column in range(min(cell, region.width)):
            for values, beneath, name in zip(upper, lower, _names(raw, line, column), strict=True):
                yield _Plane(
                    name[0] if cell == 2 else name,
                    np.ascontiguousarray(values[:, column::stride]),
                    np.ascontiguousarray(values[:, column + cell :: stride]),
                    np.ascontiguousarray(beneath[:, column::stride]),
                    rows_apart,
                )


def _names(raw: RawValues, line: int, column: int) -> tuple[str, ...]:
    """Name the colours of the pixel at this place of its cell; greens by their line."""
    if raw.format.layout is not Layout.BAYER:
        return raw.names
    colour = raw.format.mosaic[2 * line + column]
    if colour == "G":
        colour = "Gr" if "R" in raw.format.mosaic[2 * line : 2 * line + 2] else "Gb"
    return (colour,)


def _histogram(values: Values, size: int) -> NDArray[np.int64]:
    """Count each value from 0 to ``size`` - 1."""
    total = np.zeros(size, np.int64)
    rows = max(1, _COUNTED_AT_ONCE // max(1, values.shape[1]))
    for first in range(0, len(values), rows):
        part = values[first : first + rows]
        if part.size:
            counted = cv2.calcHist([part], [0], None, [size], [0, size])
            total += counted.reshape(-1).astype(np.int64)
    return total


def _channel(name: str, counts: NDArray[np.int64], bins: int) -> ChannelMeasurement:
    """Describe a colour by how often each of its values was there."""
    count = int(counts.sum())
    values = np.arange(len(counts), dtype=np.float64)
    mean = float(counts @ values) / count
    present = np.flatnonzero(counts)
    # A power of two divides another: each bin has the same number of values.
    shown = counts.reshape(min(bins, len(counts)), -1).sum(axis=1).tolist() if bins else ()
    return ChannelMeasurement(
        name=name,
        mean=mean,
        minimum=int(present[0]),
        maximum=int(present[-1]),
        deviation=math.sqrt(float(counts @ (values - mean) ** 2) / count),
        clipped=100 * int(counts[-1]) / count,
        black=100 * int(counts[0]) / count,
        histogram=tuple(shown),
    )


def _point(raw: RawValues, x: int, y: int) -> dict[str, int]:
    """Return the value of each colour of the cell that the pixel is in."""
    _refuse_outside(raw, "point", x, y)
    cell = raw.cell
    left, top = x - x % cell, y - y % cell
    lines = slice(top, min(top + cell, raw.height))
    columns = slice(left, min(left + cell, raw.width))
    found = raw.components(lines, columns)
    return {
        name: int(values[line, column])
        for line in range(lines.stop - top)
        for column in range(columns.stop - left)
        for name, values in zip(_names(raw, line, column), found, strict=True)
    }


def _line(raw: RawValues, x1: int, y1: int, x2: int, y2: int) -> LineProfile:
    """Follow a line from the middle of a pixel to that of another, a step for each cell."""
    _refuse_outside(raw, "line", x1, y1)
    _refuse_outside(raw, "line", x2, y2)
    cell = raw.cell
    count = min(MAX_POSITIONS, max(abs(x2 - x1), abs(y2 - y1)) // cell + 1)
    steps = max(1, count - 1)
    number = np.arange(count)
    # Rounded to the nearest pixel, in integers: no half becomes a little less.
    xs = x1 + (2 * number * (x2 - x1) + steps) // (2 * steps)
    ys = y1 + (2 * number * (y2 - y1) + steps) // (2 * steps)
    values: dict[str, list[float]] = {}
    for first in range(0, count, _PIECE):
        piece = slice(first, first + _PIECE)
        for name, found in _along(raw, xs[piece], ys[piece]).items():
            values.setdefault(name, []).extend(found)
    length = math.hypot(x2 - x1, y2 - y1)
    return LineProfile(
        tuple((number * length / steps).tolist()),
        {name: tuple(found) for name, found in values.items()},
    )


def _along(raw: RawValues, xs: NDArray[np.intp], ys: NDArray[np.intp]) -> dict[str, list[float]]:
    """Return the colours of the cells at these pixels; two greens count as their mean."""
    cell = raw.cell
    # Where the frame ends within a cell, the last whole one stands for it.
    left = np.minimum(xs, max(0, raw.width - cell)) // cell * cell
    top = np.minimum(ys, max(0, raw.height - cell)) // cell * cell
    x, y = int(left.min()), int(top.min())
    lines = slice(y, min(int(top.max()) + cell, raw.height))
    columns = slice(x, min(int(left.max()) + cell, raw.width))
    found = raw.components(lines, columns)
    sums: dict[str, NDArray[np.float64]] = {}
    times: dict[str, int] = {}
    for line in range(min(cell, raw.height)):
        for column in range(min(cell, raw.width)):
            at = top - y + line, left - x + column
            for name, values in zip(_names(raw, line, column), found, strict=True):
                colour = name[0] if cell == 2 else name
                sums[colour] = sums.get(colour, 0.0) + values[at].astype(np.float64)
                times[colour] = times.get(colour, 0) + 1
    return {name: (sums[name] / times[name]).tolist() for name in sums}


def _refuse_outside(raw: RawValues, what: str, x: int, y: int) -> None:
    if x >= raw.width or y >= raw.height:
        raise CallError(
            f"{what}: {x}, {y} is outside the picture of {raw.width}x{raw.height}", code="wrong"
        )
