from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camstrm.histogram import AGES_S, Histogram


@settings(max_examples=25)
@given(st.lists(st.floats(-10, 10)))
def test_each_value_is_counted_once_below_its_bound(values: list[float]) -> None:
    found = Histogram((0.1, 1.0))
    for value in values:
        found.add(value)
    positive = [max(0.0, value) for value in values]
    assert found.buckets() == [
        ("0.1", sum(value <= 0.1 for value in positive)),
        ("1.0", sum(value <= 1.0 for value in positive)),
        ("+Inf", len(values)),
    ]
    assert found.count == len(values)
    assert found.total == pytest.approx(sum(positive))


def test_the_bounds_for_ages_grow() -> None:
    assert list(AGES_S) == sorted(set(AGES_S))
