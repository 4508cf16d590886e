"""Zoom without Qt, held to the same vectors as the page's."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from camstrm.wire import Region, View
from client_qt.model.view_wish import ShownPicture, SmallPicture, region_wish, small_wish
from client_qt.model.viewport import Rectangle, Viewport
from tests.vectors import layout

VECTORS = json.loads((Path(layout.__file__).parent / "viewport" / "zoom.json").read_text())


def act(view: Viewport, name: str, *arguments: float) -> None:
    method = re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", name)
    getattr(view, method)(*arguments)


@pytest.mark.parametrize("session", VECTORS["sessions"], ids=lambda s: f"{s['stage']} {s['frame']}")
def test_what_is_visible_and_asked_for(session: dict[str, Any]) -> None:
    view, (width, height) = Viewport(), session["frame"]
    view.set_stage(*session["stage"])
    view.set_frame(width, height)
    have = ShownPicture(width // 4, height // 4, width, height)
    for step in session["steps"]:
        act(view, *step["act"])
        assert view.fits == step["fits"], step
        if step["visible"] is None:
            assert not view.known
            continue
        assert view.scale == pytest.approx(step["scale"])
        seen = view.visible
        assert [seen.x, seen.y, seen.width, seen.height] == pytest.approx(step["visible"])
        for ratio, wish in zip((1, 2), step["wish"], strict=True):
            found = region_wish(3, view, ratio, have)
            if wish is None:
                assert found is None
                continue
            assert found is not None
            assert found.region is not None
            region = found.region
            assert [region.x, region.y, region.width, region.height] == wish["region"]
            assert (found.max_width, found.max_height) == (wish["max_width"], wish["max_height"])
            assert found.quality == wish["quality"]


@pytest.mark.parametrize("case", VECTORS["small"], ids=str)
def test_small_pictures(case: dict[str, Any]) -> None:
    usual = None if case["usual"] is None else tuple(case["usual"])
    before = None if case["before"] is None else View(3, None, *case["before"])
    found = small_wish(3, tuple(case["shown"]), usual, before, case["reduced"])
    assert found == (None if case["wish"] is None else View(3, None, *case["wish"]))


def test_the_point_under_the_cursor_stays() -> None:
    view = Viewport()
    view.set_stage(640, 480)
    view.set_frame(2656, 2304)
    there = view.frame_at(400, 300)
    for factor in (1.25, 1.25, 4.0, 0.8):
        view.zoom_by(factor, 400, 300)
        assert view.frame_at(400, 300) == pytest.approx(there)
    placed = view.place(Rectangle(*there, 1, 1))
    assert (placed.x, placed.y) == pytest.approx((400, 300))


def test_single_pixels_are_asked_for_finely_also_where_the_whole_picture_has_them_all() -> None:
    view, native = Viewport(), ShownPicture(640, 480, 640, 480)
    view.set_stage(640, 480)
    view.set_frame(640, 480)
    view.zoom_to(1.9)
    assert region_wish(3, view, 1, native) is None
    view.zoom_to(2.0)
    assert region_wish(3, view, 1, native) == View(3, Region(160, 112, 320, 256), 320, 320, 95)


def test_a_small_picture_follows_its_place_when_that_has_settled() -> None:
    small, found = SmallPicture(3), []
    for shown, now in (
        ((320, 240), 10.0),
        ((320, 240), 10.39),
        ((320, 240), 10.41),
        ((600, 450), 10.5),
        ((600, 450), 11.0),
    ):
        small.settle(shown, (640, 480), 0, now)
        found.append(small.wish)
    wish = View(3, None, 320, 240)
    assert found == [None, None, wish, wish, None]
