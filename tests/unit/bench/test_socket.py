"""What the benchmark of the UNIX socket hop counts at the receiving end."""

from __future__ import annotations

import time

from bench.hops.load import Arrivals, payloads


def test_what_comes_twice_late_or_broken_is_counted() -> None:
    arrivals = Arrivals()
    for number in (1, 3, 2, 3):
        arrivals.note(number, time.monotonic_ns(), *payloads(number))
    arrivals.note(4, time.monotonic_ns(), *payloads(5))
    arrivals.note(5, time.monotonic_ns(), *payloads(5)[:2])
    report = arrivals.report()
    assert (report["received"], report["misordered"], report["damaged"]) == (6, 2, 2)
    assert 0 <= report["p50_ms"] <= report["p99_ms"] < 1000
