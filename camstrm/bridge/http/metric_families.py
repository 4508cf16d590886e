"""Short ways to make the families of metrics that the bridge exports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)

from camstrm.histogram import Histogram

__all__ = ["counter", "gauge", "histogram"]

K = TypeVar("K", bound=tuple[str, ...])
"""Values of labels."""


def gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    """Return a number that goes up and down, without labels."""
    return GaugeMetricFamily(f"camstrm_{name}", what, value=value)


def counter(
    name: str, what: str, values: float | Mapping[K, float], labels: str = ""
) -> CounterMetricFamily:
    """Return a number that only grows; with ``labels`` (names, blanks between) one for each key.

    ``_total`` is added to the name.
    """
    full = f"camstrm_{name}"
    if not isinstance(values, Mapping):
        return CounterMetricFamily(full, what, value=values)
    family = CounterMetricFamily(full, what, labels=labels.split())
    for key, value in values.items():
        family.add_metric(key, value)
    return family


def histogram(
    name: str, what: str, values: Iterable[tuple[K, Histogram]], labels: str = ""
) -> HistogramMetricFamily:
    """Return a histogram for each key of ``values``."""
    family = HistogramMetricFamily(f"camstrm_{name}", what, labels=labels.split())
    for key, one in values:
        family.add_metric(key, one.buckets(), one.total)
    return family
