from __future__ import annotations

import pytest

from client_qt.model.tiling import Cell, arrange


def test_three_views_are_one_large_and_two_beside_it() -> None:
    assert arrange(3, main=2) == [Cell(0, 2), Cell(1, 2), Cell(0, 0, 2, 2)]
    assert arrange(3)[0] == Cell(0, 0, 2, 2)


@pytest.mark.parametrize("count", [0, 1, 2, 4, 5, 9, 16, 17])
def test_other_numbers_fill_a_square_without_overlap(count: int) -> None:
    cells = arrange(count)
    places = {(c.row, c.column) for c in cells}
    assert len(places) == len(cells) == count
    side = max((c.column for c in cells), default=0) + 1
    assert (side - 1) ** 2 < max(count, 1) <= side**2
