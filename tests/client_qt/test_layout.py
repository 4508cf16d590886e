from __future__ import annotations

import pytest

from client_qt.model.layout import arrange, picture_area
from tests.client_qt.viewing_vectors import vectors

CASES = vectors("layout")["cases"]


def test_the_cells_are_those_of_the_vectors() -> None:
    for case in CASES:
        wish = dict(case["wish"])
        aspects = tuple(wish.pop("aspects"))
        found = arrange(wish.pop("width"), wish.pop("height"), aspects, **wish)
        cells = [[cell.x, cell.y, cell.width, cell.height] for cell in found.cells]
        assert cells == case["cells"], case["wish"]
        assert (found.height, found.kind) == (case["height"], case["kind"]), case["wish"]
    assert len(CASES) > 150


@pytest.mark.parametrize("count", range(1, 17))
def test_up_to_16_cameras_leave_no_hole(count: int) -> None:
    found = arrange(1600, 950, (4 / 3,) * count, gap=0, line=24)
    assert sum(cell.width * cell.height for cell in found.cells) == 1600 * 950


def test_three_quarters_of_the_window_are_picture_with_the_reference_set() -> None:
    aspects = (640 / 480, 640 / 480, 2656 / 2304)
    cells = arrange(1600, 965, aspects, gap=2, line=24).cells
    assert picture_area(cells, aspects, 24) > 0.75 * 1600 * 1000
