from __future__ import annotations

import pytest

from camstrm.rates import RateMeter, SlidingRate
from tests.fakes.clock import Clock


def test_a_rate_is_that_of_the_last_second() -> None:
    meter = RateMeter()
    assert meter.rate(0, 10.0) == 0.0
    assert meter.rate(30, 10.5) == 60.0
    assert meter.rate(60, 11.0) == 60.0
    for step in range(1, 21):
        rate = meter.rate(60 + 10 * step, 11.0 + step / 10)
    assert rate == pytest.approx(100.0)


def test_a_rate_falls_to_nothing_when_nothing_happens() -> None:
    meter = RateMeter()
    meter.rate(0, 0.0)
    meter.rate(100, 1.0)
    assert meter.rate(100, 2.0) < 100
    assert meter.rate(100, 3.0) == 0.0


def test_a_rate_asked_twice_at_once_divides_by_nothing() -> None:
    meter = RateMeter()
    assert meter.rate(1, 5.0) == 0.0
    assert meter.rate(3, 5.0) == 0.0


def test_marks_do_not_pile_up() -> None:
    meter = RateMeter()
    for step in range(1000):
        meter.rate(step, step / 10)
    assert len(meter._marks) <= 12


@pytest.mark.parametrize("fps", [0.1, 0.25, 0.5, 1.0, 3.0, 30.0, 400.0])
def test_a_rate_does_not_depend_on_when_it_is_asked(fps: float) -> None:
    meter = RateMeter()
    read = []
    for tick in range(round(100 + 10 / fps)):
        now = tick * 0.37
        frames = int(now * fps)
        read.append((frames, meter.rate(frames, now, frames / fps)))
    settled = [rate for frames, rate in read if frames >= 3 + fps]
    assert settled == pytest.approx([fps] * len(settled))
    assert settled
    assert meter.interval_s == pytest.approx(1 / fps)


def test_the_usual_interval_stays_known_while_nothing_happens() -> None:
    meter = RateMeter()
    for second in range(10):
        meter.rate(second, second, second)
    assert meter.rate(9, 100.0, 9.0) == 0.0
    assert meter.interval_s == 1.0


def test_a_counter_that_begins_again_is_measured_again() -> None:
    meter = RateMeter()
    meter.rate(1000, 0.0)
    meter.rate(1100, 1.0)
    assert meter.rate(5, 2.0) == 0.0
    assert meter.rate(10, 3.0) == 5.0


def test_without_a_time_the_clock_counts() -> None:
    clock = Clock()
    meter = RateMeter(clock=clock)
    meter.rate(0)
    clock.now += 2.0
    assert meter.rate(100) == 50.0


def test_a_rate_since_the_last_look() -> None:
    meter = RateMeter(window_s=0, events=0)
    looks = [(10.0, 0), (11.0, 30), (12.0, 30), (14.0, 40), (14.0, 45), (15.0, 50)]
    assert [meter.rate(count, now) for now, count in looks] == [0.0, 30.0, 0.0, 5.0, 5.0, 10.0]


def test_a_rate_over_a_window_that_looks_bound() -> None:
    meter = RateMeter(window_s=0.5, events=0)
    meter.rate(0, 0.0)
    assert meter.rate(10, 0.25) == 40.0
    assert meter.rate(10, 0.5) == 20.0
    assert meter.rate(10, 0.75) == 0.0


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
