"""Orientation, held to the same vectors as the page's."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest

from client_qt.model.orientation import UPRIGHT, Orientation, nearest_quarter, orientation_of
from client_qt.model.viewport import Rectangle, Viewport
from tests.client_qt.viewing_vectors import vectors

VECTORS = vectors("orientation")
SENSOR = (3, 2)


def seen(orientation: Orientation) -> list[list[int]]:
    """Return the numbers of the sensor's pixels as they are seen."""
    width, height = orientation.size(*SENSOR)
    lines: list[list[int]] = []
    for line in range(height):
        lines.append([])
        for column in range(width):
            x, y = orientation.to_sensor(column + 0.5, line + 0.5, SENSOR)
            assert orientation.to_picture(x, y, SENSOR) == (column + 0.5, line + 0.5)
            lines[-1].append(math.floor(y) * SENSOR[0] + math.floor(x))
    return lines


@pytest.mark.parametrize("case", VECTORS["pictures"], ids=str)
def test_a_turned_sensor(case: dict[str, Any]) -> None:
    orientation = Orientation(case["rotation"], case["mirror"])
    assert seen(orientation) == case["picture"]


@pytest.mark.parametrize("case", VECTORS["acts"], ids=str)
def test_what_a_person_does_is_done_to_what_is_seen(case: dict[str, Any]) -> None:
    orientation = Orientation(case["rotation"], case["mirror"])
    for act in case["acts"]:
        if act == "mirror":
            orientation = orientation.mirrored()
        else:
            orientation = orientation.rotated(90 if act == "right" else -90)
    assert seen(orientation) == case["picture"]


@pytest.mark.parametrize("case", VECTORS["layers"], ids=str)
def test_mine_comes_on_top_of_what_is_configured(case: dict[str, Any]) -> None:
    found = orientation_of(Orientation(*case["configured"]), Orientation(*case["mine"]))
    assert seen(found) == case["picture"]


@pytest.mark.parametrize("session", VECTORS["sessions"], ids=lambda s: f"{s['rotation']}")
def test_a_turned_viewport(session: dict[str, Any]) -> None:
    view = Viewport()
    view.set_stage(*session["stage"])
    view.set_frame(*session["frame"])
    view.set_orientation(Orientation(session["rotation"], session["mirror"]))
    for step in session["steps"]:
        name, *numbers = step["act"]
        getattr(view, re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", name))(*numbers)
        assert view.scale == pytest.approx(step["scale"])
        for found, wanted in (
            (view.visible, step["visible"]),
            (view.place(Rectangle(16, 8, 64, 32)), step["place"]),
        ):
            assert [found.x, found.y, found.width, found.height] == pytest.approx(wanted)
        assert view.frame_at(100, 80) == pytest.approx(step["frame_at"])
        assert view.stage_at(*view.frame_at(100, 80)) == pytest.approx((100, 80))
        assert view.stage_at(16, 8) == pytest.approx(step["stage_at"])


def test_what_is_in_the_middle_stays_there_while_the_picture_is_turned() -> None:
    view = Viewport()
    view.set_stage(800, 600)
    view.set_frame(2656, 2304)
    view.zoom_to(2, 500, 100)
    middle = view.frame_at(400, 300)
    for turned in (Orientation(90), Orientation(180, True), UPRIGHT):
        view.set_orientation(turned)
        assert view.frame_at(400, 300) == pytest.approx(middle)
        assert not view.fits


def test_movements_and_angles() -> None:
    assert Orientation(0, True).step_to_sensor(1, 0) == (-1, 0)
    assert Orientation(90).step_to_sensor(1, 0) == (0, -1)
    assert [nearest_quarter(degrees) for degrees in (-90, 44, 46, 450)] == [270, 0, 90, 90]
    assert nearest_quarter(float("nan")) == 0
