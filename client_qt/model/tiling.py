"""Which view is where in the window. No Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Cell", "arrange"]


@dataclass(frozen=True)
class Cell:
    """Place of one view in the grid."""

    row: int
    column: int
    rows: int = 1
    columns: int = 1


def arrange(count: int, main: int = 0) -> list[Cell]:
    """Return one Cell per view, in the views' order.

    Three views (the usual set) are one large on the left (``main``: the camera with the
    largest picture) and two beside it; other numbers fill the squarest grid.
    """
    if count == 3:
        side = iter((Cell(0, 2), Cell(1, 2)))
        return [Cell(0, 0, 2, 2) if i == main else next(side) for i in range(count)]
    columns = math.ceil(math.sqrt(count))
    return [Cell(i // columns, i % columns) for i in range(count)]
