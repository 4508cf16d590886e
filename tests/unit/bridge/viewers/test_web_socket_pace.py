"""How fast the messages of a viewer are taken, and what a flood of them does to others."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time

import pytest

from camstrm.bridge.viewers.demand import MIN_INTERVAL_S
from camstrm.bridge.viewers.hub import BundleHub
from camstrm.bridge.viewers.web_socket_viewer import MAX_WAITING_REPLIES, WebSocketViewer
from camstrm.wire import FROM_VIEWER, Ack, Call, Subscribe
from tests.fakes.bridge.running_bridge import (
    TIMEOUT_S,
    RunningBridge,
    connected_viewer,
    heard,
    raw_viewer,
    say,
    viewers,
)
from tests.fakes.bridge.running_bridge import TestViewer as Viewer
from tests.fakes.grabber.fake_grabber import FakeGrabber
from tests.fakes.loop_time import StoppedLoopTime


async def test_a_viewer_that_leaves_its_replies_unread_is_not_read(
    bridge: RunningBridge, grabber: FakeGrabber, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refusals would fill the memory otherwise, as fast as it asks."""
    monkeypatch.setattr("camstrm.bridge.viewers.web_socket_viewer.MESSAGES_PER_S", 1e9)
    paused, waiting = asyncio.Event(), []
    pause_reading = WebSocketViewer._pause_reading

    def noted(self: WebSocketViewer) -> None:
        waiting.append(self.outbox.replies)
        paused.set()
        pause_reading(self)

    monkeypatch.setattr(WebSocketViewer, "_pause_reading", noted)
    call = FROM_VIEWER.encode(Call(1, 0, "set"))
    async with raw_viewer(bridge) as (_, writer):
        while not paused.is_set():
            writer.write(b"\x81" + bytes((0x80 | len(call),)) + bytes(4) + call)
            await writer.drain()
            await asyncio.sleep(0)
        assert waiting == [MAX_WAITING_REPLIES + 1]


async def test_flood_of_a_viewer_does_not_keep_others_waiting(
    bridge: RunningBridge, grabber: FakeGrabber, viewer: Viewer
) -> None:
    async with connected_viewer(bridge.url) as flooder:

        async def flood() -> None:
            with contextlib.suppress(ConnectionError):
                for number in range(100_000):
                    cameras = [0] if number % 2 else None
                    text = json.dumps({"type": "subscribe", "cameras": cameras})
                    await flooder.send(text)
                    await flooder.send('{"type":"ack","seq":5}')

        flooding = asyncio.create_task(flood())
        demands, begin_s = len(grabber.demands), time.monotonic()
        for _ in range(20):
            sent = await grabber.send_bundle()
            assert (await viewer.bundle()).seq == sent.seq
            await asyncio.sleep(0.01)
        most = (time.monotonic() - begin_s) / MIN_INTERVAL_S + 2
        assert len(grabber.demands) - demands <= most
        flooding.cancel()
        await asyncio.wait({flooding}, timeout=TIMEOUT_S)
        flooder.socket._writer.transport.abort()


@pytest.mark.parametrize(("messages", "paused"), [(150, False), (204, True)])
async def test_messages_of_a_viewer_are_read_no_faster_than_it_may_send(
    viewer: Viewer, monkeypatch: pytest.MonkeyPatch, messages: int, paused: bool
) -> None:
    monkeypatch.setattr("camstrm.bridge.viewers.web_socket_viewer.MESSAGES_PER_S", 0.001)
    pauses = 0
    pause_reading = WebSocketViewer._pause_reading

    def counted(self: WebSocketViewer) -> None:
        nonlocal pauses
        pauses += 1
        pause_reading(self)

    monkeypatch.setattr(WebSocketViewer, "_pause_reading", counted)
    for _ in range(messages):
        await say(viewer, Ack(1))
    await heard(viewer)
    assert (pauses > 0) == paused


@pytest.mark.parametrize(("size", "paused"), [(4000, False), (60_000, True)])
async def test_a_large_message_counts_as_many(
    viewer: Viewer, monkeypatch: pytest.MonkeyPatch, size: int, paused: bool
) -> None:
    monkeypatch.setattr("camstrm.bridge.viewers.web_socket_viewer.MESSAGES_PER_S", 0.001)
    pauses = []
    monkeypatch.setattr(WebSocketViewer, "_pause_reading", lambda _: pauses.append(1))
    for number in range(15):
        await viewer.send(json.dumps({"type": "ack", "seq": number, "more": "x" * size}))
    await heard(viewer)
    assert bool(pauses) is paused


@pytest.fixture
def subscribed(monkeypatch: pytest.MonkeyPatch) -> list[Subscribe]:
    """Note what the hub is asked to do."""
    done: list[Subscribe] = []
    subscribe_message = BundleHub.subscribe_message

    def noted(self: BundleHub, viewer: WebSocketViewer, message: Subscribe) -> bool:
        done.append(message)
        return subscribe_message(self, viewer, message)

    monkeypatch.setattr(BundleHub, "subscribe_message", noted)
    return done


async def test_of_many_subscribes_the_last_one_counts_five_times_a_second(
    viewer: Viewer, grabber: FakeGrabber, subscribed: list[Subscribe]
) -> None:
    with StoppedLoopTime() as loop_time:
        for round_number in range(5):
            wishes = [Subscribe((n % 3,), 1.0 + n + 8 * round_number) for n in range(8)]
            await say(viewer, *wishes)
            await heard(viewer)
            assert len(subscribed) == 1 + round_number
            await loop_time.advance(0.2)
            await heard(viewer)
            assert subscribed[-1] == wishes[-1]
    assert len(subscribed) == 6, "the first at once, then one for each 0.2 s"


async def test_a_single_subscribe_is_done_at_once(
    viewer: Viewer, subscribed: list[Subscribe]
) -> None:
    with StoppedLoopTime() as loop_time:
        for number in range(3):
            await say(viewer, Subscribe((number,)))
            await heard(viewer)
            assert subscribed[-1] == Subscribe((number,))
            await loop_time.advance(0.25)


async def test_acknowledgements_are_taken_between_subscribes_that_wait(
    bridge: RunningBridge, viewer: Viewer, grabber: FakeGrabber
) -> None:
    with StoppedLoopTime():
        sent = await grabber.send_bundle()
        await viewer.bundle(lambda b: b.seq == sent.seq)
        await say(viewer, Subscribe(None, 29.0), Subscribe(None, 28.0), Ack(sent.seq))
        await heard(viewer)
        (listed,) = await viewers(bridge)
        assert listed["window"] > 0, "it is known to acknowledge"
        assert listed["in_flight"] == 0


async def test_subscribes_of_a_viewer_that_has_gone_are_not_done(
    bridge: RunningBridge, grabber: FakeGrabber, subscribed: list[Subscribe]
) -> None:
    with StoppedLoopTime() as loop_time:
        async with connected_viewer(bridge.url) as viewer:
            await say(viewer, Subscribe((0,)), Subscribe((1,)))
            await heard(viewer)
        while await viewers(bridge):
            pass
        await loop_time.advance(1)
    assert subscribed == [Subscribe((0,))]
