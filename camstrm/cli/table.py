"""Plain-text tables."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

__all__ = ["TableWriter", "format_table"]


def format_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return rows under a header in columns, each as wide as its longest text."""
    table = [header, *rows]
    return "\n".join(_lines(table, _widths(table, [0] * len(header))))


class TableWriter:
    """Prints a table in parts; columns may become wider from one part to the next."""

    def __init__(self, header: Sequence[str]) -> None:
        self._header: Sequence[str] | None = header
        self._widths = [0] * len(header)

    def write(self, rows: Sequence[Sequence[str]]) -> None:
        """Print rows, the first time with the header above them."""
        if not rows:
            return
        table = [*([] if self._header is None else [self._header]), *rows]
        self._header = None
        self._widths = _widths(table, self._widths)
        print("\n".join(_lines(table, self._widths)), flush=True)


def _widths(table: Sequence[Sequence[str]], least: Sequence[int]) -> list[int]:
    return [
        max(known, *(_columns(row[column]) for row in table)) for column, known in enumerate(least)
    ]


def _lines(table: Sequence[Sequence[str]], widths: Sequence[int]) -> list[str]:
    lines = []
    for row in table:
        cells = (
            cell + " " * (width - _columns(cell)) for cell, width in zip(row, widths, strict=True)
        )
        lines.append("  ".join(cells).rstrip())
    return lines


def _columns(text: str) -> int:
    """Return the columns of a terminal that a text takes: two for a Korean letter."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )
