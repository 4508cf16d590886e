from __future__ import annotations

import random

from camstrm.backoff import Backoff


def pauses(backoff: Backoff, count: int) -> list[float]:
    return [backoff.next() for _ in range(count)]


def test_the_last_pause_repeats() -> None:
    assert pauses(Backoff(0.0, 0.5, 5.0), 5) == [0.0, 0.5, 5.0, 5.0, 5.0]


def test_pauses_grow_by_the_factor_up_to_the_limit() -> None:
    assert pauses(Backoff(0.5, factor=2.0, limit_s=3.0), 5) == [0.5, 1.0, 2.0, 3.0, 3.0]
    assert pauses(Backoff(1.0, factor=1.5, limit_s=4.0), 6) == [1.0, 1.5, 2.25, 3.375, 4.0, 4.0]


def test_growth_begins_after_the_pauses_that_are_given() -> None:
    assert pauses(Backoff(0.05, 1.0, factor=2.0, limit_s=30.0), 7) == [0.05, 1, 2, 4, 8, 16, 30]


def test_a_long_outage_does_not_overflow() -> None:
    backoff = Backoff(1.0, factor=2.0, limit_s=30.0)
    assert pauses(backoff, 5000)[-1] == 30.0


def test_reset_begins_again() -> None:
    backoff = Backoff(1.0, 2.0, factor=2.0, limit_s=10.0)
    before = pauses(backoff, 4)
    assert backoff.count == 4
    backoff.reset()
    assert backoff.count == 0
    assert pauses(backoff, 4) == before


def jittered(seed: int) -> Backoff:
    return Backoff(0.25, factor=2.0, limit_s=5.0, jitter=0.5, rng=random.Random(seed))


def test_jitter_shortens_each_pause_but_never_below_the_first() -> None:
    delays = pauses(jittered(1), 12)
    assert delays[0] == 0.25
    ceilings = [0.25, 0.5, 1.0, 2.0, 4.0] + [5.0] * 7
    assert all(0.5 * c <= d <= c and d >= 0.25 for d, c in zip(delays, ceilings, strict=True))
    assert len(set(delays[5:])) == 7


def test_two_with_jitter_do_not_wait_equally_long() -> None:
    assert pauses(jittered(1), 6) != pauses(jittered(2), 6)
