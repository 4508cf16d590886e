"""A sweep: the same measurement at growing sizes, as rows, and as lines of plots."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.measure import percentile
from bench.report import GUIDE, Row, Series
from bench.whole_way.measured_system import Window

__all__ = ["Sweep"]

_MOST = 1.2
"""Ratio of cost over ratio of size that noise makes of a cost which grows linearly."""

_LEAST_SHARE = 0.02
"""Below 2 % of a core a step is the timer's and the scheduler's noise."""


@dataclass
class Sweep:
    """Windows by size; ``what`` is what grows (cameras, viewers, bundles a second)."""

    what: str
    unit: str
    windows: dict[float, Window] = field(default_factory=dict)

    def rows(self, sizes: tuple[float, ...]) -> list[Row]:
        """Return the worst step between neighbours of ``sizes`` for each cost."""
        low, high = sizes[0], sizes[-1]
        what = f"{low:g} to {high:g} {self.what}"
        windows = [self.windows[size] for size in sizes]
        wrong = sum(w.total("misordered") + w.total("wrong") + len(w.closed) for w in windows)
        lost = sum(window.lost for window in windows)
        rows = [
            Row(
                f"{what}: frames lost",
                lost,
                f"of {sum(window.produced for window in windows)}",
                lost=lost + wrong,
                target="0",
                met=lost + wrong == 0,
                note=f"{sum(w.total('skipped') for w in windows)} bundles skipped, "
                f"{wrong} out of order or wrong",
            )
        ]
        for name, cost, unit, least in (
            ("grabber", lambda w: 100 * w.grabber, "% of a core", 100 * _LEAST_SHARE),
            ("bridge", lambda w: 100 * w.bridge, "% of a core", 100 * _LEAST_SHARE),
            ("age p50", _age_p50, "ms", 0.0),
        ):
            rows.append(self._worst_step(f"{what}: {name}", sizes, cost, unit, least))
        return rows

    def series(self, guided_by: float) -> list[Series]:
        """Return the lines of CPU, age and rate against the size, all that were measured.

        The guide's line goes through the cost of grabber and bridge at size ``guided_by``.
        """
        x_label = f"{self.what} ({self.unit})" if self.unit else self.what
        lines: list[tuple[str, str, str, Callable[[Window], float]]] = [
            ("CPU", "grabber", "CPU in % of a core", lambda w: 100 * w.grabber),
            ("CPU", "bridge", "CPU in % of a core", lambda w: 100 * w.bridge),
            ("CPU", "simulated cameras", "CPU in % of a core", lambda w: 100 * w.simulator),
            ("CPU", "the viewers", "CPU in % of a core", lambda w: 100 * w.viewers),
            ("age", "p50", "buffer time stamp -> bytes in ms", _age_p50),
            ("age", "p99", "buffer time stamp -> bytes in ms", lambda w: _age(w, 99)),
            ("rate", "slowest viewer", "bundles a second", lambda w: min(w.rates)),
        ]
        sizes = sorted(self.windows)
        found = [
            Series(
                f"{kind} against {self.what}",
                name,
                x_label,
                y_label,
                tuple((size, value(self.windows[size])) for size in sizes),
            )
            for kind, name, y_label, value in lines
        ]
        window = self.windows[guided_by]
        each = 100 * (window.grabber + window.bridge) / guided_by
        ends = tuple((size, each * size) for size in (sizes[0], sizes[-1]))
        label = f"CPU against {self.what}"
        found.append(Series(label, GUIDE, x_label, "CPU in % of a core", ends))
        return found

    def _worst_step(
        self,
        what: str,
        sizes: tuple[float, ...],
        cost: Callable[[Window], float],
        unit: str,
        least: float,
    ) -> Row:
        costs = {size: cost(self.windows[size]) for size in sizes}
        worst, step = 0.0, (sizes[0], sizes[0])
        for small, large in itertools.pairwise(sizes):
            ratio = costs[large] / max(costs[small], least) / (large / small)
            if ratio > worst:
                worst, step = ratio, (small, large)
        first, last = costs[sizes[0]], costs[sizes[-1]]
        return Row(
            f"{what}, worst step",
            worst,
            "cost ratio / size ratio",
            target="no step worse than linear (<= 1.2 with noise)",
            met=worst <= _MOST,
            note=f"{step[0]:g} -> {step[1]:g}: {costs[step[0]]:.3g} -> {costs[step[1]]:.3g} "
            f"{unit}; in all {first:.3g} -> {last:.3g}",
        )


def _age(window: Window, percent: float) -> float:
    return percentile(window.ages_ms, percent)


def _age_p50(window: Window) -> float:
    return _age(window, 50)
