"""What the benchmark counts behind slow links: skipped and lost bundles, ages, order."""

from __future__ import annotations

from bench.broadcast.clients import Received
from bench.network.far import unexplained
from bench.network.throttled import seen


def received(*numbers: int, age_s: float = 0.5) -> list[Received]:
    return [Received(int(age_s * 1e9) + n, n, n, 1000) for n in numbers]


def test_what_nobody_explains_is_lost() -> None:
    status = {"status": {"bundles_dropped": 1}}
    assert unexplained(received(4, 5, 9), {"skipped": 2}, status) == 0
    assert unexplained(received(4, 5, 9), {"skipped": 1}, status) == 1
    assert unexplained(received(4, 6, 5), {"skipped": 0}, status) == 1
    assert unexplained([], {"skipped": 0}, status) == 0


def test_what_a_client_saw() -> None:
    young, old = received(1, 2, 3, 4, 5, 6), received(7, 7, age_s=2.0)
    found = seen(young + old, 4.0, 3)
    assert (found.age_s, found.end_age_s) == (0.5, 2.0)
    assert found.pictures_per_s == 6.0
    assert found.misordered == 0
    assert seen(old + young, 4.0, 3).misordered == 1
