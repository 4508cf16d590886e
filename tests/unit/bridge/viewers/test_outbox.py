from __future__ import annotations

import pytest

from camstrm.bridge.viewers.outbox import TextKind, ViewerOutbox
from camstrm.bridge.viewers.shared_bundle import SharedBundle
from camstrm.wire import CameraFrame, CameraState, Encoding, FrameBundle
from tests.fakes.clock import Clock


def bundle(seq: int, *pictures: int) -> SharedBundle:
    frames = tuple(
        CameraFrame(i, CameraState.STREAMING, Encoding.JPEG, payload=b"%d" % seq)
        if i in pictures
        else CameraFrame(i, CameraState.STREAMING)
        for i in range(3)
    )
    return SharedBundle(FrameBundle(seq, 0, frames))


def taken(outbox: ViewerOutbox) -> int | bytes | None:
    """Take and return the text, or the sequence number of the bundle."""
    item = outbox.take()
    return item.bundle.seq if isinstance(item, SharedBundle) else item


@pytest.fixture
def outbox(clock: Clock) -> ViewerOutbox:
    return ViewerOutbox(7, window=4, clock=clock)


def test_nothing_to_send(outbox: ViewerOutbox) -> None:
    assert taken(outbox) is None


def test_control_goes_first_and_newest_wins(outbox: ViewerOutbox) -> None:
    outbox.put_bundle(bundle(1))
    outbox.put_text(TextKind.STATUS, b"old status")
    outbox.put_text(TextKind.STATUS, b"status")
    outbox.put_text(TextKind.HELLO, b"old hello")
    outbox.put_text(TextKind.HELLO, b"hello")
    assert [taken(outbox) for _ in range(4)] == [b"hello", b"status", 1, None]


def test_newest_bundle_wins_and_keeps_each_cameras_newest_picture(outbox: ViewerOutbox) -> None:
    outbox.put_bundle(bundle(1, 0, 1))
    outbox.put_bundle(bundle(2, 1, 2))
    outbox.put_bundle(bundle(3, 1))
    item = outbox.take()
    assert isinstance(item, SharedBundle)
    assert item.bundle.seq == 3
    assert [bytes(f.payload) for f in item.bundle.frames] == [b"1", b"3", b"2"]
    assert outbox.sent == 1
    assert outbox.skipped == {"slow link": 2}
    assert outbox.status().skipped == 2
    assert outbox.status().reason == "slow link"


def test_plain_client_needs_no_credit(outbox: ViewerOutbox) -> None:
    for seq in range(5):
        outbox.put_bundle(bundle(seq))
        assert taken(outbox) == seq
    assert outbox.credit.in_flight == 0


def test_from_the_first_ack_on_the_window_holds(outbox: ViewerOutbox) -> None:
    for seq in (1, 2, 3, 4):
        outbox.put_bundle(bundle(seq))
        taken(outbox)
    outbox.acknowledge(1)
    assert outbox.credit.in_flight == 3
    outbox.put_bundle(bundle(5))
    assert taken(outbox) is None
    outbox.put_bundle(bundle(6))
    assert outbox.skipped == {"unacknowledged": 1}
    outbox.acknowledge(2)
    assert taken(outbox) is None, "two still on the way"
    outbox.acknowledge(3)
    assert taken(outbox) is None, "one still on the way"
    outbox.acknowledge(4)
    assert taken(outbox) == 6
    assert outbox.status().in_flight == 1
    outbox.acknowledge(6)
    assert outbox.status().in_flight == 0


def test_window_is_raised_while_acks_take_as_long_as_before(
    outbox: ViewerOutbox, clock: Clock
) -> None:
    for seq in range(60):
        clock.now += 0.05
        outbox.acknowledge(seq - 2)  # 0.1 s after it was sent
        outbox.put_bundle(bundle(seq))
        outbox.take()
    assert outbox.credit.window > 1
    assert outbox.credit.in_flight == 2


def test_the_status_says_window_and_round_trip_of_who_acknowledges(
    outbox: ViewerOutbox, clock: Clock
) -> None:
    assert (outbox.status().window, outbox.status().round_trip_us) == (0, 0), "not known yet"
    for seq in range(1, 40):
        outbox.put_bundle(bundle(seq))
        assert outbox.take() is not None
        clock.now += 0.02
        outbox.acknowledge(seq)
    found = outbox.status()
    assert found.window == outbox.credit.window >= 1
    assert found.round_trip_us == pytest.approx(20_000, abs=2)
    for seq in range(40, 80):
        outbox.put_bundle(bundle(seq))
        assert outbox.take() is not None
        clock.now += 0.15
        outbox.acknowledge(seq)
    assert outbox.status().round_trip_us == pytest.approx(150_000, rel=0.02), "it follows"


def test_bundle_that_waits_for_its_turn_does_not_wait_for_credit(
    outbox: ViewerOutbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    held_back: list[float] = []
    monkeypatch.setattr(outbox.credit, "held_back", lambda: held_back.append(clock.now))
    outbox.subscribe(None, 10.0)
    for seq, now in ((1, 100.0), (2, 101.0), (3, 101.02)):
        clock.now = now
        outbox.put_bundle(bundle(seq))
        outbox.take()
        outbox.acknowledge(1)
    assert not held_back, "3 comes too early"
    clock.now = 101.2
    outbox.put_bundle(bundle(4))
    assert held_back == [101.2]


def test_acks_for_what_was_never_sent_are_ignored(outbox: ViewerOutbox) -> None:
    outbox.put_bundle(bundle(5))
    taken(outbox)
    for seq in (0, 4, 6, 2**63):
        outbox.acknowledge(seq)
    assert outbox.credit.in_flight == 0, "never acknowledged anything real: still a plain client"
    outbox.acknowledge(5)
    outbox.acknowledge(5)
    for seq in (7, 8, 9):
        outbox.put_bundle(bundle(seq))
    assert taken(outbox) == 9
    outbox.acknowledge(8)
    assert outbox.credit.in_flight == 1, "8 was skipped, not sent"


def test_credit_starts_anew_with_the_session(outbox: ViewerOutbox) -> None:
    outbox.put_bundle(bundle(1000))
    taken(outbox)
    outbox.acknowledge(1000)
    outbox.put_bundle(bundle(1001))
    taken(outbox)
    outbox.put_bundle(bundle(1002))
    assert taken(outbox) is None
    outbox.start_session()
    assert taken(outbox) is None, "pictures of the old run are dropped"
    outbox.put_bundle(bundle(1))
    assert taken(outbox) == 1
    outbox.put_bundle(bundle(2))
    outbox.put_bundle(bundle(3))
    assert taken(outbox) is None, "the viewer acknowledges, so the window still holds"
    outbox.acknowledge(1001)
    assert taken(outbox) is None, "late ack of the old run"
    outbox.acknowledge(1)
    assert taken(outbox) == 3


@pytest.mark.parametrize("jitter_s", [0.0, 0.004, -0.004])
def test_half_rate_takes_every_other_tick(
    outbox: ViewerOutbox, clock: Clock, jitter_s: float
) -> None:
    outbox.subscribe(None, 15.0)
    got = []
    for tick in range(60):
        clock.now = 100.0 + tick / 30 + (jitter_s if tick % 3 else 0.0)
        outbox.put_bundle(bundle(tick, 0))
        got.append(taken(outbox))
    assert got == [t if t % 2 == 0 else None for t in range(60)]
    assert outbox.status().reason == "max_fps"


def test_max_fps_holds_at_any_rate_of_bundles(outbox: ViewerOutbox, clock: Clock) -> None:
    outbox.subscribe(None, 20.0)
    for tick in range(600):
        clock.now = 100.0 + tick / 60
        outbox.put_bundle(bundle(tick))
        outbox.take()
    assert 195 <= outbox.sent <= 201


def test_last_bundle_before_a_pause_goes_without_another(
    outbox: ViewerOutbox, clock: Clock
) -> None:
    outbox.subscribe(None, 10.0)
    outbox.put_bundle(bundle(1))
    assert taken(outbox) == 1
    clock.now += 0.03
    outbox.put_bundle(bundle(2))
    assert taken(outbox) is None
    clock.now += 0.2
    assert taken(outbox) == 2


def test_same_tick_again_is_no_skip(outbox: ViewerOutbox) -> None:
    outbox.put_bundle(bundle(4, 0))
    outbox.put_bundle(bundle(4, 1))
    item = outbox.take()
    assert isinstance(item, SharedBundle)
    assert item.pictures == {0, 1}
    assert not outbox.skipped


def test_rate(outbox: ViewerOutbox, clock: Clock) -> None:
    for seq in range(30):
        outbox.put_bundle(bundle(seq))
        outbox.take()
    clock.now += 2.0
    outbox.measure()
    assert outbox.status().sent_fps == 15.0


def test_only_a_bundle_before_its_turn_waits_for_a_time(outbox: ViewerOutbox, clock: Clock) -> None:
    outbox.subscribe(None, 10.0)
    assert outbox.wait_s() is None, "there is none"
    for seq, now in ((1, 100.0), (2, 100.02)):
        clock.now = now
        outbox.put_bundle(bundle(seq))
        outbox.take()
    assert outbox.wait_s() == pytest.approx(0.15)
    outbox.acknowledge(1)
    outbox.put_bundle(bundle(3))
    clock.now = 101.0
    assert outbox.wait_s() == 0.0
    assert taken(outbox) == 3
    outbox.put_bundle(bundle(4))
    assert outbox.wait_s() is None, "it waits for an acknowledgement"
