"""Rows of a benchmark and their table."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

__all__ = ["Row", "markdown"]


@dataclass(frozen=True)
class Row:
    """One measured thing.

    ``value`` in ``unit``; ``ratio`` to the floor or peer that ``against`` names; ``lost``:
    frames of ours that were lost, where that is counted.
    """

    what: str
    value: float
    unit: str
    ratio: float | None = None
    against: str = ""
    lost: int = 0
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the row for JSON."""
        return dataclasses.asdict(self)


def markdown(rows: list[Row]) -> str:
    """Return a Markdown table."""
    lines = ["| what | value | ratio | lost | note |", "| --- | --- | --- | --- | --- |"]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f} x {row.against}"
        value = f"{row.value:.3g} {row.unit}"
        lines.append(f"| {row.what} | {value} | {ratio} | {row.lost} | {row.note} |")
    return "\n".join(lines)
