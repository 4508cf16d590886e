from __future__ import annotations

import pytest

from camstrm.grab.budget import BandwidthBudget, Reduction

FPS = 30.0
FULL = 400_000


def bundle_size(reduction: Reduction, full: int = FULL) -> int:
    """Return about what JPEGs of a camera's picture come to; its own quality is 80: ``full``."""
    reduction = Reduction(min(reduction.quality, 80), reduction.halvings)
    quality = {30: 0.42, 50: 0.56, 65: 0.73, 80: 1.0}
    nearest = min(quality, key=lambda q: abs(q - reduction.quality))
    share = quality[nearest] * (1 + (reduction.quality - nearest) * 0.012)
    return int(full * share / 3.0**reduction.halvings)


def run(
    budget: BandwidthBudget, seconds: float, begin_s: float = 0.0, full: int = FULL
) -> list[Reduction]:
    """Send bundles; return the reduction of each."""
    reductions = []
    for number in range(int(seconds * FPS)):
        reductions.append(budget.reduction)
        budget.sent(bundle_size(budget.reduction, full), begin_s + number / FPS)
    return reductions


def mbit(reductions: list[Reduction], full: int = FULL) -> float:
    return sum(bundle_size(r, full) for r in reductions) / len(reductions) * FPS * 8 / 1e6


def test_without_a_limit_nothing_is_reduced() -> None:
    assert set(run(BandwidthBudget(0.0, 80), 10.0)) == {Reduction()}


def test_a_limit_that_is_not_reached_changes_nothing() -> None:
    assert set(run(BandwidthBudget(100.0, 80), 10.0)) == {Reduction()}


@pytest.mark.parametrize("limit", [80.0, 60.0, 45.0, 30.0, 15.0, 8.0, 4.0])
def test_the_rate_is_within_the_limit_and_not_far_below(limit: float) -> None:
    budget = BandwidthBudget(limit, 80)
    settled = run(budget, 30.0)[-300:]
    assert limit / 2 < mbit(settled) <= limit
    assert len(set(settled)) <= 2, "pictures do not go to and fro"


def test_quality_goes_first_then_size() -> None:
    assert run(BandwidthBudget(60.0, 80), 20.0)[-1].halvings == 0
    small = run(BandwidthBudget(10.0, 80), 20.0)[-1]
    assert small.halvings >= 1


def test_it_is_there_within_seconds() -> None:
    assert mbit(run(BandwidthBudget(8.0, 80), 3.0)[-15:]) <= 8.0


def test_pictures_get_better_again_when_the_scene_is_simple() -> None:
    budget = BandwidthBudget(30.0, 80)
    reduced = run(budget, 10.0)[-1]
    assert reduced.quality < 80
    assert run(budget, 20.0, 10.0, full=FULL // 8)[-1] == Reduction()


def test_a_limit_below_everything_ends_at_the_smallest() -> None:
    assert run(BandwidthBudget(0.01, 80), 20.0)[-1] == Reduction(30, 3)


def test_a_quality_below_the_lowest_is_kept() -> None:
    assert {r.quality for r in run(BandwidthBudget(1.0, 20), 20.0)} == {100, 20}


def test_what_is_better_than_the_stream_comes_down_to_it_first() -> None:
    budget = BandwidthBudget(10.0, 80)
    budget.sent(0, 0.0)
    budget.sent(700_000, 0.5)
    assert budget.reduction == Reduction(80)


def test_a_pause_is_not_room() -> None:
    budget = BandwidthBudget(15.0, 80)
    before = run(budget, 20.0)[-1]
    budget.pause()
    assert not budget.sent(bundle_size(before), 1000.0)
    assert budget.reduction == before
