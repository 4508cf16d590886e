"""Draw the lines of the benchmark as PNG files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from tests.bench.report import Series

__all__ = ["draw"]

_MANY = 30
"""From so many on, an axis is logarithmic."""


def draw(series: Sequence[Series], folder: Path) -> list[Path]:
    """Write one PNG for each plot into ``folder``; return their paths."""
    mpl.use("Agg")
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for plot in dict.fromkeys(line.plot for line in series):
        lines = [line for line in series if line.plot == plot]
        figure = Figure(figsize=(7, 4), layout="constrained")
        axes = figure.add_subplot()
        for line in lines:
            axes.plot(*zip(*line.points, strict=True), marker="o", label=line.name)
        axes.set(xlabel=lines[0].x_label, ylabel=lines[0].y_label, title=plot)
        if max(x for line in lines for x, _ in line.points) > _MANY:
            axes.set_xscale("symlog", linthresh=1)
        axes.set_ylim(bottom=0)
        axes.grid(alpha=0.3)
        axes.legend()
        path = folder / f"{plot.replace(' ', '-')}.png"
        figure.savefig(path, dpi=110)
        paths.append(path)
    return paths
