"""Views share a part of the time; those that wait longest go first."""

from __future__ import annotations

from collections import Counter

import pytest

from camstrm.grab.camera.view_turns import ViewTurns
from tests.fakes.clock import FakeClock

TICK_S = 1 / 30


def served(costs_s: dict[int, float], ticks: int = 300) -> tuple[Counter[int], list[float]]:
    """Return how often each view was encoded, and the seconds that each tick took."""
    clock = FakeClock()
    turns = ViewTurns(clock.monotonic)
    counts: Counter[int] = Counter()
    times_s = []
    for _ in range(ticks):
        begin_s = clock.monotonic()
        for number in turns.order(costs_s):
            if turns.begin(number):
                clock.advance(costs_s[number])
                turns.end()
                counts[number] += 1
        times_s.append(clock.monotonic() - begin_s)
        clock.advance(max(0.0, TICK_S - times_s[-1]))
    return counts, times_s


def test_views_that_have_room_are_all_made_each_time() -> None:
    counts, _ = served(dict.fromkeys(range(1, 9), 0.0024))
    assert counts == dict.fromkeys(range(1, 9), 300)


@pytest.mark.parametrize("cost_s", [0.005, 0.015, 0.040, 0.300])
def test_views_without_room_take_turns(cost_s: float) -> None:
    counts, times_s = served(dict.fromkeys(range(1, 9), cost_s))
    assert len(counts) == 8
    assert max(counts.values()) - min(counts.values()) <= 1
    assert max(times_s[3:]) <= 0.6 * TICK_S + cost_s + 1e-9, "there is more room after a pause"
    # The first request comes after a pause.
    used_s, passed_s = sum(times_s[1:]), sum(max(t, TICK_S) for t in times_s)
    assert used_s <= 0.6 * passed_s + cost_s


def test_a_large_view_does_not_starve_the_small_ones() -> None:
    counts, _ = served({1: 0.1, 2: 0.002, 3: 0.002}, ticks=600)
    assert min(counts.values()) >= max(counts.values()) - 1 >= 100


def test_what_a_view_took_is_missing_later_and_nothing_is_saved() -> None:
    clock = FakeClock()
    turns = ViewTurns(clock.monotonic)
    assert turns.order([7, 8]) == [7, 8]
    assert turns.begin(7)
    clock.advance(0.21)  # its share after a pause is 0.06
    turns.end()
    assert not turns.begin(8)
    made = []
    for _ in range(5):
        clock.advance(0.05)
        assert turns.order([7, 8]) == [8, 7]
        made.append(turns.begin(8))
    assert made == [False] * 4 + [True], "0.15 s are 5 times 0.6 of 0.05 s"


def test_a_process_that_was_stopped_makes_views_again_soon() -> None:
    clock = FakeClock()
    turns = ViewTurns(clock.monotonic)
    turns.order([7])
    assert turns.begin(7)
    clock.advance(3600.0)
    turns.end()
    made = []
    for _ in range(60):
        clock.advance(TICK_S)
        turns.order([7])
        made.append(turns.begin(7))
    assert made.index(True) in range(45, 55), "1 s at 0.6 of the time"
