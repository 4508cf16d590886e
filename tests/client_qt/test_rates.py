from __future__ import annotations

import pytest

from client_qt.model.rates import SlidingRate


def test_rate_of_a_steady_stream() -> None:
    rate = SlidingRate()
    for i in range(300):
        rate.add(100 + i / 30)
    assert rate.rate(110) == pytest.approx(30, abs=0.6)


def test_rate_is_right_soon_after_the_start() -> None:
    rate = SlidingRate()
    for i in range(22):
        rate.add(100.1 + i / 30)
    assert rate.rate(100.8) == pytest.approx(30, rel=0.1)


def test_rate_falls_to_zero_when_nothing_comes() -> None:
    rate = SlidingRate()
    for i in range(100):
        rate.add(i / 30)
    assert rate.rate(4.3) < 20
    assert rate.rate(10) == 0


def test_amounts_are_summed() -> None:
    rate = SlidingRate()
    for i in range(41):
        rate.add(i / 10, 1000)
    assert rate.rate(4.0) == pytest.approx(10_000, rel=0.05)


def test_memory_does_not_grow_with_events() -> None:
    rate = SlidingRate()
    for i in range(50_000):
        rate.add(i / 1000)
    assert len(rate._buckets) <= SlidingRate.BUCKETS + 2
