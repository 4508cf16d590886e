"""What a part of the benchmark found: rows of a table and lines of a plot."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

__all__ = ["GUIDE", "Findings", "Row", "Series", "markdown"]

GUIDE = "proportional"
"""Name of a Series that is drawn as a guide for the eye: what cost would be in proportion."""


@dataclass(frozen=True)
class Row:
    """One measured thing.

    ``value`` in ``unit``; ``ratio`` to the floor or peer that ``against`` names; ``lost``:
    frames of ours that were lost or came in the wrong order, where that is counted; ``target``
    in words, and whether it was ``met`` (None: there is no target, or nothing shows it).
    """

    what: str
    value: float
    unit: str
    ratio: float | None = None
    against: str = ""
    lost: int = 0
    target: str = ""
    met: bool | None = None
    note: str = ""

    @classmethod
    def at_most(cls, what: str, value: float, unit: str, most: float, note: str = "") -> Row:
        """Return a row whose target is that ``value`` is at most ``most``, both in ``unit``."""
        target = f"<= {most:g} {unit}".rstrip() if most else "0"
        return cls(what, value, unit, target=target, met=value <= most, note=note)

    def as_dict(self) -> dict[str, Any]:
        """Return the row for JSON."""
        return dataclasses.asdict(self)


@dataclass(frozen=True)
class Series:
    """One line of a plot: ``points`` are (x, y); lines of the same ``plot`` go together.

    ``x_label`` and ``y_label`` name what and unit, as ``viewers`` and ``age p50 in ms``.
    """

    plot: str
    name: str
    x_label: str
    y_label: str
    points: tuple[tuple[float, float], ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the line for JSON."""
        return dataclasses.asdict(self)


@dataclass
class Findings:
    """What one part found."""

    rows: list[Row] = field(default_factory=list)
    series: list[Series] = field(default_factory=list)


def markdown(rows: list[Row]) -> str:
    """Return a Markdown table."""
    lines = [
        "| what | value | ratio | target | lost | note |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f} x {row.against}"
        verdict = {None: "", True: " (met)", False: " (**missed**)"}[row.met]
        lines.append(
            f"| {row.what} | {_figure(row.value)} {row.unit} | {ratio} | {row.target}{verdict} "
            f"| {row.lost or ''} | {row.note} |"
        )
    return "\n".join(lines)


def _figure(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"
