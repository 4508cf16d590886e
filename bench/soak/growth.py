"""What must not grow while viewers run for long: samples of it, and what is said of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["LIMITS", "Limit", "grown", "grown_types", "growth_table"]

Sample = Mapping[str, Any]

_WARM_UP_SHARE = 0.25
"""Of the samples, from the beginning: every panel was opened once, every picture had its size."""

_MB = 1e6


@dataclass(frozen=True)
class Limit:
    """By how much a figure may be more at the end: what is larger of both holds."""

    name: str
    share: float
    amount: float
    unit: float = 1.0
    """What the figure is divided by where it is written."""


LIMITS = {
    "qt": (
        Limit("resident", 0.05, 12 * _MB, _MB),
        Limit("objects", 0.03, 2000),
        Limit("widgets", 0.02, 5),
        Limit("threads", 0.0, 2),
        Limit("descriptors", 0.0, 3),
    ),
    "page": (
        Limit("heap", 0.08, 1.5 * _MB, _MB),
        Limit("resident", 0.08, 25 * _MB, _MB),
        Limit("nodes", 0.05, 150),
        Limit("listeners", 0.05, 50),
        Limit("bitmaps", 0.0, 6),
        Limit("urls", 0.0, 2),
        Limit("sockets", 0.0, 0),
        Limit("threads", 0.0, 4),
        Limit("descriptors", 0.0, 6),
    ),
}
"""Of each viewer. A picture more or less that is decoded is 12 MB of resident memory."""


def compared(values: Sequence[float]) -> tuple[float, float]:
    """Return the figure after the warm-up and at the end, each the least of some samples.

    What comes and goes, as panels that the browser has not yet forgotten, is no growth.
    """
    settled = values[round(len(values) * _WARM_UP_SHARE) :]
    some = max(1, len(settled) // 3)
    return min(settled[:some]), min(settled[-some:])


def grown(samples: Mapping[str, Sequence[Sample]], *, lasting: bool = True) -> list[str]:
    """Say what has grown; of a run that was not ``lasting`` only what must never be more."""
    found = []
    for viewer, limits in LIMITS.items():
        for limit in limits:
            if limit.share and not lasting:
                continue
            first, last = compared([sample[limit.name] for sample in samples[viewer]])
            if last - first > max(limit.share * first, limit.amount):
                found.append(
                    f"{viewer}: {limit.name} grew from {first / limit.unit:.4g} "
                    f"to {last / limit.unit:.4g}"
                )
    return found


def growth_table(samples: Mapping[str, Sequence[Sample]]) -> str:
    """Return a Markdown table."""
    lines = [
        "| viewer | what | first | after warm-up | at the end | least | most |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for viewer, limits in LIMITS.items():
        for limit in limits:
            values = [sample[limit.name] for sample in samples[viewer]]
            figures = (values[0], *compared(values), min(values), max(values))
            cells = " | ".join(f"{value / limit.unit:.5g}" for value in figures)
            name = f"{limit.name} (MB)" if limit.unit == _MB else limit.name
            lines.append(f"| {viewer} | {name} | {cells} |")
    return "\n".join(lines)


def grown_types(samples: Sequence[Sample], most: int = 8) -> str:
    """Return the types of Python objects of which there are more at the end, the most first."""
    settled = samples[round(len(samples) * _WARM_UP_SHARE) :]
    before, after = settled[0]["types"], settled[-1]["types"]
    more = {name: count - before.get(name, 0) for name, count in after.items()}
    named = sorted(more.items(), key=lambda item: -item[1])[:most]
    return ", ".join(f"{name} {count:+d}" for name, count in named)
