"""Views share a part of the time; those that wait longest go first."""

from __future__ import annotations

from collections import Counter

import pytest

from camstrm.grab.camera.view_turns import ViewTurns
from tests.fakes.clock import FakeClock

TICK_S = 1 / 30
WITHIN_S = 0.03
WHOLE_S = 0.008


def served(
    costs_s: dict[int, float], ticks: int = 300, whole_s: float = WHOLE_S
) -> tuple[Counter[int], list[float]]:
    """Return how often each view was encoded, and the seconds that each answer took."""
    clock = FakeClock()
    turns = ViewTurns(clock.monotonic)
    counts: Counter[int] = Counter()
    times_s = []
    for _ in range(ticks):
        begin_s = clock.monotonic()
        numbers = turns.order(costs_s, WITHIN_S)
        clock.advance(whole_s)
        for number in numbers:
            if turns.begin(number):
                clock.advance(costs_s[number])
                turns.end()
                counts[number] += 1
        times_s.append(clock.monotonic() - begin_s)
        clock.advance(max(0.0, TICK_S - times_s[-1]))
    return counts, times_s


def test_views_that_have_room_are_all_made_each_time() -> None:
    counts, times_s = served(dict.fromkeys(range(1, 9), 0.0015))
    assert counts == dict.fromkeys(range(1, 9), 300)
    assert max(times_s) < WITHIN_S


@pytest.mark.parametrize("whole_s", [0.004, 0.010, 0.020])
@pytest.mark.parametrize("cost_s", [0.002, 0.004, 0.007])
def test_views_without_room_take_turns_and_the_answer_is_in_time(
    cost_s: float, whole_s: float
) -> None:
    counts, times_s = served(dict.fromkeys(range(1, 9), cost_s), whole_s=whole_s)
    assert len(counts) == 8
    assert max(counts.values()) - min(counts.values()) <= 1
    assert max(times_s) <= WITHIN_S


@pytest.mark.parametrize(("cost_s", "share"), [(0.040, 0.5), (0.100, 0.25), (0.300, 0.12)])
def test_a_view_that_is_too_large_delays_few_whole_pictures(cost_s: float, share: float) -> None:
    counts, times_s = served({1: cost_s})
    assert counts[1] >= 8
    assert sum(time_s > WITHIN_S for time_s in times_s) == counts[1] <= share * 300


def test_no_view_is_made_where_the_whole_picture_takes_all_of_the_time() -> None:
    counts, _ = served({1: 0.001}, whole_s=0.025)
    assert not counts


def test_a_large_view_does_not_starve_the_small_ones() -> None:
    counts, _ = served({1: 0.1, 2: 0.002, 3: 0.002}, ticks=600)
    assert min(counts.values()) >= max(counts.values()) - 1 >= 50


def test_a_process_that_was_stopped_makes_views_again_soon() -> None:
    clock = FakeClock()
    turns = ViewTurns(clock.monotonic)
    turns.order([7], WITHIN_S)
    assert turns.begin(7)
    clock.advance(3600.0)
    turns.end()
    made = []
    for _ in range(100):
        clock.advance(TICK_S)
        turns.order([7], WITHIN_S)
        made.append(turns.begin(7))
    assert made.index(True) in range(80, 95), "1 s in parts of 11 ms"
