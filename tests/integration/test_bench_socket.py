"""The benchmark of the UNIX socket hop: what it counts, and that every way carries it all."""

from __future__ import annotations

import time

import pytest

from tests.bench.hops.load import Arrivals, payloads
from tests.bench.socket_hop import WAYS, _hop, run


@pytest.mark.parametrize("way", WAYS)
def test_every_way_carries_its_messages_once_and_in_order(way: str) -> None:
    found = _hop(way, 40)
    assert found["sent"] == 40
    if way == "ring":
        # Four slots: a receiver that gets no CPU for 40 ms is lapped, and that is counted.
        assert 0 < found["received"] <= 40
    else:
        assert found["received"] + found["replaced"] == 40
    assert found["misordered"] == found["damaged"] == 0
    assert found["cpu_us"] > 0
    assert found["p50_ms"] > 0


def test_the_short_form_loses_nothing() -> None:
    rows = run(short=True).rows
    assert [row.lost for row in rows] == [0, 0]
    assert {row.target for row in rows} == {"<= 0.5 ms", "<= 2 x"}


def test_what_comes_twice_late_or_broken_is_counted() -> None:
    arrivals = Arrivals()
    for number in (1, 3, 2, 3):
        arrivals.note(number, time.monotonic_ns(), *payloads(number))
    arrivals.note(4, time.monotonic_ns(), *payloads(5))
    arrivals.note(5, time.monotonic_ns(), *payloads(5)[:2])
    report = arrivals.report()
    assert (report["received"], report["misordered"], report["damaged"]) == (6, 2, 2)
    assert 0 <= report["p50_ms"] <= report["p99_ms"] < 1000
