"""Plain-text tables."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

__all__ = ["format_table"]


def format_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return rows under a header in columns, each as wide as its longest text."""
    table = [header, *rows]
    widths = [max(_width(row[column]) for row in table) for column in range(len(header))]
    lines = []
    for row in table:
        cells = (
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        )
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _width(text: str) -> int:
    """Return the columns of a terminal that a text takes: Korean and its kin take two each."""
    return sum(1 + (unicodedata.east_asian_width(character) in "WF") for character in text)
