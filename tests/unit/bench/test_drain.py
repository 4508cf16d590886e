"""The drain benchmark: what counts as lost, and verdicts that are those of the targets."""

from __future__ import annotations

import dataclasses

import pytest

from bench.drain import drain
from bench.drain.loads import FASTEST, REFERENCE, Outcome

SOME = Outcome(
    seconds=2.0,
    bundles=60,
    bundle_bytes=500_000,
    round_ms=(9.0, 10.0, 11.0),
    age_ms=(12.0,),
    drain_s=0.04,
    produced=1720,
    fetched=1720,
    underrun=0,
    behind=0,
    gaps=0,
)


def test_what_the_simulator_or_the_frame_ids_miss_is_lost() -> None:
    missed = dataclasses.replace(SOME, underrun=16, gaps=1)
    assert missed.lost == 17
    assert missed.lost_percent == pytest.approx(1.0, abs=0.02)
    assert SOME.bundles_per_s == 30
    assert SOME.drain_us == pytest.approx(23.3, abs=0.1)


def test_a_lost_frame_of_ours_misses_the_target_and_one_of_a_peer_does_not_count() -> None:
    missed = dataclasses.replace(SOME, underrun=1, bundles=56)
    runs = {"camstrm": [SOME, missed], "fetch": [missed]}
    ours, bundles, peer, _ = drain._count_rows(REFERENCE, runs)
    assert (ours.value, ours.lost, ours.met) == (1, 1, False)
    assert (bundles.value, bundles.met) == (29.0, False)
    assert (peer.value, peer.lost, peer.met, peer.target) == (1, 0, None, "")
    assert drain._count_rows(REFERENCE, {"camstrm": [SOME]})[0].met


def test_at_the_highest_rate_the_c_thread_is_the_measure() -> None:
    missed = [dataclasses.replace(SOME, underrun=5)]
    worse = [dataclasses.replace(SOME, underrun=6)]
    assert drain._count_rows(FASTEST, {"camstrm": missed, "C thread": missed})[0].met
    assert not drain._count_rows(FASTEST, {"camstrm": worse, "C thread": missed})[0].met
    assert not drain._count_rows(FASTEST, {"camstrm": missed})[0].met
    assert not drain._count_rows(REFERENCE, {"camstrm": missed, "C thread": missed})[0].met


def test_the_cost_is_judged_beside_the_c_thread_and_fetch() -> None:
    def costing(times: float) -> list[Outcome]:
        return [dataclasses.replace(SOME, drain_s=SOME.drain_s * times)]

    runs = {
        "camstrm": costing(2.9),
        "camstrm processes": costing(6.1),
        "C thread": costing(1),
        "fetch": costing(11),
        "background": costing(20),
    }
    assert [row.met for row in drain._cpu_rows(runs)] == [True, False, False]
    del runs["C thread"]
    runs["fetch"] = costing(12)
    assert [row.met for row in drain._cpu_rows(runs)] == [None, None, True]
