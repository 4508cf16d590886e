from __future__ import annotations

import pytest

from client_qt.model.order import moved, neighbour, order_of
from client_qt.model.orientation import Rectangle

GRID = [Rectangle(x, y, 100, 100) for y in (0, 100) for x in (0, 100, 200)]


@pytest.mark.parametrize(
    ("names", "kept", "order"),
    [
        ("abc", "", [0, 1, 2]),
        ("abc", "cab", [2, 0, 1]),
        ("abc", "ca", [2, 0, 1]),
        ("abcd", "dx", [0, 1, 2, 3]),
        ("abcd", "da", [3, 0, 1, 2]),
        ("ab", "bbab", [1, 0]),
    ],
)
def test_order(names: str, kept: str, order: list[int]) -> None:
    assert order_of(list(names), list(kept)) == order


def test_moved() -> None:
    assert moved("abcd", 0, 2) == list("bcad")
    assert moved("abcd", 3, -5) == list("dabc")
    assert moved("abcd", 1, 9) == list("acdb")


@pytest.mark.parametrize(
    ("start", "key", "next_one"),
    [
        (0, "ArrowRight", 1),
        (1, "ArrowDown", 4),
        (4, "ArrowUp", 1),
        (4, "ArrowLeft", 3),
        (0, "ArrowLeft", 0),
        (5, "ArrowDown", 5),
    ],
)
def test_neighbour(start: int, key: str, next_one: int) -> None:
    assert neighbour(GRID, start, key) == next_one


def test_a_large_one_s_neighbour_is_the_nearest() -> None:
    cells = [Rectangle(0, 0, 400, 400), Rectangle(400, 0, 200, 190), Rectangle(400, 190, 200, 210)]
    assert neighbour(cells, 0, "ArrowRight") in (1, 2)
    assert neighbour(cells, 2, "ArrowLeft") == 0
