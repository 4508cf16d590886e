"""In which order the cameras are shown: the configuration's, then the person's. No Qt.

The page has the same in model/order.js; tests/vectors/viewing/order.json holds both to it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

from client_qt.model.orientation import Rectangle

__all__ = ["moved", "neighbour", "order_of"]

_Thing = TypeVar("_Thing")

_STEPS = {
    "ArrowLeft": (-1, 0),
    "ArrowRight": (1, 0),
    "ArrowUp": (0, -1),
    "ArrowDown": (0, 1),
}


def order_of(names: Sequence[str], kept: Sequence[str]) -> list[int]:
    """Return the indexes of ``names`` in the order to show.

    What ``kept`` names stands as there; what it does not know keeps its neighbour of the
    configuration before it.
    """
    order = [name for name in dict.fromkeys(kept) if name in names]
    for at, name in enumerate(names):
        if name not in order:
            before = -1 if at == 0 else order.index(names[at - 1])
            order.insert(before + 1, name)
    return [names.index(name) for name in order]


def moved(things: Sequence[_Thing], start: int, to: int) -> list[_Thing]:
    """Return the same things with the one at ``start`` moved to the place ``to``."""
    others = [thing for at, thing in enumerate(things) if at != start]
    others.insert(max(0, min(len(others), to)), things[start])
    return others


def neighbour(cells: Sequence[Rectangle], start: int, key: str) -> int:
    """Return the cell that is next in the direction of an arrow: of those there, the nearest.

    ``start`` itself where there is none.
    """
    right, down = _STEPS.get(key, (0, 0))
    here = cells[start]
    x, y = here.x + here.width / 2, here.y + here.height / 2
    best, least = start, math.inf
    for at, cell in enumerate(cells):
        across = cell.x + cell.width / 2 - x
        along = cell.y + cell.height / 2 - y
        cost = across * right + along * down + 2 * (abs(across * down) + abs(along * right))
        if at != start and _beyond(here, cell, right, down) and cost < least:
            best, least = at, cost
    return best


def _beyond(here: Rectangle, cell: Rectangle, right: int, down: int) -> bool:
    # Beyond its edge: cells of one row may have their middles at other heights.
    if right > 0:
        return cell.x >= here.x + here.width - 1
    if right < 0:
        return cell.x + cell.width <= here.x + 1
    if down > 0:
        return cell.y >= here.y + here.height - 1
    return cell.y + cell.height <= here.y + 1
