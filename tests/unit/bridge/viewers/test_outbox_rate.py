"""How old a bundle is when it goes to a viewer with max_fps, and how many go, on a fake clock."""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from camstrm.bridge.viewers.outbox import ViewerOutbox
from camstrm.bridge.viewers.shared_bundle import SharedBundle
from camstrm.wire import CameraFrame, CameraState, Encoding, FrameBundle
from tests.fakes.clock import Clock

STEP_S = 0.001
"""A sender looks this often, which is more often than any timer of it."""

PHASES = 12


@dataclass
class Sent:
    """When bundles went and how old they were, in seconds."""

    times: list[float] = field(default_factory=list)
    ages: list[float] = field(default_factory=list)

    def per_second(self, since_s: float, until_s: float) -> float:
        return len([t for t in self.times if since_s <= t < until_s]) / (until_s - since_s)


def bundle(seq: int, *, picture: bool = True) -> SharedBundle:
    payload = b"picture" if picture else b""
    encoding = Encoding.JPEG if picture else Encoding.NONE
    frame = CameraFrame(0, CameraState.STREAMING, encoding, payload=payload)
    return SharedBundle(FrameBundle(seq, 0, (frame,)))


def ticks(fps: float, first_s: float, until_s: float, jitter_s: float = 0.0) -> Iterator[float]:
    """Return the times at which bundles come."""
    chance = random.Random(5)
    count = int((until_s - first_s) * fps)
    return (first_s + i / fps + chance.uniform(0, jitter_s) for i in range(count))


def send(outbox: ViewerOutbox, clock: Clock, arrivals: Iterator[float], until_s: float) -> Sent:
    """Put bundles into the outbox at their times and take what may go."""
    sent = Sent()
    came: dict[int, float] = {}
    due = next(arrivals, None)
    begin_s = clock.now
    seq = int(begin_s * 1e6)
    while clock.now < until_s:
        if due is not None and due <= clock.now:
            seq += 1
            came[seq] = clock.now
            outbox.put_bundle(bundle(seq))
            due = next(arrivals, None)
        item = outbox.take()
        if isinstance(item, SharedBundle):
            sent.times.append(clock.now)
            sent.ages.append(clock.now - came.get(item.bundle.seq, begin_s))
        clock.now = round(clock.now + STEP_S, 6)
    return sent


@pytest.mark.parametrize("jitter_s", [0.0, 0.004])
@pytest.mark.parametrize("max_fps", [15.0, 10.0, 7.0, 5.0, 1.0])
def test_a_lone_viewer_gets_each_bundle_at_once_in_every_phase(
    max_fps: float, jitter_s: float
) -> None:
    """The stream comes at the viewer's own rate: nobody else asks for more."""
    seconds = max(5.0, 12 / max_fps)
    for phase in range(PHASES):
        clock = Clock()
        outbox = ViewerOutbox(1, window=4, clock=clock)
        outbox.subscribe(None, max_fps)
        outbox.put_bundle(bundle(1))  # the pictures that are there
        assert outbox.take() is not None
        first_s = clock.now + (phase + 0.5) / PHASES / max_fps
        sent = send(outbox, clock, ticks(max_fps, first_s, 100 + seconds, jitter_s), 100 + seconds)
        assert max(sent.ages) == 0.0, (max_fps, phase)
        # One of the first may be passed over, the last one may come after the end.
        assert abs(len(sent.times) - max_fps * seconds) <= 2.5, (max_fps, phase)


@pytest.mark.parametrize("jitter_s", [0.0, 0.004])
@pytest.mark.parametrize("stream_fps", [60.0, 30.0, 25.0, 20.0, 15.0, 12.0])
@pytest.mark.parametrize("max_fps", [20.0, 15.0, 10.0, 7.0, 5.0, 1.0])
def test_a_faster_stream_is_thinned_out_and_what_goes_is_new(
    stream_fps: float, max_fps: float, jitter_s: float
) -> None:
    """Somebody else watches without a limit, or with a higher one."""
    seconds = max(6.0, 6 / max_fps)
    wanted = min(stream_fps, max_fps)
    for phase in range(0, PHASES, 3):
        clock = Clock()
        outbox = ViewerOutbox(1, window=4, clock=clock)
        outbox.subscribe(None, max_fps)
        arrivals = ticks(stream_fps, 100 + phase / PHASES / stream_fps, 100 + seconds, jitter_s)
        sent = send(outbox, clock, arrivals, 100 + seconds)
        assert max(sent.ages) == 0.0, (stream_fps, max_fps, phase)
        assert len(sent.times) <= max_fps * seconds + 2
        assert len(sent.times) >= wanted * seconds - 2


def test_when_the_demand_changes_the_next_bundles_go_at_once() -> None:
    """An unlimited viewer comes and goes: the stream is at 30, 10 and 30 Hz in turns."""
    clock = Clock()
    outbox = ViewerOutbox(1, window=4, clock=clock)
    outbox.subscribe(None, 10.0)
    total = Sent()
    for turn in range(12):
        fps = 10.0 if turn % 2 else 30.0
        begin_s = clock.now
        until_s = begin_s + 2.0 + 0.017 * turn
        sent = send(outbox, clock, ticks(fps, begin_s + 0.0123 * turn % 0.1, until_s), until_s)
        total.times += sent.times
        total.ages += sent.ages
    assert statistics.median(total.ages) == 0.0
    assert len([age for age in total.ages if age]) <= 12, "at most the last one of each turn"
    gaps = [b - a for a, b in zip(total.times, total.times[1:], strict=False)]
    assert max(gaps) < 0.25
    assert 9.0 <= total.per_second(100.0, clock.now) <= 10.1


@pytest.mark.parametrize("max_fps", [10.0, 1.0])
def test_the_last_bundle_before_a_pause_goes_within_two_periods(max_fps: float) -> None:
    clock = Clock()
    outbox = ViewerOutbox(1, window=4, clock=clock)
    outbox.subscribe(None, max_fps)
    arrivals = iter([100.0, 100.0 + 0.3 / max_fps])
    sent = send(outbox, clock, arrivals, 100.0 + 5 / max_fps)
    assert len(sent.times) == 2
    assert 0.9 / max_fps <= sent.times[1] - 100.0 <= 2 / max_fps


def test_pictures_of_a_camera_that_misses_ticks_are_new_in_every_phase() -> None:
    """A 25 fps camera at 30 Hz: every sixth tick finds no new frame, and 5 Hz is one in six."""
    for phase in range(6):
        clock = Clock()
        outbox = ViewerOutbox(1, window=4, clock=clock)
        outbox.subscribe(None, 5.0)
        sent = []
        for tick in range(180):
            clock.now = 100.0 + tick / 30
            outbox.put_bundle(bundle(tick, picture=(tick + phase) % 6 != 0))
            item = outbox.take()
            if isinstance(item, SharedBundle):
                sent.append(tick)
        assert len([tick for tick in sent[1:] if (tick + phase) % 6 == 0]) == 0
        assert len(sent) in (30, 31)


def test_bundles_without_pictures_go_all_the_same() -> None:
    clock = Clock()
    outbox = ViewerOutbox(1, window=4, clock=clock)
    outbox.subscribe(None, 5.0)
    for tick in range(300):
        clock.now = 100.0 + tick / 30
        outbox.put_bundle(bundle(tick, picture=False))
        outbox.take()
    assert 38 <= outbox.sent <= 50


def test_a_bundle_that_waits_for_the_viewer_does_not_wait_for_its_turn_again() -> None:
    clock = Clock()
    outbox = ViewerOutbox(1, window=1, clock=clock)
    outbox.subscribe(None, 5.0)
    for seq, now in ((1, 100.0), (2, 100.2), (3, 100.4)):
        clock.now = now
        outbox.put_bundle(bundle(seq))
        assert (outbox.take() is None) == (seq == 3)
        if seq == 1:
            outbox.acknowledge(1)
    clock.now = 100.42
    outbox.put_bundle(bundle(4, picture=False))
    assert outbox.take() is None
    outbox.acknowledge(2)
    item = outbox.take()
    assert isinstance(item, SharedBundle)
    assert (item.bundle.seq, len(item.pictures)) == (4, 1)
    assert outbox.skipped == {"unacknowledged": 1}
