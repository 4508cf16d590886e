"""Models of measuring and drawing tools, held to the vectors that the page's are held to."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from camstrm.wire import Region
from camstrm.wire.operations import LineProfile, Measure
from client_qt.model import numbers, pixel_value, profile, ruler, zebra
from client_qt.model.guides import Crosshair, grid_lines
from client_qt.model.orientation import Orientation, Rectangle
from client_qt.model.region import measured_region, region_between
from client_qt.model.said import Said
from tests.client_qt.viewing_vectors import vectors

REGION, PIXEL, PROFILE = vectors("region"), vectors("pixel_value"), vectors("profile")
RULER, GUIDES, ZEBRA = vectors("ruler"), vectors("guides"), vectors("zebra")


def pair(values: list[int] | None) -> tuple[int, int] | None:
    return None if values is None else (values[0], values[1])


def pairs(values: list[Any]) -> tuple[Any, Any]:
    return values[0], values[1]


def flat(region: Region | None) -> list[int] | None:
    return None if region is None else [region.x, region.y, region.width, region.height]


def said(case: dict[str, Any]) -> Said:
    return Said(case["key"], case["said"])


def test_figures_as_text() -> None:
    cases = vectors("numbers")
    for name in ("fixed", "significant"):
        found = [getattr(numbers, name)(value, digits) for value, digits, _ in cases[name]]
        assert found == [text for _, _, text in cases[name]]
    assert [numbers.percent(part) for part, _ in cases["percent"]] == [
        text for _, text in cases["percent"]
    ]


@pytest.mark.parametrize("case", REGION["measured"], ids=str)
def test_the_measured_part_of_a_frame(case: dict[str, Any]) -> None:
    visible = None if case["visible"] is None else Rectangle(*case["visible"])
    drawn = None if case["drawn"] is None else Region(*case["drawn"])
    found = measured_region(case["kind"], tuple(case["frame"]), visible=visible, drawn=drawn)
    assert flat(found) == case["region"]


@pytest.mark.parametrize("case", REGION["between"], ids=str)
def test_a_part_that_is_drawn(case: dict[str, Any]) -> None:
    found = region_between(tuple(case["from"]), tuple(case["to"]), tuple(case["frame"]))
    assert flat(found) == case["region"]


def test_the_value_of_a_pixel() -> None:
    for case in PIXEL["at"]:
        found = pixel_value.pixel_at(*pairs(case["point"]), pairs(case["frame"]))
        assert found == pair(case["pixel"])
    for case in PIXEL["requests"]:
        pixel = tuple(case["pixel"])
        wanted = Measure(Region(*case["region"]), 0, pixel)
        assert pixel_value.cell_request(pixel, tuple(case["frame"])) == wanted
    for case in PIXEL["pictures"]:
        found = pixel_value.picture_at(
            tuple(case["pixel"]), Rectangle(*case["area"]), tuple(case["picture"])
        )
        assert found == pair(case["at"])
    for case in PIXEL["raw"]:
        text = pixel_value.raw_text(tuple(case["pixel"]), case["values"], case["bits"])
        assert text == said(case)
    for case in PIXEL["jpeg"]:
        text = pixel_value.jpeg_text(tuple(case["pixel"]), tuple(case["rgb"]), case["frozen"])
        assert text == said(case)
    assert pixel_value.place_text((1, 2)) == Said("tools.pixel.place", {"x": 1, "y": 2})


def test_line_profiles() -> None:
    for case in PROFILE["lines"]:
        found = profile.line_between(tuple(case["from"]), tuple(case["to"]), tuple(case["frame"]))
        assert found == (None if case["line"] is None else tuple(case["line"]))
    for case in PROFILE["charts"]:
        line = msgspec.convert(case["line"], LineProfile)
        chart = profile.profile_chart(line, case["bits"], case["whole"])
        assert (chart.length, chart.low, chart.high) == pytest.approx(
            (case["length"], case["low"], case["high"])
        )
        assert list(chart.series) == list(case["series"])
        for name, points in case["series"].items():
            assert np.array(chart.series[name]) == pytest.approx(np.array(points), abs=1e-6)
    for case in PROFILE["reads"]:
        line = msgspec.convert(case["line"], LineProfile)
        wanted = None if case["position"] is None else (case["position"], case["values"])
        assert profile.read_at(line, case["part"]) == wanted


def test_the_ruler() -> None:
    for case in RULER["spans"]:
        start, end = tuple(case["from"]), tuple(case["to"])
        found = ruler.span(start, end)
        wanted = [case[name] for name in ("dx", "dy", "length", "angle")]
        assert [found.dx, found.dy, found.length, found.angle] == pytest.approx(wanted)
        assert ruler.ruler_text(start, end, case["mm_per_pixel"]) == said(case)
    for case in RULER["straight"]:
        at = ruler.straightened(tuple(case["from"]), tuple(case["to"]))
        assert at == pytest.approx(tuple(case["at"]))
    for case in RULER["snaps"]:
        assert ruler.snap(*pairs(case["point"]), pairs(case["frame"])) == pair(case["pixel"])
    for length, mm, wanted in RULER["calibrations"]:
        assert ruler.calibrated(length, mm) == wanted
    for text, mm in RULER["typed"]:
        assert ruler.typed_length(text) == mm, text


@pytest.mark.parametrize("case", GUIDES["crosshair"], ids=str)
def test_the_crosshair(case: dict[str, Any]) -> None:
    cross, frame = Crosshair(), tuple(case["frame"])
    for act, x, y in case["acts"]:
        if act == "put":
            cross.put(x, y, frame)
        else:
            cross.move(x, y, Orientation(case["rotation"], case["mirror"]), frame)
    assert cross.at(frame) == pair(case["at"])


@pytest.mark.parametrize("case", GUIDES["grids"], ids=str)
def test_grids(case: dict[str, Any]) -> None:
    frame = tuple(case["frame"])
    found = grid_lines(case["kind"], case["step"], frame, case["scale"], case["mm_per_pixel"])
    assert list(found.xs) == pytest.approx(case["xs"])
    assert list(found.ys) == pytest.approx(case["ys"])
    assert found.step == pytest.approx(case["shown"])
    assert found.said == said(case)


def test_stripes_where_pixels_are_clipped() -> None:
    for case in ZEBRA["pictures"]:
        picture = np.array(case["picture"], np.uint8)[:, :, ::-1]  # Qt has blue first
        found, count = zebra.paint_stripes(picture, case["phase"])
        assert count == case["count"]
        assert (found[:, :, 3] > 0).astype(int).tolist() == case["stripes"]
    for case in ZEBRA["texts"]:
        assert zebra.zebra_text(case["shown"], case["raw"], case["bits"]) == said(case)
