"""SizeLadder on simulated links: bundles of each rung's size, a rate, a path, a viewer."""

from __future__ import annotations

import heapq
import itertools
import random
import statistics
from dataclasses import dataclass

import pytest

from camstrm.bridge.viewers.credit import CreditWindow
from camstrm.bridge.viewers.ladder import RUNGS, SizeLadder

SIZES = (450_000, 130_000, 75_000, 33_000, 15_000, 7_000)
"""Bytes of a bundle of the reference set on each rung."""

ROUGH = (450_000, 300_000, 180_000, 90_000, 30_000, 15_000)
"""The same of pictures that get less small than is expected."""

FPS = 30.0
DELAY_S = 2 / FPS
"""From a step until the grabber's pictures are of the new size."""

MBIT = 1e6 / 8


@dataclass(frozen=True)
class Link:
    """``rate`` in bytes/s, ``delay_s`` there and back; the viewer works on each for ``busy_s``."""

    rate: float
    delay_s: float = 0.01
    busy_s: float = 0.01
    jitter_s: float = 0.0


class Viewer:
    """A viewer that acknowledges, with the credit and the ladder of an outbox."""

    def __init__(self, link: Link, sizes: tuple[int, ...] = SIZES, most: int = 2) -> None:
        assert len(sizes) == len(RUNGS)
        self.ladder = SizeLadder()
        self.credit = CreditWindow(most)
        self.link = link
        self.sizes = sizes
        self.now = 0.0
        self.shown: list[tuple[float, float, int]] = []
        """When, how old, and of which rung."""
        self.steps: list[tuple[float, int]] = []
        self._random = random.Random(1)
        self._ticks = 0
        self._waits = False
        self._settle_s = 0.0
        self._last_size = 0
        self._acks: list[tuple[float, int, float, int]] = []
        self._link_free_s = self._viewer_free_s = 0.0

    def run(self, seconds: float) -> Viewer:
        end = self.now + seconds
        while True:
            tick_s = self._ticks / FPS
            if self._acks and self._acks[0][0] <= min(tick_s, end):
                self.now, seq, sent_s, rung = heapq.heappop(self._acks)
                self.shown.append((self.now, self.now - sent_s, rung))
                if self.credit.acknowledge(seq, self.now) is not None and (
                    self.ladder.acknowledged(sent_s, self.now, self._last_size)
                ):
                    self.steps.append((self.now, self.ladder.rung))
                    self._settle_s = self.now + DELAY_S
            elif tick_s >= end:
                self.now = end
                return self
            else:
                self.now = tick_s
                self._ticks += 1
                self._waits = True
                if not self.credit.open:
                    self.credit.held_back()
            self._send()

    def rate(self, seconds: float) -> float:
        return sum(t > self.now - seconds for t, _, _ in self.shown) / seconds

    def age_s(self, seconds: float) -> float:
        return statistics.median(age for t, age, _ in self.shown if t > self.now - seconds)

    def rungs(self, seconds: float) -> set[int]:
        return {rung for t, _, rung in self.shown if t > self.now - seconds}

    def hang(self, seconds: float) -> None:
        """Let the viewer do nothing for so long."""
        self._viewer_free_s = max(self.now, self._viewer_free_s) + seconds

    def _send(self) -> None:
        if not self._waits or not self.credit.open or self.now < self._settle_s:
            return
        link = self.link
        if self._link_free_s - self.now > 0.5:
            return  # the kernel takes no more
        self._waits = False
        rung = self.ladder.rung
        self._last_size = self.sizes[rung]
        self.credit.sent(self._ticks, self.now)
        self._link_free_s = max(self._link_free_s, self.now) + self.sizes[rung] / link.rate
        arrived_s = self._link_free_s + link.delay_s / 2
        jitter_s = self._random.random() * link.jitter_s
        self._viewer_free_s = max(self._viewer_free_s, arrived_s) + link.busy_s + jitter_s
        ack_s = self._viewer_free_s + link.delay_s / 2
        heapq.heappush(self._acks, (ack_s, self._ticks, self.now, rung))


@pytest.mark.parametrize("sizes", [SIZES, ROUGH])
def test_behind_1_mbit_four_pictures_a_second_and_more(sizes: tuple[int, ...]) -> None:
    viewer = Viewer(Link(1 * MBIT), sizes).run(60)
    assert viewer.rate(40) >= 4
    assert viewer.age_s(40) < 0.3
    assert viewer.steps[0][0] < 8, "after two bundles of 3.6 s"


@pytest.mark.parametrize("mbit", [0.3, 0.5, 1, 2, 3])
def test_slow_links_settle(mbit: float) -> None:
    viewer = Viewer(Link(mbit * MBIT, jitter_s=0.02)).run(600)
    assert viewer.rate(500) >= 3.5
    assert viewer.age_s(500) < 0.35
    late = [t for t, _ in viewer.steps if t > 120]
    assert len(late) <= 2 * 480 / 60, "a probe a minute at most, there and back"
    gaps = [b - a for a, b in zip(late[::2], late[2::2], strict=False)]
    assert gaps == sorted(gaps), "each probe that failed waits longer"


@pytest.mark.parametrize(
    ("mbit", "delay_s"),
    [(4, 0.001), (10, 0.001), (10, 0.1), (10, 0.6), (20, 0.1), (100, 0.6), (1000, 0.001)],
)
def test_links_that_carry_a_bundle_a_second_are_left_alone(mbit: float, delay_s: float) -> None:
    viewer = Viewer(Link(mbit * MBIT, delay_s, jitter_s=0.01)).run(120)
    assert not viewer.steps


def test_goes_back_when_the_link_can_carry_more() -> None:
    viewer = Viewer(Link(1 * MBIT)).run(60)
    assert viewer.rungs(30) <= {3, 4, 5}
    viewer.link = Link(200 * MBIT)
    viewer.run(30)
    assert viewer.rungs(10) == {0}
    assert viewer.rate(10) > 29
    assert viewer.steps[-1][0] - 60 < 20


def test_far_and_fast_again_goes_back_although_each_bundle_takes_its_time() -> None:
    viewer = Viewer(Link(1 * MBIT, delay_s=0.3)).run(60)
    viewer.link = Link(100 * MBIT, delay_s=0.3)
    viewer.run(400)
    assert viewer.rungs(60) == {0}


def test_link_at_the_border_does_not_flap() -> None:
    viewer = Viewer(Link(450_000 / 1.0, jitter_s=0.1)).run(1200)
    late = [rung for t, rung in viewer.steps if t > 300]
    assert len(late) <= 2 * 900 / 60


@pytest.mark.parametrize("hang_s", [2.0, 60.0, 3600.0])
def test_one_hiccup_is_none(hang_s: float) -> None:
    viewer = Viewer(Link(100 * MBIT)).run(20)
    viewer.hang(hang_s)
    viewer.run(hang_s + 20)
    assert not viewer.steps


def test_viewer_that_starts_slowly_is_not_slow() -> None:
    viewer = Viewer(Link(100 * MBIT))
    viewer.hang(4.0)
    viewer.run(20)
    assert not viewer.steps


def test_viewer_that_computes_gets_what_it_asked_for() -> None:
    viewer = Viewer(Link(1000 * MBIT, busy_s=1.5)).run(7200)
    small = sum(rung > 0 for _, _, rung in viewer.shown)
    assert small / len(viewer.shown) < 0.01
    assert viewer.steps, "it was tried"
    tries = [t for t, rung in viewer.steps if rung]
    gaps = [b - a for a, b in itertools.pairwise(tries)]
    assert gaps == sorted(gaps)
    assert gaps[-1] > 900


def test_slow_computer_gets_smaller_pictures_if_they_are_quicker() -> None:
    """Its time goes with the size, as a link's does."""
    viewer = Viewer(Link(250_000)).run(60)
    assert viewer.rate(30) >= 4


def test_pictures_that_become_larger_step_down_and_up_again() -> None:
    viewer = Viewer(Link(2 * MBIT)).run(60)
    quiet = viewer.ladder.rung
    viewer.sizes = ROUGH
    viewer.run(60)
    assert viewer.ladder.rung > quiet
    assert viewer.rate(30) >= 4
    viewer.sizes = SIZES
    viewer.run(120)
    assert viewer.ladder.rung == quiet


def test_any_times_keep_the_rung_on_the_ladder() -> None:
    chance = random.Random(7)
    for _ in range(200):
        ladder = SizeLadder()
        now = sent_s = 0.0
        for _ in range(200):
            now += chance.choice((0.001, 0.1, 1.0, 10.0, 100.0))
            before = ladder.rung
            stepped = ladder.acknowledged(sent_s, now, chance.choice((0, 1000, 10**6)))
            assert stepped == (ladder.rung != before)
            assert 0 <= ladder.rung < len(RUNGS)
            sent_s = now - chance.choice((0.0, 0.001, 1.0))
