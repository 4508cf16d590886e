from __future__ import annotations

from typing import Any

import pytest

from client_qt.model.order import moved, neighbour, order_of
from client_qt.model.orientation import Rectangle
from tests.client_qt.viewing_vectors import vectors

VECTORS = vectors("order")


@pytest.mark.parametrize(("names", "kept", "order"), VECTORS["orders"])
def test_order(names: list[str], kept: list[str], order: list[int]) -> None:
    assert order_of(names, kept) == order


@pytest.mark.parametrize(("things", "start", "to", "result"), VECTORS["moved"])
def test_moved(things: list[str], start: int, to: int, result: list[str]) -> None:
    assert moved(things, start, to) == result


@pytest.mark.parametrize("case", VECTORS["neighbours"], ids=lambda case: case["name"])
def test_neighbours(case: dict[str, Any]) -> None:
    cells = [Rectangle(*cell) for cell in case["cells"]]
    for start, key, wanted in case["moves"]:
        assert neighbour(cells, start, key) == wanted, (start, key)
