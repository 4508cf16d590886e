"""Rows of pictures that share their width by the pictures' aspects; for layout.py. No Qt."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import truediv

from client_qt.model.orientation import Rectangle

__all__ = ["Room", "Stack", "stack"]

_LINE_ASPECT = 4
"""From this aspect on, a picture has a row of its own."""


@dataclass(frozen=True)
class Room:
    """Pixels between cells, of the line of text in each, and the least width of one."""

    gap: float
    line: float
    least: float
    parts: tuple[int, ...] = ()
    """Which parts of the window the large picture may have, in fiftieths."""


@lru_cache(maxsize=512)
def rows_of(sides: tuple[float, ...], columns: int) -> tuple[tuple[int, ...], ...]:
    """Return the positions of the cells in each row; line scans have a row of their own."""
    rows: list[tuple[int, ...]] = []
    row: list[int] = []
    for at, aspect in enumerate(sides):
        alone = aspect >= _LINE_ASPECT
        if row and (alone or len(row) == columns):
            rows.append(tuple(row))
            row = []
        row.append(at)
        if alone:
            rows.append(tuple(row))
            row = []
    return (*rows, tuple(row)) if row else tuple(rows)


@dataclass(frozen=True)
class Stack:
    """Rows of pictures that share a width; ``widths`` of the cells in each row.

    ``wanted``: how high the highest picture of each row is at its cell's width.
    """

    rows: tuple[tuple[int, ...], ...]
    widths: tuple[tuple[float, ...], ...]
    wanted: tuple[float, ...]

    def heights(
        self, height: float, aspects: Sequence[float], room: Room, *, alike: bool
    ) -> list[float]:
        """Return how high the pictures of each row may be so that the rows fill ``height``.

        ``alike``: equally high, but for line scans; else as high as their pictures could be.
        """
        count = len(self.rows)
        free = height - room.line * count - room.gap * (count - 1)
        if alike:
            return _alike(self.rows, self.wanted, aspects, free)
        return _proportional(self.wanted, free)

    def sides(self, heights: Sequence[float], aspects: Sequence[float]) -> list[float]:
        """Return the roots of the areas of the pictures, row by row."""
        found: list[float] = []
        for row, widths, high in zip(self.rows, self.widths, heights, strict=True):
            for at, width in zip(row, widths, strict=True):
                aspect = aspects[at]
                found.append(max(0.0, min(width, high * aspect)) / math.sqrt(aspect))
        return found

    def cells(self, area: Rectangle, heights: Sequence[float], room: Room) -> tuple[Rectangle, ...]:
        """Return the cells by their positions."""
        cells: dict[int, Rectangle] = {}
        y = area.y
        for row, widths, high in zip(self.rows, self.widths, heights, strict=True):
            height = max(0.0, high) + room.line
            x = area.x
            for at, width in zip(row, widths, strict=True):
                cells[at] = Rectangle(x, y, width, height)
                x += width + room.gap
            y += height + room.gap
        return tuple(cells[at] for at in range(len(cells)))


def stack(width: float, sides: tuple[float, ...], columns: int, room: Room) -> Stack:
    """Return rows of at most so many cells each."""
    rows = rows_of(sides, columns)
    aspects = [tuple([sides[at] for at in row]) for row in rows]
    shares = {row: shared_width(width, row, room) for row in set(aspects)}
    lows = {row: min(map(truediv, share, row)) for row, share in shares.items()}
    return Stack(
        rows, tuple([shares[row] for row in aspects]), tuple([lows[row] for row in aspects])
    )


def shared_width(width: float, aspects: Sequence[float], room: Room) -> tuple[float, ...]:
    """Return the widths of a row's cells by their aspects, none below the least."""
    free = width - room.gap * (len(aspects) - 1)
    smallest = min(room.least, free / len(aspects))
    total = sum(aspects)
    if free * min(aspects) >= smallest * total:
        return tuple([free * a / total for a in aspects])
    narrow = [False] * len(aspects)
    while True:
        left = free - smallest * sum(narrow)
        total = sum(a for a, is_narrow in zip(aspects, narrow, strict=True) if not is_narrow)
        widths = [
            smallest if is_narrow else left * a / total
            for a, is_narrow in zip(aspects, narrow, strict=True)
        ]
        now = [n or w < smallest for n, w in zip(narrow, widths, strict=True)]
        if now == narrow:
            return tuple(widths)
        narrow = now


def _proportional(wanted: Sequence[float], free: float) -> list[float]:
    total = sum(wanted)
    return [one * free / total for one in wanted]


def _alike(
    rows: Sequence[Sequence[int]], wanted: Sequence[float], sides: Sequence[float], free: float
) -> list[float]:
    share = free / len(rows)
    low = [
        sides[row[0]] >= _LINE_ASPECT and one < share for row, one in zip(rows, wanted, strict=True)
    ]
    taken = sum(one for one, is_low in zip(wanted, low, strict=True) if is_low)
    others = low.count(False)
    if not others:
        return _proportional(wanted, free)
    return [
        one if is_low else (free - taken) / others for one, is_low in zip(wanted, low, strict=True)
    ]
