"""Plain-text tables."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

__all__ = ["TableWriter", "format_table"]


def format_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return rows under a header in columns, each as wide as its longest text."""
    return TableWriter(header).text(rows)


class TableWriter:
    """Prints a table in parts; columns may become wider from one part to the next.

    ``least``: columns of a terminal that the first cells of a row take at least, so that parts
    which are usually longer than the first one stand below their headings.
    """

    def __init__(self, header: Sequence[str], least: Sequence[int] = ()) -> None:
        self._header = [header]
        """Empty once it has been printed."""
        self._widths = [*least, *[0] * (len(header) - len(least))]

    def write(self, rows: Sequence[Sequence[str]]) -> None:
        """Print rows, the first time with the header above them."""
        if rows:
            print(self.text(rows), flush=True)

    def text(self, rows: Sequence[Sequence[str]]) -> str:
        """Return what :meth:`write` prints."""
        table = [*self._header, *rows]
        self._header = []
        self._widths = [
            max(known, *(_columns(row[column]) for row in table))
            for column, known in enumerate(self._widths)
        ]
        return "\n".join(map(self._line, table))

    def _line(self, row: Sequence[str]) -> str:
        cells = zip(row, self._widths, strict=True)
        return "  ".join(cell + " " * (width - _columns(cell)) for cell, width in cells).rstrip()


def _columns(text: str) -> int:
    """Return the columns of a terminal that a text takes: two for a Korean letter."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )
