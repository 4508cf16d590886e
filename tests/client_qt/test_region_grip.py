"""A rectangle that is drawn, moved and resized."""

from __future__ import annotations

import pytest

from client_qt.model.region_grip import GRIPS, Grip, grip_at, grip_places, moved, pulled, spanned
from client_qt.model.viewport import Rectangle

WHOLE = (640, 480)
REGION = Rectangle(100, 80, 200, 120)


def test_what_is_held_at_a_point() -> None:
    assert grip_at(REGION, 100, 80, 5) is Grip.UPPER_LEFT
    assert grip_at(REGION, 303, 196, 5) is Grip.LOWER_RIGHT
    assert grip_at(REGION, 200, 83, 5) is Grip.UPPER
    assert grip_at(REGION, 150, 120, 5) is Grip.INSIDE
    assert grip_at(REGION, 500, 400, 5) is None
    small = Rectangle(10, 10, 4, 4)
    assert grip_at(small, 14, 14, 20) is Grip.LOWER_RIGHT, "the nearest of several"


@pytest.mark.parametrize("grip", GRIPS)
def test_a_pulled_handle_goes_with_the_mouse(grip: Grip) -> None:
    x, y = grip_places(REGION)[grip]
    after = pulled(REGION, grip, 8, 4, WHOLE)
    right, down = grip.value
    assert grip_places(after)[grip] == (x + (8 if right else 0), y + (4 if down else 0))


def test_nothing_leaves_the_sensor() -> None:
    assert pulled(REGION, Grip.LOWER_RIGHT, 9000, 9000, WHOLE) == Rectangle(100, 80, 540, 400)
    assert pulled(REGION, Grip.UPPER_LEFT, -9000, -9000, WHOLE) == Rectangle(0, 0, 300, 200)
    assert moved(REGION, 9000, -9000, WHOLE) == Rectangle(440, 0, 200, 120)


def test_a_side_that_is_pulled_over_the_other_goes_on_beyond_it() -> None:
    assert pulled(REGION, Grip.LEFT, 250, 0, WHOLE) == Rectangle(300, 80, 50, 120)


def test_a_rectangle_between_two_corners() -> None:
    assert spanned((30, 40), (10, 90)) == Rectangle(10, 40, 20, 50)
