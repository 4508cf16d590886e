from __future__ import annotations

import random

from client_qt.model.backoff import Backoff


def test_delays_grow_to_five_seconds_and_are_jittered() -> None:
    backoff = Backoff(random.Random(1))
    delays = [backoff.next_delay() for _ in range(12)]
    assert delays[0] == 0.25
    assert all(0.25 <= d <= 5 for d in delays)
    assert all(d >= 2.5 for d in delays[5:])
    assert len(set(delays[5:])) == 7


def test_two_viewers_do_not_come_back_together() -> None:
    one, other = Backoff(random.Random(1)), Backoff(random.Random(2))
    assert [one.next_delay() for _ in range(6)] != [other.next_delay() for _ in range(6)]


def test_reset_starts_anew_and_longest_is_long() -> None:
    backoff = Backoff(random.Random(1))
    assert backoff.longest_delay() >= 2.5
    assert backoff.next_delay() >= 2.5
    backoff.reset()
    assert backoff.next_delay() == 0.25
