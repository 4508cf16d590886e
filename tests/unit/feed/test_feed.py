from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from camstrm.errors import BridgeTakenError
from camstrm.feed.bundle_queue import BundleBacklog
from camstrm.feed.feed import Feed
from camstrm.feed.listener import FeedListener
from camstrm.feed.listening_socket import listen_unix
from camstrm.feed.sender import FeedReader
from camstrm.wire import (
    Call,
    CameraFrame,
    CameraState,
    Demand,
    Encoding,
    FrameBundle,
    Goodbye,
    Hello,
    Refused,
    Reply,
    Status,
)
from tests.fakes.grabber.feed_reader import FakeFeedReader
from tests.fakes.loop_time import StoppedLoopTime

LARGE = bytes(1024 * 1024)
"""More than the kernel holds of one connection."""


def bundle(seq: int, *pictures: bytes) -> FrameBundle:
    frames = tuple(
        CameraFrame(i, CameraState.STREAMING, Encoding.JPEG if p else Encoding.NONE, payload=p)
        for i, p in enumerate(pictures)
    )
    return FrameBundle(seq, seq, frames)


class Rig:
    """A feed with a bridge and a recorder, whose time stands still."""

    def __init__(self, folder: Path, backlog_bytes: int) -> None:
        self.paths = folder / "bridge.sock", folder / "recorder.sock"
        self.time = StoppedLoopTime()
        self.demands: list[Demand] = []
        self.refusals: list[BridgeTakenError] = []
        readers = [
            FeedReader(str(self.paths[0])),
            FeedReader(str(self.paths[1]), BundleBacklog(backlog_bytes)),
        ]
        self.feed = Feed(readers, lambda: Hello("s"), self._demanded, self._refused)
        self.ends: list[FakeFeedReader] = []
        self._changed = asyncio.Event()

    def _demanded(self, demand: Demand) -> None:
        self.demands.append(demand)
        self._changed.set()

    def _refused(self, error: BridgeTakenError) -> bool:
        self.refusals.append(error)
        self._changed.set()
        return False

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for something of which a demand or a refusal tells."""
        while not condition():
            self._changed.clear()
            await self._changed.wait()

    def serve(self, number: int) -> FakeFeedReader:
        self.ends.append(FakeFeedReader(self.paths[number]))
        return self.ends[-1]

    async def connect(self, *demands: Demand) -> tuple[FakeFeedReader, FakeFeedReader]:
        """Start the feed with both readers, which have read hello and demand what is given."""
        bridge, recorder = self.serve(0), self.serve(1)
        assert self.feed.start()
        for end, demand in zip((bridge, recorder), demands, strict=True):
            await end.accept()
            assert await end.read(1) == [Hello("s")]
            end.say(demand)
        await self.until(lambda: self.demands)
        return bridge, recorder

    async def close(self) -> None:
        self.feed.stop()
        await self.time.settle()
        for end in self.ends:
            end.close()


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    rig = Rig(tmp_path, backlog_bytes=10 * len(LARGE))
    with rig.time:
        yield rig
        await rig.close()


async def test_the_grabber_makes_what_anybody_wants(rig: Rig) -> None:
    bridge, recorder = await rig.connect(Demand((0,), 10.0), Demand((2,), 5.0, refresh=True))
    assert rig.demands == [Demand((0, 2), 10.0, refresh=True)]
    bridge.say(Demand((1,)))
    await rig.until(lambda: len(rig.demands) == 2)
    assert rig.demands[1] == Demand((1, 2)), "a refresh is asked for once"
    recorder.say(Demand(None, 5.0))
    await rig.until(lambda: len(rig.demands) == 3)
    assert rig.demands[2] == Demand(None)
    bridge.drop()
    await rig.until(lambda: len(rig.demands) == 4)
    assert rig.demands[3] == Demand(None, 5.0), "and what the recorder wants goes on"
    rig.feed.publish(bundle(1, b"a"))
    assert await recorder.read(1) == [bundle(1, b"a")]


async def test_each_reader_gets_its_cameras_at_its_rate(rig: Rig) -> None:
    bridge, recorder = await rig.connect(Demand((0, 1)), Demand((1,), 10.0))
    sent = [bundle(n, b"a%d" % n, b"b%d" % n) for n in range(1, 7)]
    for one in sent:
        rig.feed.publish(one)
        rig.time.now_s += 1 / 20
        assert await bridge.read(1) == [one]
    assert await recorder.read(3) == [bundle(n, b"", b"b%d" % n) for n in (1, 3, 5)]
    bridge.say(Demand(()))
    await rig.until(lambda: len(rig.demands) == 2)
    rig.feed.publish(bundle(7, b"", b"b"))
    assert await recorder.read(1) == [bundle(7, b"", b"b")]
    rig.feed.stop()
    assert await bridge.read_end() == [Goodbye()]


@pytest.mark.parametrize("slow", [0, 1])
async def test_a_reader_that_does_not_read_slows_no_other(rig: Rig, slow: int) -> None:
    ends = await rig.connect(Demand(None), Demand(None))
    sent = [bundle(n, LARGE, b"%d" % n) for n in range(1, 6)]
    for one in sent:
        rig.feed.publish(one)
        assert await ends[1 - slow].read(1) == [one]
    # Now the slow one reads: bridge first and newest, recorder all in order.
    assert not rig.feed.idle
    wanted = [sent[0], sent[-1]] if slow == 0 else sent
    assert await ends[slow].read(len(wanted)) == wanted
    assert rig.feed.idle


async def test_a_status_says_what_this_reader_did_not_get(tmp_path: Path) -> None:
    rig = Rig(tmp_path, backlog_bytes=2 * len(LARGE) + 1000)
    with rig.time:
        bridge, recorder = await rig.connect(Demand(None), Demand(None))
        sent = [bundle(n, LARGE) for n in range(1, 6)]
        for one in sent:
            rig.feed.publish(one)
        assert await bridge.read(2) == [sent[0], sent[4]]
        assert await recorder.read(3) == sent[:3], "in order; what did not fit is missing"
        rig.feed.send_status(Status(1))
        assert await bridge.read(1) == [Status(1, bundles_dropped=3)]
        assert await recorder.read(1) == [Status(1, bundles_dropped=2)]
        await rig.close()


async def test_no_demand_before_every_reader_that_is_there_has_answered(rig: Rig) -> None:
    bridge, recorder = rig.serve(0), rig.serve(1)
    assert rig.feed.start()
    for end in (bridge, recorder):
        await end.accept()
    recorder.say(Demand(None))
    await rig.time.advance(7.0)
    assert rig.demands == [], "the bridge may have another grabber"
    bridge.say(Demand((0,)))
    await rig.until(lambda: rig.demands)
    assert rig.demands == [Demand(None)]


async def test_a_reader_that_is_not_there_is_not_waited_for(rig: Rig) -> None:
    bridge = rig.serve(0)
    assert rig.feed.start()
    await bridge.accept()
    bridge.say(Demand((0,)))
    await rig.until(lambda: rig.demands)
    assert not rig.feed.idle
    recorder = rig.serve(1)
    await rig.time.advance(0.2)
    await recorder.accept()
    assert await recorder.read(1) == [Hello("s")]
    recorder.say(Demand((1,), refresh=True))
    await rig.until(lambda: len(rig.demands) == 2)
    assert rig.demands == [Demand((0,)), Demand((0, 1), refresh=True)]


async def test_nobody_is_there(rig: Rig) -> None:
    assert not rig.feed.start()
    rig.feed.publish(bundle(1, b"a"))
    rig.feed.announce()
    rig.feed.send_status(Status(1))
    assert rig.demands == []


async def test_hello_goes_to_all(rig: Rig) -> None:
    ends = await rig.connect(Demand(None), Demand(None))
    rig.feed.announce()
    assert [await end.read(1) for end in ends] == [[Hello("s")]] * 2


async def test_a_reader_that_has_another_grabber_refuses(rig: Rig) -> None:
    bridge, recorder = rig.serve(0), rig.serve(1)
    rig.feed.start()
    await bridge.accept()
    await recorder.accept()
    recorder.say(Demand(None))
    bridge.say(Refused("another grabber"))
    await rig.until(lambda: rig.refusals)
    assert rig.demands == []


async def test_a_reader_that_comes_again_gets_nothing_of_before(rig: Rig) -> None:
    bridge, recorder = await rig.connect(Demand(None), Demand(None, 1.0))
    for seq in (1, 2):
        rig.feed.publish(bundle(seq, b"before %d" % seq, b"x"))
    recorder.drop()
    bridge.drop()
    await rig.until(lambda: len(rig.demands) == 3)
    await rig.time.advance(1.0)
    for end, demand in ((bridge, Demand(None)), (recorder, Demand(None, 1.0))):
        await end.accept()
        end.say(demand)
    await rig.until(lambda: len(rig.demands) == 5)
    rig.feed.publish(bundle(3, b"", b"y"))
    assert await recorder.read(2) == [Hello("s"), bundle(3, b"", b"y")]


class Sink:
    """Stands where a bridge or a recorder stands."""

    def __init__(self, demand: Demand) -> None:
        self.demand = demand
        self.bundles: list[FrameBundle] = []
        self.changed = asyncio.Event()

    def grabber_came(self, hello: Hello, send: Callable[[Demand | Call], bool]) -> None:
        send(self.demand)

    def grabber_said(self, message: Hello | Status) -> None:
        """Not looked at."""

    def grabber_sent(self, bundle: FrameBundle, data: memoryview) -> None:
        self.bundles.append(bundle)
        self.changed.set()

    def grabber_replied(self, reply: Reply) -> None:
        """Not looked at."""

    def grabber_sent_data(self, call_id: int, piece: memoryview) -> None:
        """Not looked at."""

    def grabber_caught_up(self) -> None:
        """Not looked at."""

    def grabber_went(self) -> None:
        """Not looked at."""

    def set_input(self, state: str) -> None:
        """Not looked at."""


async def test_two_listeners_read_one_grabber(rig: Rig) -> None:
    sinks = [Sink(Demand((0,))), Sink(Demand((0, 1), 10.0))]
    async with contextlib.AsyncExitStack() as stack:
        for path, sink in zip(rig.paths, sinks, strict=True):
            listening = listen_unix(str(path), {})
            stack.callback(listening.close)
            listener = FeedListener(sink, str(path))
            await listener.start(listening.sock)
            stack.push_async_callback(listener.close)
        assert rig.feed.start()
        await rig.until(lambda: rig.demands)
        assert rig.demands == [Demand((0, 1))]
        for n in range(1, 5):
            rig.feed.publish(bundle(n, b"a%d" % n, b"b%d" % n))
            rig.time.now_s += 1 / 20
            while len(sinks[0].bundles) < n:
                sinks[0].changed.clear()
                await sinks[0].changed.wait()
        await rig.time.settle()
        assert sinks[0].bundles == [bundle(n, b"a%d" % n, b"") for n in range(1, 5)]
        assert sinks[1].bundles == [bundle(n, b"a%d" % n, b"b%d" % n) for n in (1, 3)]
