"""Measurements against a plain reference that looks at one pixel after the other."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from numpy.typing import NDArray

from camstrm.errors import CallError, PayloadSizeError, UnsupportedPixelFormatError
from camstrm.frame import FrameTimes, RawFrame
from camstrm.imaging import measure as measuring
from camstrm.imaging.measure import MAX_POSITIONS, measure, region_within
from camstrm.wire.operations import Measure
from camstrm.wire.views import Region
from tests.fakes.pictures.pixel_packing import (
    INTERLEAVED,
    ONE_COMPONENT,
    pack_colour,
    pack_values,
    raw_frame,
    ycbcr_of,
)

MOSAICS = {"GR": "GRBG", "RG": "RGGB", "GB": "GBRG", "BG": "BGGR"}
NAMES = [*ONE_COMPONENT, *INTERLEAVED]

Pixel = dict[str, int]
"""Values of one pixel by colour; of a mosaic one colour, greens as Gr and Gb."""


class Reference:
    """A frame and what its pixels are, known before they were packed."""

    def __init__(self, name: str, width: int, height: int, padding_x: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.width, self.height = width, height
        self.pixels: dict[tuple[int, int], Pixel] = {}
        self.bits = 8
        self.cell = 2 if name.startswith("Bayer") else 1
        if name in INTERLEAVED:
            rgb = rng.integers(0, 256, (height, width, 3), np.uint8)
            self.frame = pack_colour(name, rgb, padding_x)
            self._note_colour(name, rgb, padding_x)
            return
        self.bits = ONE_COMPONENT[name][1]
        # Few values, so that the lowest and the largest are among them.
        few = rng.choice([0, 1, (1 << self.bits) // 2, (1 << self.bits) - 1], (height, width))
        any_ = rng.integers(0, 1 << self.bits, (height, width))
        values = np.where(rng.random((height, width)) < 0.5, few, any_)
        self.frame = pack_values(name, values, padding_x)
        for y in range(height):
            for x in range(width):
                colour = "grey"
                if self.cell == 2:
                    order = MOSAICS[name[5:7]]
                    colour = order[y % 2 * 2 + x % 2]
                    if colour == "G":
                        colour = "Gr" if order[y % 2 * 2 + 1 - x % 2] == "R" else "Gb"
                self.pixels[x, y] = {colour: int(values[y, x])}

    def _note_colour(self, name: str, rgb: NDArray[np.uint8], padding_x: int) -> None:
        height, width, _ = rgb.shape
        group = 1 + max(place for _, place in INTERLEAVED[name][1])
        ycc = ycbcr_of(rgb).astype(int).reshape(-1, 3)
        blue, red = ("Cb", "Cr") if name.startswith("YCbCr") else ("U", "V")
        for y in range(height):
            for x in range(width):
                if name.startswith(("RGB", "BGR")):
                    colours = zip("RGB", rgb[y, x].tolist(), strict=True)
                    self.pixels[x, y] = dict(colours)
                    continue
                own = y * width + x
                # Pixels are grouped within the line, or over the whole picture.
                first = own - x % group if padding_x else own - own % group
                # Of a last group that the picture cuts, a colour may be missing.
                self.pixels[x, y] = {"Y": int(ycc[own, 0])}
                for colour, place in ((blue, 1), (red, 2)):
                    self.pixels[x, y][colour] = int(ycc[first, place])

    def sampled(self, region: Region, step: int) -> Iterator[tuple[int, int]]:
        right, bottom = region.x + region.width, region.y + region.height
        for y in range(region.y, bottom):
            for x in range(region.x, right):
                cell_x, cell_y = (x - region.x) // self.cell, (y - region.y) // self.cell
                if cell_x % step == 0 and cell_y % step == 0:
                    yield x, y

    def channels(self, region: Region, step: int) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for at in self.sampled(region, step):
            for colour, value in self.pixels[at].items():
                found[colour[0] if self.cell == 2 else colour].append(value)
        return found

    def sharpness(self, region: Region, step: int) -> float:
        right, bottom = region.x + region.width, region.y + region.height
        means = []
        for dx, dy in ((self.cell, 0), (0, self.cell)):
            squares = []
            for x, y in self.sampled(region, step):
                row = (y - region.y) // self.cell // step
                if dy and step > 1 and row % 4:
                    continue
                if x + dx < right and y + dy < bottom:
                    for colour, value in self.pixels[x, y].items():
                        if colour not in ("U", "V", "Cb", "Cr"):
                            squares.append((value - self.pixels[x + dx, y + dy][colour]) ** 2)
            means.append(sum(squares) / len(squares) if squares else 0.0)
        largest = (1 << self.bits) - 1
        return 1e6 * sum(means) / 2 / largest**2


@st.composite
def references(draw: st.DrawFn) -> Reference:
    name = draw(st.sampled_from(NAMES))
    # A group of pixels whose shared colour the buffer's end cuts off is another test's matter.
    block = 4 if name in INTERLEAVED else 1
    width = draw(st.integers(1, 6)) * 4 if block == 4 else draw(st.integers(1, 23))
    height = draw(st.integers(1, 30))
    return Reference(name, width, height, draw(st.sampled_from([0, 3])), draw(st.integers(0, 99)))


@given(references(), st.data())
def test_as_the_reference_says(reference: Reference, data: st.DataObject) -> None:
    width, height = reference.width, reference.height
    wanted = Region(
        data.draw(st.integers(0, width - 1)),
        data.draw(st.integers(0, height - 1)),
        data.draw(st.integers(1, width + 3)),
        data.draw(st.integers(1, height + 3)),
    )
    bins = data.draw(st.sampled_from([0, 1, 4, 256, 4096]))
    most = data.draw(st.sampled_from([1, 9, 40, 150, 10**6]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measuring, "MAX_SAMPLED", most)
        found = measure(reference.frame, Measure(wanted, bins=bins))
        exact = measure(reference.frame, Measure(wanted, bins=bins, exact=True))
    region = found.region
    assert region == region_within(wanted, width, height, reference.cell)
    assert exact.step == 1
    assert region.width * region.height / found.step**2 <= most or found.step == 1
    for one in (found, exact):
        lists = reference.channels(region, one.step)
        assert one.bits == reference.bits
        assert one.pixels == sum(1 for _ in reference.sampled(region, one.step))
        assert {channel.name for channel in one.channels} == lists.keys()
        assert one.sharpness == pytest.approx(reference.sharpness(region, one.step))
        for channel in one.channels:
            values = lists[channel.name]
            largest = (1 << reference.bits) - 1
            assert channel.mean == pytest.approx(statistics.fmean(values))
            assert (channel.minimum, channel.maximum) == (min(values), max(values))
            assert channel.deviation == pytest.approx(statistics.pstdev(values))
            assert channel.clipped == pytest.approx(100 * values.count(largest) / len(values))
            assert channel.black == pytest.approx(100 * values.count(0) / len(values))
            size = min(bins, largest + 1)
            counts = [0] * size
            for value in values if size else ():
                counts[value * size // (largest + 1)] += 1
            assert list(channel.histogram) == counts


@given(references(), st.data())
def test_each_value_of_the_cell_at_a_point(reference: Reference, data: st.DataObject) -> None:
    x = data.draw(st.integers(0, reference.width - 1))
    y = data.draw(st.integers(0, reference.height - 1))
    cell = reference.cell
    wanted: Pixel = {}
    for at in ((i, j) for j in range(cell) for i in range(cell)):
        wanted |= reference.pixels.get((x - x % cell + at[0], y - y % cell + at[1]), {})
    assert measure(reference.frame, Measure(point=(x, y))).point == wanted


@given(references(), st.data())
def test_values_along_a_line(reference: Reference, data: st.DataObject) -> None:
    width, height, cell = reference.width, reference.height, reference.cell
    xs, ys = st.integers(0, width - 1), st.integers(0, height - 1)
    x1, y1, x2, y2 = data.draw(xs), data.draw(ys), data.draw(xs), data.draw(ys)
    line = measure(reference.frame, Measure(line=(x1, y1, x2, y2))).line
    assert line is not None
    steps = max(abs(x2 - x1), abs(y2 - y1)) // cell
    length = math.hypot(x2 - x1, y2 - y1)
    assert line.positions == pytest.approx([i * length / max(1, steps) for i in range(steps + 1)])
    wanted: dict[str, list[float]] = defaultdict(list)
    for i in range(steps + 1):
        share = Fraction(i, max(1, steps))
        x = math.floor(x1 + share * (x2 - x1) + Fraction(1, 2))
        y = math.floor(y1 + share * (y2 - y1) + Fraction(1, 2))
        left, top = min(x, max(0, width - cell)), min(y, max(0, height - cell))
        colours: dict[str, list[int]] = defaultdict(list)
        for dy in range(min(cell, height)):
            for dx in range(min(cell, width)):
                at = left - left % cell + dx, top - top % cell + dy
                for colour, value in reference.pixels[at].items():
                    colours[colour[0] if cell == 2 else colour].append(value)
        for colour, values in colours.items():
            wanted[colour].append(statistics.fmean(values))
    assert line.values == {colour: tuple(values) for colour, values in wanted.items()}


@pytest.mark.parametrize("name", ["YUV422_8", "YCbCr411_8", "YUV411_8_UYYVYY"])
def test_a_line_that_ends_within_a_group_of_pixels(name: str) -> None:
    rgb = np.random.default_rng(3).integers(0, 256, (6, 13, 3), np.uint8)
    frame = pack_colour(name, rgb, padding_x=2)
    found = measure(frame, Measure(exact=True))
    assert found.pixels == 13 * 6
    assert found.channels[0].mean == pytest.approx(ycbcr_of(rgb)[:, :, 0].mean())


def test_a_long_line_has_a_limited_number_of_positions() -> None:
    frame = pack_values("Mono8", np.arange(5000).reshape(1, -1) % 251)
    line = measure(frame, Measure(line=(0, 0, 4999, 0))).line
    assert line is not None
    assert len(line.positions) == MAX_POSITIONS == len(line.values["grey"])
    assert (line.positions[0], line.positions[-1]) == (0.0, 4999.0)
    assert line.values["grey"][-1] == 4999 % 251


def test_what_the_frame_says_of_itself() -> None:
    data = np.zeros(16, np.uint8)
    frame = RawFrame(data, 4, 4, 0x01080001, FrameTimes(77, 5), frame_id=12)
    found = measure(frame, Measure(bins=0))
    assert (found.frame_id, found.capture_time_us, found.pixel_format) == (12, 77, "Mono8")
    assert found.channels[0].histogram == ()
    assert found.channels[0].black == 100.0
    assert found.line is None
    assert found.point == {}


def test_bits_above_the_significant_ones_do_not_count() -> None:
    frame = raw_frame(np.full((2, 8), 0xFF, np.uint8), 4, 2, ONE_COMPONENT["Mono12"][0])
    assert measure(frame, Measure()).channels[0].maximum == 4095


def test_more_pixels_of_one_value_than_a_float_can_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "_COUNTED_AT_ONCE", 40)
    frame = pack_values("Mono8", np.full((10, 20), 255))
    assert measure(frame, Measure(exact=True)).channels[0].histogram[-1] == 200


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (Measure(Region(8, 0, 1, 1)), "region: 1x1 at 8, 0 is outside the picture of 8x4"),
        (Measure(Region(0, 4, 1, 1)), "region"),
        (Measure(point=(8, 0)), "point: 8, 0 is outside the picture of 8x4"),
        (Measure(line=(0, 0, 0, 4)), "line: 0, 4 is outside"),
        (Measure(line=(0, 9, 0, 0)), "line: 0, 9 is outside"),
        (Measure(bins=100), "bins: wanted a power of two, not 100"),
    ],
)
def test_what_cannot_be_measured(wish: Measure, words: str) -> None:
    with pytest.raises(CallError, match=words) as raised:
        measure(pack_values("BayerRG8", np.zeros((4, 8), int)), wish)
    assert raised.value.code == "wrong"


def test_a_frame_that_holds_no_pixels_or_unknown_ones() -> None:
    with pytest.raises(PayloadSizeError):
        measure(raw_frame(b"123", 2, 2, 0x01080001), Measure())
    with pytest.raises(UnsupportedPixelFormatError):
        measure(raw_frame(b"1234", 2, 2, 0x02180021), Measure())
