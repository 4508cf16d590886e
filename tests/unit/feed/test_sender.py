from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from camstrm.errors import BridgeTakenError
from camstrm.feed.open_calls import CallBack
from camstrm.feed.sender import FeedReader, FeedSender
from camstrm.wire import (
    FEED_DOWN,
    Call,
    CameraFrame,
    CameraState,
    Demand,
    Encoding,
    FrameBundle,
    Goodbye,
    Hello,
    PacketKind,
    Refused,
    Reply,
    Status,
)
from tests.fakes.for_camera import turn
from tests.fakes.grabber.feed_reader import FakeFeedReader
from tests.fakes.loop_time import StoppedLoopTime

LONG_S = 30.0
LARGE = bytes(4 * 1024 * 1024)


def bundle(seq: int, *pictures: bytes) -> FrameBundle:
    frames = tuple(
        CameraFrame(i, CameraState.STREAMING, Encoding.JPEG if p else Encoding.NONE, payload=p)
        for i, p in enumerate(pictures)
    )
    return FrameBundle(seq, seq, frames)


class Rig:
    """A sender whose time stands still, and the reader that it connects to."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "b.sock"
        self.time = StoppedLoopTime()
        self.demands: list[Demand] = []
        self.calls: list[tuple[Call, CallBack]] = []
        self.hellos = 0
        self.refusals: list[BridgeTakenError] = []
        self.stands_by = False
        self.sender = FeedSender(
            FeedReader(str(self.path)),
            self._hello,
            self._demanded,
            self._refused,
            on_call=lambda call, back: self.calls.append((call, back)),
        )
        self.bridge: FakeFeedReader | None = None
        self._changed = asyncio.Event()

    def _hello(self) -> Hello:
        self.hellos += 1
        return Hello(session=f"s{self.hellos}")

    def _demanded(self, sender: FeedSender, demand: Demand) -> None:
        assert sender is self.sender
        self.demands.append(demand)
        self._changed.set()

    def _refused(self, error: BridgeTakenError) -> bool:
        self.refusals.append(error)
        self._changed.set()
        return self.stands_by

    def connected(self) -> bool:
        return self.sender.connected

    def serve(self) -> FakeFeedReader:
        self.bridge = FakeFeedReader(self.path)
        return self.bridge

    async def connect(self) -> FakeFeedReader:
        bridge = self.serve()
        assert self.sender.start()
        await bridge.accept()
        return bridge

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for something of which a demand or a refusal tells."""
        while not condition():
            self._changed.clear()
            await self._changed.wait()

    async def close(self) -> None:
        self.sender.stop()
        await self.time.settle()
        if self.bridge is not None:
            self.bridge.close()


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    rig = Rig(tmp_path)
    with rig.time:
        yield rig
        await rig.close()


async def test_hello_is_the_first_word(rig: Rig) -> None:
    bridge = await rig.connect()
    rig.sender.send_status(Status(time_us=1))
    rig.sender.publish(bundle(1, b"a"))
    assert await bridge.read(3) == [Hello(session="s1"), Status(time_us=1), bundle(1, b"a")]
    assert rig.sender.dropped == 0


async def test_hello_again_when_the_cameras_have_changed(rig: Rig) -> None:
    bridge = await rig.connect()
    assert await bridge.read(1) == [Hello(session="s1")]
    rig.sender.announce()
    assert await bridge.read(1) == [Hello(session="s2")]


async def test_demands_are_passed_on(rig: Rig) -> None:
    bridge = await rig.connect()
    demands = [Demand(cameras=None, max_fps=10.0), Demand(cameras=(1,), refresh=True)]
    bridge.say(*demands)
    await rig.until(lambda: len(rig.demands) == 2)
    assert rig.demands == demands


async def asked(rig: Rig, bridge: FakeFeedReader, *calls: Call) -> list[CallBack]:
    """Let the bridge call; return the ways back."""
    for call in calls:
        bridge.send(PacketKind.TEXT, FEED_DOWN.encode(call))
    bridge.say(Demand(cameras=(len(rig.demands),)))
    count = len(rig.demands)
    await rig.until(lambda: len(rig.demands) > count)
    assert [call for call, _ in rig.calls[-len(calls) :]] == list(calls)
    return [back for _, back in rig.calls[-len(calls) :]]


async def test_a_call_is_passed_on_and_its_reply_back(rig: Rig) -> None:
    bridge = await rig.connect()
    (back,) = await asked(rig, bridge, turn(0, -1.5))
    back.replied(Reply(7, ok=True))
    assert await bridge.read(2) == [Hello(session="s1"), Reply(7, ok=True)]


async def test_replies_go_before_bundles_and_data_behind_all(rig: Rig) -> None:
    bridge = await rig.connect()
    assert await bridge.read(1) == [Hello(session="s1")]
    (back, _, _) = await asked(rig, bridge, Call(1, 0, "a"), Call(2, 0, "b"), Call(3, 0, "c"))
    rig.sender.publish(bundle(1, LARGE))  # fills the way: the rest waits
    for piece in (b"ab", b"cd"):
        back.data_came(1, memoryview(piece))
    back.replied(Reply(1, ok=True))
    back.replied(Reply(2, ok=True))
    back.data_came(3, memoryview(b"ef"))
    rig.sender.publish(bundle(2, b"x"))
    rig.sender.send_status(Status(time_us=1))
    assert await bridge.read(5) == [
        bundle(1, LARGE),
        Reply(2, ok=True),
        Status(time_us=1),
        bundle(2, b"x"),
        (1, b"ab"),
    ]
    rig.sender.publish(bundle(3, b"y"))
    back.replied(Reply(3, ok=True))
    found = await bridge.read(4)
    for item in (bundle(3, b"y"), (1, b"cd"), Reply(1, ok=True), (3, b"ef")):
        assert item in found
    assert found.index((1, b"cd")) < found.index(Reply(1, ok=True))
    assert await bridge.read(1) == [Reply(3, ok=True)]


async def test_replies_to_calls_of_an_ended_connection_go_nowhere(rig: Rig) -> None:
    bridge = await rig.connect()
    (back,) = await asked(rig, bridge, Call(1, 0, "a"))
    bridge.drop()
    await rig.until(lambda: rig.demands[-1] == Demand())
    await rig.time.advance(1.0)
    await bridge.accept()
    back.replied(Reply(1, ok=True))
    back.data_came(1, memoryview(b"x"))
    (again,) = await asked(rig, bridge, Call(1, 0, "b"))
    again.replied(Reply(1, ok=False))
    assert await bridge.read(2) == [Hello(session="s2"), Reply(1, ok=False)]


async def test_bundles_of_the_bridge_are_passed_over(rig: Rig) -> None:
    bridge = await rig.connect()
    bridge.send(PacketKind.BUNDLE, b"whatever")
    bridge.say(Demand(cameras=(1,)))
    await rig.until(lambda: rig.demands)
    assert rig.demands == [Demand(cameras=(1,))]
    assert rig.connected()


async def test_of_bundles_that_wait_the_newest_goes_with_the_pictures_it_lacks(rig: Rig) -> None:
    bridge = await rig.connect()
    assert await bridge.read(1) == [Hello(session="s1")]
    rig.sender.publish(bundle(1, LARGE, b"x"))
    rig.sender.publish(bundle(2, b"old", b"y"))
    rig.sender.publish(bundle(3, b"", b"z"))
    rig.sender.publish(bundle(4, b"", b""))
    assert rig.sender.dropped == 2
    assert not rig.sender.idle
    assert await bridge.read(2) == [bundle(1, LARGE, b"x"), bundle(4, b"old", b"z")]
    rig.sender.publish(bundle(5, b"n", b""))
    assert await bridge.read(1) == [bundle(5, b"n", b"")]
    assert rig.sender.idle


async def test_a_status_that_waits_is_replaced_and_goes_before_the_bundle(rig: Rig) -> None:
    bridge = await rig.connect()
    await bridge.read(1)
    rig.sender.publish(bundle(1, LARGE))
    rig.sender.publish(bundle(2, b"a"))
    rig.sender.send_status(Status(time_us=1))
    rig.sender.send_status(Status(time_us=2))
    rig.sender.announce()
    got = await bridge.read(4)
    assert got[1:] == [Hello(session="s2"), Status(time_us=2), bundle(2, b"a")]


async def test_when_the_bridge_goes_the_demand_is_empty_and_nothing_is_kept(rig: Rig) -> None:
    bridge = await rig.connect()
    bridge.say(Demand(cameras=None))
    await rig.until(lambda: rig.demands)
    rig.sender.publish(bundle(1, LARGE))
    rig.sender.publish(bundle(2, b"a"))
    rig.sender.send_status(Status(time_us=1))
    bridge.drop()
    await rig.until(lambda: len(rig.demands) == 2)
    assert rig.demands == [Demand(cameras=None), Demand()]
    assert not rig.connected()
    rig.sender.publish(bundle(3, b"b"))
    rig.sender.send_status(Status(time_us=2))
    await rig.time.advance(0.2)
    await bridge.accept()
    assert await bridge.read(1) == [Hello(session="s2")]
    rig.sender.publish(bundle(4, b"c"))
    assert await bridge.read(1) == [bundle(4, b"c")]
    assert rig.sender.dropped == 0


async def test_a_bridge_that_is_started_later_or_again_is_found(rig: Rig) -> None:
    assert not rig.sender.start()
    await rig.time.advance(1.0)
    assert not rig.connected()
    for session in ("s1", "s2"):
        bridge = rig.serve()
        await rig.time.advance(0.2)
        assert rig.connected()
        await bridge.accept()
        assert await bridge.read(1) == [Hello(session=session)]
        bridge.close()
        rig.bridge = None
        await rig.until(lambda: len(rig.demands) == rig.hellos)
        assert not rig.connected()


@pytest.mark.parametrize(
    "garbage",
    [b"GET / HTTP/1.1\r\nHost: camstrm\r\n\r\n", b"CSPK\x01\x10\x01\x00\x03\0\0\0\0\0\0\0{{{"],
)
async def test_a_foreign_peer_is_left(
    rig: Rig, garbage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    bridge = await rig.connect()
    assert bridge.raw is not None
    bridge.raw.sendall(garbage)
    await rig.until(lambda: rig.demands)
    assert rig.demands == [Demand()]
    assert not rig.connected()
    assert f"socket {rig.path}: what listens there is no bridge: " in caplog.text
    assert "the bridge is gone: it sent something that is no demand" in caplog.text
    await rig.time.advance(0.2)
    assert rig.connected()


async def test_a_place_that_cannot_be_trusted_is_not_used(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rig.path.write_text("no socket")
    assert not rig.sender.start()
    await rig.time.advance(2.5)
    assert not rig.connected()
    assert "exists and is not a socket" in caplog.text
    rig.path.unlink()
    rig.serve()
    monkeypatch.setattr("camstrm.feed.socket_path._trusted", lambda *_: False)
    await rig.time.advance(1.0)
    assert not rig.connected()


async def test_a_missing_bridge_is_logged_after_a_while_and_then_seldom(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    rig.sender.start()
    await rig.time.advance(65.0, steps=650)
    lines = [r.getMessage() for r in caplog.records]
    assert len(lines) == 3, "at 2, 32 and 62 of 65 s"
    assert all(line.endswith("start 'camstrm bridge' (retrying)") for line in lines)


async def test_a_bridge_that_went_is_missed_anew(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("WARNING")
    rig.sender.start()
    await rig.time.advance(3.0)
    bridge = rig.serve()
    await rig.time.advance(0.2)
    await bridge.accept()
    bridge.close()
    rig.bridge = None
    await rig.until(lambda: rig.demands)
    await rig.time.advance(1.5)
    assert len(caplog.records) == 1, "a bridge that is just starting is no news"
    await rig.time.advance(1.0)
    assert len(caplog.records) == 2


async def test_stopped_before_and_after_it_is_connected(rig: Rig) -> None:
    rig.sender.stop()
    rig.sender.start()
    rig.sender.stop()
    bridge = rig.serve()
    await rig.time.advance(1.0)
    assert not rig.connected()
    assert rig.sender.start()
    rig.sender.stop()
    await rig.time.settle()
    await bridge.accept()
    assert await bridge.read_end() == []
    assert rig.demands == []


async def test_a_refused_grabber_does_not_come_back(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    bridge = await rig.connect()
    bridge.say(Refused("another grabber (pid 7)"))
    bridge.drop()
    await rig.until(lambda: rig.refusals)
    assert str(rig.refusals[0]) == (
        f"the bridge at {rig.path} refused this grabber: another grabber (pid 7). Stop the other "
        "one first, or use a bridge of your own (--socket)"
    )
    await rig.time.advance(60.0)
    assert not rig.connected()
    assert rig.hellos == 1
    assert rig.demands == [], "nothing that would start the cameras"
    assert "gone" not in caplog.text


async def test_a_refusal_is_heard_also_when_sending_found_the_connection_closed(rig: Rig) -> None:
    bridge = await rig.connect()
    await bridge.read(1)
    bridge.say(Refused("another grabber (pid 7)"))
    bridge.drop()
    rig.sender.send_status(Status(time_us=1))
    rig.sender.publish(bundle(1, b"a", b"b"))
    await rig.until(lambda: rig.refusals)
    assert [error.reason for error in rig.refusals] == ["another grabber (pid 7)"]
    assert rig.demands == []


async def test_a_grabber_on_standby_asks_more_and_more_seldom_and_says_so_once(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    rig.stands_by = True
    bridge = await rig.connect()
    for pause_s in (1.0, 2.0, 5.0, 10.0, 10.0, 10.0):
        rig.refusals.clear()
        bridge.say(Refused("another grabber (pid 7)"))
        bridge.drop()
        await rig.until(lambda: rig.refusals)
        await rig.time.advance(pause_s - 0.01)
        assert not rig.connected()
        await rig.time.advance(0.02)
        assert rig.connected()
        await bridge.accept()
    bridge.say(Demand(cameras=None))
    await rig.until(lambda: rig.demands)
    lines = [r.getMessage() for r in caplog.records if r.levelname == "WARNING"]
    assert len(lines) == 1
    assert lines[0].endswith("(waiting for its end)")
    assert [r.getMessage() for r in caplog.records if r.levelname == "INFO"] == [
        f"connected to the bridge at {rig.path}",
        f"the bridge at {rig.path} has no other grabber any more",
    ]


async def test_a_bridge_that_does_not_answer_keeps_nobody_waiting_for_ever(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    bridge = await rig.connect()
    await rig.time.advance(7.9)
    assert rig.demands == []
    await rig.time.advance(0.2)
    assert rig.demands == [Demand()]
    assert f"the bridge at {rig.path} gives no answer" in caplog.text
    bridge.say(Demand(cameras=None))
    await rig.until(lambda: len(rig.demands) == 2)
    assert rig.connected()


async def test_an_orderly_end_is_announced(rig: Rig) -> None:
    bridge = await rig.connect()
    assert await bridge.read(1) == [Hello(session="s1")]
    rig.sender.stop()
    assert await bridge.read_end() == [Goodbye()]


async def test_an_end_in_the_middle_of_a_bundle_waits_for_nobody(rig: Rig) -> None:
    bridge = await rig.connect()
    assert await bridge.read(1) == [Hello(session="s1")]
    rig.sender.publish(bundle(1, LARGE))
    rig.sender.stop()
    assert not rig.connected()
    assert await bridge.read_end() == []
