"""Draw the lines of the benchmark as PNG files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

from bench.report import GUIDE, Series

__all__ = ["draw"]

_WIDE = 8.0
"""From this ratio of largest to smallest value on, an axis is logarithmic."""

_MOST_TICKS = 12
_NEAR = 1.4
"""Sizes closer together than by this ratio do not both get a tick."""


def draw(series: Sequence[Series], folder: Path) -> list[Path]:
    """Write one PNG for each plot into ``folder``; return their paths."""
    mpl.use("Agg")
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for plot in dict.fromkeys(line.plot for line in series):
        lines = [line for line in series if line.plot == plot and line.points]
        if lines:
            path = folder / f"{re.sub(r'[^A-Za-z0-9.]+', '-', plot).strip('-')}.png"
            _figure(plot, lines).savefig(path, dpi=120)
            paths.append(path)
    return paths


def _figure(plot: str, lines: Sequence[Series]) -> Figure:
    figure = Figure(figsize=(7.5, 4.6), layout="constrained")
    axes: Axes = figure.add_subplot()
    for number, line in enumerate(lines):
        xs, ys = zip(*sorted(line.points), strict=True)
        if line.name == GUIDE:
            axes.plot(xs, ys, color="grey", linestyle="--", linewidth=1, label=line.name, zorder=1)
        else:
            marker = "osD^vPX*"[number % 8]
            axes.plot(xs, ys, marker=marker, markersize=5, linewidth=1.6, label=line.name)
    measured = [line for line in lines if line.name != GUIDE]
    _set_x_axis(axes, sorted({x for line in measured for x, _ in line.points}))
    _set_y_axis(axes, [y for line in lines for _, y in line.points])
    axes.set_xlabel(lines[0].x_label)
    axes.set_ylabel(lines[0].y_label)
    axes.set_title(plot, fontsize=11)
    axes.grid(which="major", alpha=0.35)
    axes.grid(which="minor", alpha=0.12)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=9)
    return figure


def _set_x_axis(axes: Axes, xs: Sequence[float]) -> None:
    """Let the measured sizes be the ticks."""
    if xs[0] > 0 and xs[-1] / xs[0] >= _WIDE:
        axes.set_xscale("log", base=2)
    elif xs[0] >= 0:
        axes.set_xlim(left=0)
    axes.xaxis.set_minor_locator(NullLocator())
    ticks = _apart(xs)
    if len(ticks) <= _MOST_TICKS:
        axes.set_xticks(ticks)
    axes.xaxis.set_major_formatter(FuncFormatter(_plain))


def _set_y_axis(axes: Axes, ys: Iterable[float]) -> None:
    """Begin at 0, or be logarithmic where small values would not be seen."""
    positive = [y for y in ys if y > 0]
    if positive and max(positive) / min(positive) >= _WIDE:
        # A zero has no place there: it is left out, as are gaps.
        axes.set_yscale("log", nonpositive="mask")
        axes.yaxis.set_major_locator(LogLocator(base=10, subs=(1.0, 2.0, 5.0), numticks=20))
        axes.yaxis.set_major_formatter(FuncFormatter(_plain))
        axes.yaxis.set_minor_formatter(NullFormatter())
    else:
        axes.set_ylim(bottom=0)


def _apart(xs: Sequence[float]) -> list[float]:
    """Leave out values whose labels would touch those before them."""
    kept: list[float] = []
    for x in xs:
        if not kept or x <= 0 or kept[-1] <= 0 or x / kept[-1] >= _NEAR:
            kept.append(x)
    return kept


def _plain(value: float, _position: object = None) -> str:
    return f"{value:g}"
