"""Where each picture is in the window, so that the pictures are as large as they can be. No Qt.

A row shares its width by the pictures' aspects, so that all of one row are equally high: a line
scan takes a row of its own, a portrait a narrow cell. Arrangements are compared by the harmonic
mean of the pictures' sides (roots of their areas): all are large, and none is forgotten for it. The
page has the same in model/layout.js; tests/vectors/viewing/layout.json holds both to it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from client_qt.model.orientation import Rectangle
from client_qt.model.rows import Room, Stack, stack

__all__ = ["Layout", "arrange", "picture_area"]

_USUAL_ASPECT = 4 / 3
"""Of a picture whose size is not known yet."""

_LEAST_ASPECT, _MOST_ASPECT = 0.1, 40.0
"""Aspects beyond these count as these: no cell becomes a hair."""

_PHONE, _LOW = 600, 440
"""A window narrower than this, or lower, is a phone's."""

_PHONE_CELL, _LEAST_CELL = 300, 160
"""The least width of a cell, on a phone and elsewhere."""

_LEAST_SHRINK = 0.7
"""Before they scroll, pictures are made smaller down to this part of what they could have."""

_MOST_CELLS = 16
"""The most cameras that share a window without scrolling."""

_SCROLL_CELL = 320
"""Width of the columns of cells that scroll."""

_PARTS = tuple(range(20, 44))
"""Which parts of the window the large picture may have, in fiftieths."""

_FEW = 6
_PARTS_OF_MANY = tuple(part for part in _PARTS if part % 4 == 0)
"""Of more cameras than _FEW, fewer parts are tried."""

_PORTRAIT_ASPECT = 0.6
_WIDE_ASPECT = 4
"""Of many cameras, a picture beyond these may stand beside all rows, as an odd one."""

_LARGER = 1.3
"""The large picture's side is at least so many times that of any other."""

_LESS = 1 - 1e-9
"""Another arrangement must be better than equal: equal ones do not change places."""

_EVEN = 1.04
"""Equal rows are preferred to others that are better by less than this factor."""


@dataclass(frozen=True)
class Layout:
    """A cell for each camera, in whole pixels, and how high they are together.

    ``kind``: "grid", "large" (one large, the others beside it), or "scroll".
    """

    cells: tuple[Rectangle, ...]
    height: float
    kind: str = "grid"


@dataclass(frozen=True)
class _Arrangement:
    """Rows that fill ``area``, beside a large cell or without one.

    Cells are made of the best one only: hundreds are compared.
    """

    sides: list[float]
    """Of the pictures, in any order."""
    stack: Stack
    heights: list[float]
    area: Rectangle
    main: int = -1
    """Which of the cells is the large one."""
    large: Rectangle | None = None
    even: bool = False
    """All rows are equal."""

    def smallness(self, *, total: bool) -> float:
        """Return the inverse of the mean side.

        Harmonic; plain (``total``) where one may be large at the cost of the others.
        """
        if total:
            return len(self.sides) / sum(self.sides)
        inverse = sum(1 / max(1e-6, side) for side in self.sides) / len(self.sides)
        return inverse / _EVEN if self.even else inverse

    def cells(self, room: Room) -> tuple[Rectangle, ...]:
        cells = self.stack.cells(self.area, self.heights, room)
        if self.large is None:
            return cells
        return (*cells[: self.main], self.large, *cells[self.main :])


@lru_cache(maxsize=64)
def arrange(
    width: float,
    height: float,
    aspects: tuple[float, ...],
    *,
    gap: float = 0,
    line: float = 0,
    mode: str = "auto",
    large: int = -1,
) -> Layout:
    """Return the cells of pictures with these aspects (0: not known), in their order.

    ``gap``: pixels between two cells, ``line``: height of the line of text in each. ``mode``:
    "grid", "large", or "auto" for the better one; ``large``: which one shall be large, -1: any.
    """
    sides = tuple(
        min(_MOST_ASPECT, max(_LEAST_ASPECT, a)) if a > 0 else _USUAL_ASPECT for a in aspects
    )
    area, count = Rectangle(0, 0, width, height), len(sides)
    if not count:
        return Layout((), height)
    phone = min(width / _PHONE, height / _LOW) < 1
    columns = max(1, math.floor((width + gap) / (_PHONE_CELL if phone else _SCROLL_CELL)))
    least = min(_PHONE_CELL, width) if phone else _LEAST_CELL
    room = Room(gap, line, least, _PARTS_OF_MANY if count > _FEW else _PARTS)
    most = count
    if phone:
        most = min(columns, 1 if width < _PHONE else 2)
    if count > _MOST_CELLS:
        return _scrolled(stack(width, sides, min(columns, count), room), height, room)
    if phone and count > 1:
        return _shrunk(stack(width, sides, min(most, count), room), area, sides, room)
    wants_large = mode == "large"
    larges: list[_Arrangement] = []
    if mode != "grid" and count > 1:
        larges = _large_ones(area, sides, room, large, clearly=wants_large)
    if wants_large and larges:
        found = _best(larges, total=True)
    else:
        found = _best([*_grids(area, sides, room, min(most, _fitting(width, room))), *larges])
    kind = "grid" if found.large is None else "large"
    return Layout(tuple(map(_rounded, found.cells(room))), height, kind)


def picture_area(cells: Iterable[Rectangle], aspects: Iterable[float], line: float) -> float:
    """Return how many pixels the pictures in these cells have."""
    return sum(_side(cell, a, line) ** 2 for cell, a in zip(cells, aspects, strict=True))


def _side(cell: Rectangle, aspect: float, line: float) -> float:
    """Return the root of the area of a picture in its cell."""
    high = max(0.0, cell.height - line)
    return min(cell.width, high * aspect) / math.sqrt(aspect)


def _best(found: Sequence[_Arrangement], *, total: bool = False) -> _Arrangement:
    """Return the first of the best."""
    chosen, least = found[0], math.inf
    for other in found:
        small = other.smallness(total=total)
        if small < least * _LESS:
            chosen, least = other, small
    return chosen


def _grids(area: Rectangle, sides: tuple[float, ...], room: Room, most: int) -> list[_Arrangement]:
    """Return rows of 1, 2, ... ``most`` cells each."""
    found = []
    for columns in range(1, min(most, len(sides)) + 1):
        rows = stack(area.width, sides, columns, room)
        equal = all(len(row) == len(rows.rows[0]) for row in rows.rows)
        for alike in (True, False):
            heights = rows.heights(area.height, sides, room, alike=alike)
            each = rows.sides(heights, sides)
            found.append(_Arrangement(each, rows, heights, area, even=alike and equal))
    return found


def _fitting(width: float, room: Room) -> int:
    """Return how many cells fit beside each other."""
    return max(1, math.floor((width + room.gap) / (room.least + room.gap)))


def _candidates(sides: tuple[float, ...], *, clearly: bool) -> Iterable[int]:
    """Return which cameras may be the large one."""
    if len(sides) <= _FEW:
        return range(len(sides))
    if clearly:
        return (0,)
    odd = (a < _PORTRAIT_ASPECT or a >= _WIDE_ASPECT for a in sides)
    return (at for at, is_odd in enumerate(odd) if is_odd)


def _large_ones(
    area: Rectangle, sides: tuple[float, ...], room: Room, large: int, *, clearly: bool
) -> list[_Arrangement]:
    """Return those with one large on the left, or on top, the others in rows beside it.

    ``clearly``: only where it is larger than the others, as is expected of a large one.
    """
    asked = [large] if 0 <= large < len(sides) else _candidates(sides, clearly=clearly)
    found: list[_Arrangement] = []
    seen: set[float] = set()
    for at in asked:
        if sides[at] in seen:
            continue  # the first of equal ones
        seen.add(sides[at])
        for left in (True, False):
            for part in _parts(area, sides[at], room, left=left):
                found += _beside_large(area, sides, room, at, part, left=left)
    if not clearly:
        return found
    larger = [one for one in found if _is_larger(one, sides, room)]
    return larger or found


def _is_larger(one: _Arrangement, sides: Sequence[float], room: Room) -> bool:
    cells = one.cells(room)
    each = [_side(cell, a, room.line) for cell, a in zip(cells, sides, strict=True)]
    return all(at == one.main or each[one.main] >= _LARGER * s for at, s in enumerate(each))


def _parts(area: Rectangle, aspect: float, room: Room, *, left: bool) -> list[float]:
    """Return widths, or heights, of the large cell."""
    whole = (area.width if left else area.height) - room.gap
    exact = (area.height - room.line) * aspect if left else area.width / aspect + room.line
    most = whole - room.least if left else whole - room.line - room.least / 2
    wanted = (exact, *(whole * part / 50 for part in room.parts))
    return [part for part in wanted if room.line < part <= most]


def _beside_large(
    area: Rectangle, sides: tuple[float, ...], room: Room, main: int, part: float, *, left: bool
) -> list[_Arrangement]:
    x, y, width, height = area.x, area.y, area.width, area.height
    start = part + room.gap
    if left:
        cell = Rectangle(x, y, part, height)
        rest = Rectangle(x + start, y, width - start, height)
    else:
        cell = Rectangle(x, y, width, part)
        rest = Rectangle(x, y + start, width, height - start)
    others = sides[:main] + sides[main + 1 :]
    own = _side(cell, sides[main], room.line)
    return [
        _Arrangement([*grid.sides, own], grid.stack, grid.heights, rest, main, cell)
        for grid in _grids(rest, others, room, _fitting(rest.width, room))
    ]


def _natural_heights(rows: Stack, height: float, room: Room) -> list[float]:
    """Return heights as wanted, but no picture is higher than the window."""
    return [min(max(1, height - room.line), wanted) for wanted in rows.wanted]


def _scrolled(rows: Stack, height: float, room: Room) -> Layout:
    heights = _natural_heights(rows, height, room)
    cells = tuple(map(_rounded, rows.cells(Rectangle(0, 0, 0, 0), heights, room)))
    below = max(cell.y + cell.height for cell in cells)
    return Layout(cells, max(height, below), "scroll")


def _shrunk(rows: Stack, area: Rectangle, sides: tuple[float, ...], room: Room) -> Layout:
    """Show all at once if they need not be much smaller for it."""
    high, count = sum(_natural_heights(rows, area.height, room)), len(rows.rows)
    rest = room.line * count + room.gap * (count - 1)
    if area.height - rest < _LEAST_SHRINK * high:
        return _scrolled(rows, area.height, room)
    heights = rows.heights(area.height, sides, room, alike=False)
    return Layout(tuple(map(_rounded, rows.cells(area, heights, room))), area.height)


def _rounded(cell: Rectangle) -> Rectangle:
    """Return the cell with whole pixels, so that edges are sharp and meet."""
    left, top = math.floor(cell.x + 0.5), math.floor(cell.y + 0.5)
    right = math.floor(cell.x + cell.width + 0.5)
    bottom = math.floor(cell.y + cell.height + 0.5)
    return Rectangle(left, top, right - left, bottom - top)
