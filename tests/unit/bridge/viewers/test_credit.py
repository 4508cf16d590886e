"""CreditWindow on simulated links: a queue with a rate, a path with a delay, a viewer."""

from __future__ import annotations

import heapq
import random
import statistics
from dataclasses import dataclass

import pytest

from camstrm.bridge.viewers.credit import CreditWindow

SIZE = 450_000
"""Bytes of a bundle."""

FPS = 30.0

HELD = 2_000_000
"""Bytes that kernels and the link hold; a sender waits when it is more."""


@dataclass(frozen=True)
class Link:
    """``rate`` in bytes/s, ``delay_s`` there and back, and what the viewer itself needs.

    The viewer works on one bundle for ``busy_s`` and then has it on the screen after
    ``screen_s`` more, while it works on the next. ``jitter_s``: up to so much more, by chance.
    """

    rate: float
    delay_s: float = 0.001
    busy_s: float = 0.0
    screen_s: float = 0.01
    jitter_s: float = 0.0


class Stream:
    """Ticks at FPS, newest wins; the link takes whole bundles long before they are through."""

    def __init__(self, credit: CreditWindow, link: Link, seed: int = 1) -> None:
        self.credit = credit
        self.link = link
        self.now = 0.0
        self.ages: list[tuple[float, float]] = []
        self.windows: list[int] = []
        self._random = random.Random(seed)
        self._ticks = 0
        self._waiting: int | None = None
        self._acks: list[tuple[float, int, float]] = []
        self._link_free_s = self._viewer_free_s = self._shown_s = 0.0

    def run(self, seconds: float) -> None:
        """Let so much time pass."""
        end = self.now + seconds
        while True:
            tick_s = self._ticks / FPS
            if self._acks and self._acks[0][0] <= tick_s:
                self.now, seq, sent_s = heapq.heappop(self._acks)
                self.credit.acknowledge(seq, self.now)
                self.ages.append((self.now, self.now - sent_s))
            elif tick_s >= end:
                return
            else:
                self.now = tick_s
                self._ticks += 1
                self._waiting = self._ticks
                self.windows.append(self.credit.window)
                if not self.credit.open:
                    self.credit.held_back()
            self._send()

    def rate(self, seconds: float) -> float:
        """Return the bundles shown a second, in the last seconds."""
        return sum(t > self.now - seconds for t, _ in self.ages) / seconds

    def age_s(self, seconds: float) -> float:
        """Return the median time from send to ack, in the last seconds."""
        return statistics.median(age for t, age in self.ages if t > self.now - seconds)

    def _send(self) -> None:
        if self._waiting is None or not self.credit.open:
            return
        link = self.link
        if (self._link_free_s - self.now) * link.rate > HELD:
            return
        seq, self._waiting = self._waiting, None
        self.credit.sent(seq, self.now)
        self._link_free_s = max(self._link_free_s, self.now) + SIZE / link.rate
        arrived_s = self._link_free_s + link.delay_s / 2
        self._viewer_free_s = max(self._viewer_free_s, arrived_s) + link.busy_s
        jitter_s = self._random.random() * link.jitter_s
        # Acks come in order, whatever the chance says.
        self._shown_s = max(self._shown_s, self._viewer_free_s + link.screen_s + jitter_s)
        heapq.heappush(self._acks, (self._shown_s + link.delay_s / 2, seq, self.now))


def stream(link: Link, seconds: float, most: int = 4) -> Stream:
    found = Stream(CreditWindow(most), link)
    found.run(seconds)
    return found


MBIT = 1e6 / 8
LAN = Link(1000 * MBIT)
FAR = Link(1000 * MBIT, delay_s=0.1)


@pytest.mark.parametrize("jitter_s", [0.0, 0.01])
def test_near_viewer_gets_every_bundle_with_one_to_spare(jitter_s: float) -> None:
    lan = stream(Link(1000 * MBIT, jitter_s=jitter_s), 60)
    assert lan.rate(59) > 29.9
    assert lan.credit.window == 2


@pytest.mark.parametrize("jitter_s", [0.0, 0.01])
def test_far_but_fast_viewer_keeps_the_rate(jitter_s: float) -> None:
    far = stream(Link(1000 * MBIT, delay_s=0.1, jitter_s=jitter_s), 120)
    assert far.credit.window == 4
    assert statistics.mean(far.windows) > 3.9
    assert far.rate(115) > 29.5
    assert far.age_s(115) < 0.13


def test_far_viewer_is_served_well_within_seconds() -> None:
    far = stream(FAR, 2)
    assert far.credit.window == 4


@pytest.mark.parametrize("rate", [20 * MBIT, 4 * MBIT, 1 * MBIT, 1e6, 3e6])
@pytest.mark.parametrize("delay_s", [0.001, 0.02])
def test_slow_link_shows_young_pictures_and_stays_full(rate: float, delay_s: float) -> None:
    wire_s = SIZE / rate
    slow = stream(Link(rate, delay_s=delay_s), 20 + 20 * wire_s)
    last = 10 + 10 * wire_s
    assert slow.age_s(last) <= 1.5 * wire_s + 0.05
    assert slow.rate(last) >= 0.8 / wire_s
    assert max(slow.windows) <= 2


def test_slow_and_far_link_is_filled_without_a_queue() -> None:
    """0.18 s on the wire and 0.3 s of round trip: two under way leave a gap, three fill it."""
    both = stream(Link(20 * MBIT, delay_s=0.3), 60)
    assert both.rate(50) >= 0.8 / 0.18
    assert both.age_s(50) <= 1.3 * 0.48 + 0.03


def test_slow_screen_is_not_a_far_one() -> None:
    """It takes 100 ms for each bundle, one after the other: more under way only wait."""
    screen = stream(Link(1000 * MBIT, busy_s=0.1), 60)
    assert screen.rate(50) > 8
    assert screen.age_s(50) < 0.13
    assert statistics.mean(screen.windows) < 1.3


def test_long_screen_is_like_a_long_path() -> None:
    """A picture is on the screen 100 ms later, but the viewer takes all of them."""
    screen = stream(Link(1000 * MBIT, screen_s=0.1), 60)
    assert screen.rate(50) > 29.5


@pytest.mark.parametrize("before", [LAN, FAR, Link(4 * MBIT)])
@pytest.mark.parametrize("rate", [1e6, 20 * MBIT])
def test_path_that_becomes_slow(before: Link, rate: float) -> None:
    changed = stream(before, 30)
    changed.link = Link(rate, delay_s=before.delay_s)
    changed.run(20 * SIZE / rate + 10)
    assert changed.age_s(10) <= 1.5 * (SIZE / rate + before.delay_s) + 0.05


@pytest.mark.parametrize("before", [LAN, Link(4 * MBIT), Link(20 * MBIT, delay_s=0.1)])
def test_path_that_becomes_far_and_fast(before: Link) -> None:
    changed = stream(before, 30)
    changed.link = FAR
    changed.run(20)
    assert changed.rate(5) > 29.5
    assert changed.age_s(5) < 0.13


def test_path_that_becomes_near_again_needs_less() -> None:
    changed = stream(FAR, 30)
    changed.link = LAN
    changed.run(200)
    assert changed.credit.window == 2
    assert changed.rate(190) > 29.9


def test_one_hiccup_changes_nothing() -> None:
    far = stream(FAR, 30)
    far._viewer_free_s = far.now + 0.4
    far.run(5)
    assert far.credit.window == 4
    assert far.rate(4) > 29.5


def test_window_stays_within_what_is_allowed() -> None:
    assert max(stream(Link(1000 * MBIT, delay_s=0.5), 30, most=6).windows) == 6
    assert max(stream(FAR, 30, most=3).windows) == 3
    assert max(stream(FAR, 30, most=1).windows) == 1


def test_viewer_without_acks_needs_no_credit() -> None:
    credit = CreditWindow(4)
    for seq in range(3000):
        assert credit.open
        credit.sent(seq, seq / FPS)
    assert credit.in_flight == 0
    assert not credit.acknowledge(100, 100.0), "too long ago to be remembered"
    assert credit.open


def test_first_ack_makes_what_is_under_way_count() -> None:
    credit = CreditWindow(4)
    for seq in (1, 2, 3):
        credit.sent(seq, 0.1 * seq)
    assert credit.acknowledge(1, 0.5)
    assert credit.in_flight == 2
    assert credit.acknowledge(3, 0.6)
    assert credit.in_flight == 0
    assert not credit.acknowledge(2, 0.7), "3 spoke for 2"


def test_bundle_that_is_completed_counts_once() -> None:
    credit = CreditWindow(4)
    credit.sent(1, 0.0)
    credit.acknowledge(1, 0.1)
    credit.sent(2, 0.2)
    credit.sent(2, 0.3)
    assert credit.in_flight == 1


def test_what_is_forgotten_gives_its_credit_back() -> None:
    credit = CreditWindow(1)
    credit.sent(1, 0.0)
    credit.acknowledge(1, 0.1)
    credit.sent(2, 0.2)
    seen = [credit.open]
    credit.clear()
    assert [*seen, credit.open] == [False, True]


@pytest.mark.parametrize("seed", range(20))
def test_whatever_a_viewer_does_the_window_stays_open_for_one(seed: int) -> None:
    chance = random.Random(seed)
    credit = CreditWindow(4)
    now, seq = 0.0, 0
    for _ in range(5000):
        now += chance.choice((0.0, 0.001, 0.03, 0.3, 3.0))
        if credit.open:
            seq += 1
            credit.sent(seq, now)
        else:
            credit.held_back()
        if chance.random() < 0.7:
            credit.acknowledge(chance.randint(max(0, seq - 6), seq + 2), now)
        if chance.random() < 0.001:
            credit.clear()
        assert 1 <= credit.window <= 4
        assert credit.open == (credit.in_flight < credit.window)
