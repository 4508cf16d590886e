from __future__ import annotations

import asyncio
import contextlib

import aiohttp
import pytest
from msgspec import Raw

from camstrm.wire import (
    MAX_VIEWER_TEXT_SIZE,
    Ack,
    Call,
    CameraState,
    Demand,
    Hello,
    Reply,
    Status,
    Subscribe,
    encode_bundle,
)
from tests.fakes.bridge.running_bridge import (
    SEND_TIMEOUT_S,
    TIMEOUT_S,
    UPGRADE,
    RunningBridge,
    connected_viewer,
    heard,
    raw_connection,
    raw_viewer,
    say,
    viewers,
)
from tests.fakes.bridge.running_bridge import TestViewer as Viewer
from tests.fakes.grabber.fake_grabber import FakeGrabber
from tests.fakes.loop_time import StoppedLoopTime

LARGE = 150_000
"""Bytes of padding: bundles of 450 KB, the reference load."""


async def test_a_call_is_passed_on_unread_and_its_reply_back(
    viewer: Viewer, grabber: FakeGrabber
) -> None:
    await viewer.send('{"with":{"no":["such",-1e3]},"do":"values","type":"call","id":9,"camera":2}')
    call = await asyncio.wait_for(grabber.calls.get(), TIMEOUT_S)
    assert call == Call(1, 2, "values", Raw(b'{"no":["such",-1e3]}'))
    await grabber.send(Reply(1, ok=True, result=Raw(b'{"a":null}')))
    reply = await viewer.control(lambda m: isinstance(m, Reply))
    assert reply == Reply(9, ok=True, result=Raw(b'{"a":null}'))


@pytest.mark.parametrize("path", ["", "ws"])
async def test_client_that_sends_nothing_gets_hello_and_bundles(
    bridge: RunningBridge, grabber: FakeGrabber, path: str
) -> None:
    async with connected_viewer(bridge.url + path) as viewer:
        hello = await viewer.next()
        assert isinstance(hello, Hello)
        assert hello.session == grabber.session
        assert [c.name for c in hello.cameras] == ["left", "right", "top"]
        assert isinstance(await viewer.next(), Status)
        await grabber.until_demand(lambda d: d == Demand(None, None, refresh=True))
        for _ in range(5):
            sent = await grabber.send_bundle()
            assert encode_bundle(await viewer.bundle()) == encode_bundle(sent)


async def test_grabber_is_killed_and_comes_back(
    bridge: RunningBridge, grabber: FakeGrabber, viewer: Viewer
) -> None:
    for _ in range(3):
        last = await grabber.send_bundle()
        await viewer.bundle()
        await say(viewer, Ack(last.seq))
    await grabber.close()
    await viewer.control(lambda m: isinstance(m, Status) and m.input == "none")
    grabber.session, grabber.seq = "again", 0
    await grabber.connect()
    await viewer.control(lambda m: isinstance(m, Hello) and m.session == "again")
    await viewer.control(lambda m: isinstance(m, Status) and m.input == "ok")
    await grabber.until_demand(lambda d: d.cameras is None)
    for _ in range(2):
        sent = await grabber.send_bundle()
        assert (await viewer.bundle()).seq == sent.seq
        await say(viewer, Ack(sent.seq))


async def test_credit_window(grabber: FakeGrabber, viewer: Viewer) -> None:
    await grabber.send_bundle()
    await viewer.bundle()
    await say(viewer, Ack(1), Ack(99), Ack(2))
    await heard(viewer)
    await grabber.send_bundle()
    await viewer.bundle()
    for _ in range(4):
        await grabber.send_bundle()
    status = await viewer.control(
        lambda m: isinstance(m, Status) and m.viewer is not None and m.viewer.skipped == 3
    )
    assert status.viewer.in_flight == 1
    assert status.viewer.reason == "unacknowledged"
    await say(viewer, Ack(2))
    assert (await viewer.bundle()).seq == 6


@pytest.mark.parametrize(
    ("text", "in_flight"),
    [
        ('{"type":"ack","seq":1}', 1),
        ('{ "seq": 1, "type": "ack" }', 1),
        ('{"type":"ack","seq":01}', 0),  # no ack, so it counts as one that never acknowledges
        ('{"type":"ack","seq":1}}', 0),
        ('{"type":"ack","seq":1}\n', 1),
    ],
)
async def test_ack_may_be_spelled_as_json_allows(
    bridge: RunningBridge, grabber: FakeGrabber, viewer: Viewer, text: str, in_flight: int
) -> None:
    await grabber.send_bundle()
    await viewer.bundle()
    await viewer.send(text)
    await heard(viewer)
    await grabber.send_bundle()
    await viewer.bundle()
    (listed,) = await viewers(bridge)
    assert listed["in_flight"] == in_flight


async def test_a_viewer_has_no_task_but_the_one_of_its_request(
    bridge: RunningBridge, viewer: Viewer
) -> None:
    before = len(asyncio.all_tasks())
    async with raw_viewer(bridge):
        await viewer.control(lambda m: isinstance(m, Status) and m.viewers == 2)
        # aiohttp's for the connection and, where it makes one, for the request.
        assert len(asyncio.all_tasks()) - before <= 2


async def test_sender_takes_over_what_the_kernel_does_not_take(
    bridge: RunningBridge, grabber: FakeGrabber, viewer: Viewer
) -> None:
    async with raw_viewer(bridge) as (reader, _):
        await viewer.control(lambda m: isinstance(m, Status) and m.viewers == 2)
        sent = [await grabber.send_bundle()]
        grabber.padding = 1_000_000
        sent.append(await grabber.send_bundle())
        grabber.padding = 0
        sent += [await grabber.send_bundle() for _ in range(3)]
        await viewer.bundle(lambda b: b.seq == sent[-1].seq)
        received = b""
        while encode_bundle(sent[-1]) not in received:
            part = await asyncio.wait_for(reader.read(65536), TIMEOUT_S)
            assert part
            received += part
    assert encode_bundle(sent[0]) in received
    assert encode_bundle(sent[1]) in received
    assert received.count(b"CSFB") == 3, "those in between were replaced"


async def test_subscribe(grabber: FakeGrabber, viewer: Viewer) -> None:
    await say(viewer, Subscribe((0, 2), 25.0))
    await grabber.until_demand(lambda d: d == Demand((0, 2), 25.0, refresh=True))
    await grabber.send_bundle()
    bundle = await viewer.bundle()
    assert [len(f.payload) > 0 for f in bundle.frames] == [True, False, True]
    assert bundle.frames[1].state == CameraState.STREAMING
    await say(viewer, Subscribe(()))
    await grabber.until_demand(lambda d: d.cameras == ())
    await say(viewer, Subscribe((1,)))
    await grabber.until_demand(lambda d: d.cameras == (1,))
    bundle = await viewer.bundle(lambda b: len(b.frames[1].payload) > 0)
    assert bundle.seq == 1, "the latest picture, without waiting for the next"


async def test_viewers_of_different_cameras_share_one_grabber(
    bridge: RunningBridge, grabber: FakeGrabber, viewer: Viewer
) -> None:
    async with connected_viewer(bridge.url) as other:
        await say(viewer, Subscribe((0,)))
        await say(other, Subscribe((2,), 10.0))
        await grabber.until_demand(lambda d: d.cameras == (0, 2))
        await grabber.send_bundle()
        one = await viewer.bundle(lambda b: b.seq == 1)
        two = await other.bundle(lambda b: b.seq == 1)
        assert [len(f.payload) > 0 for f in one.frames] == [True, False, False]
        assert [len(f.payload) > 0 for f in two.frames] == [False, False, True]
    await grabber.until_demand(lambda d: d == Demand((0,), None))


async def test_stuck_client_disturbs_nobody_and_is_removed(
    bridge: RunningBridge, grabber: FakeGrabber, viewer: Viewer
) -> None:
    grabber.padding = LARGE
    async with raw_viewer(bridge):
        for _ in range(30):
            sent = await grabber.send_bundle()
            assert (await viewer.bundle()).seq == sent.seq
        listed = await viewers(bridge)
        assert (listed[0]["sent"], listed[0]["skipped"]) == (30, 0)
        assert all(stuck["sent"] < 5 for stuck in listed[1:])
        await viewer.control(lambda m: isinstance(m, Status) and m.viewers == 1)
        async with (
            aiohttp.ClientSession(bridge.url) as session,
            session.get("/metrics") as answer,
        ):
            assert "camstrm_viewers_stuck_total 1.0" in await answer.text()
    sent = await grabber.send_bundle()
    assert (await viewer.bundle()).seq == sent.seq


async def test_slow_client_is_not_stuck(
    bridge: RunningBridge, grabber: FakeGrabber, viewer: Viewer
) -> None:
    """It needs several send timeouts for one bundle, but takes some of it all the time."""
    grabber.padding = 1_000_000
    async with raw_viewer(bridge) as (reader, _):
        await viewer.control(lambda m: isinstance(m, Status) and m.viewers == 2)
        with StoppedLoopTime() as loop_time:
            await grabber.send_bundle()
            await viewer.bundle()
            for _ in range(45):
                await reader.readexactly(8192)
                await loop_time.advance(SEND_TIMEOUT_S / 15)
        (_, slow) = await viewers(bridge)
        assert slow["sent"] == 1
        left = 3_000_000 - 45 * 8192
        while left > 0:
            left -= len(await asyncio.wait_for(reader.read(65536), TIMEOUT_S))
        assert len(await viewers(bridge)) == 2


async def test_no_compression_even_if_the_client_offers_it(
    bridge: RunningBridge, grabber: FakeGrabber
) -> None:
    async with connected_viewer(bridge.url, compress=15) as viewer:
        assert viewer.socket.compress == 0


async def test_garbage_is_borne_ten_times(viewer: Viewer) -> None:
    wrong = [
        "no json",
        "[]",
        "{}",
        '{"type":1}',
        '{"type":"ack"}',
        '{"type":"ack","seq":"1"}',
        '{"type":"subscribe","cameras":5}',
        '{"type":"subscribe","max_fps":0}',
        '{"type":"subscribe","max_fps":NaN}',
        '{"type":"demand","cameras":[]}',
    ]
    await viewer.send('{"type":"of a later version"}')
    for text in wrong[:-1]:
        await viewer.send(text)
    await heard(viewer)
    await viewer.send(wrong[-1])
    assert await viewer.close_code() == aiohttp.WSCloseCode.POLICY_VIOLATION


async def test_binary_from_a_viewer(viewer: Viewer) -> None:
    await viewer.socket.send_bytes(b"x")
    assert await viewer.close_code() == aiohttp.WSCloseCode.UNSUPPORTED_DATA


async def test_too_long_a_message(viewer: Viewer) -> None:
    await viewer.send(" " * (MAX_VIEWER_TEXT_SIZE + 1))
    assert await viewer.close_code() == aiohttp.WSCloseCode.MESSAGE_TOO_BIG


async def test_wrong_frames_close_the_connection(
    bridge: RunningBridge, grabber: FakeGrabber, viewer: Viewer
) -> None:
    async with raw_viewer(bridge) as (_, raw):
        raw.write(b"\xff\xff" + b"\xff" * 64)
        await viewer.control(lambda m: isinstance(m, Status) and m.viewers == 1)
    sent = await grabber.send_bundle()
    assert (await viewer.bundle()).seq == sent.seq


async def test_many_quick_reconnects(bridge: RunningBridge, grabber: FakeGrabber) -> None:
    async with connected_viewer(bridge.url) as watcher:
        await grabber.until_demand(lambda d: d.cameras is None)
        for _ in range(200):
            reader, writer = await raw_connection(bridge, "/ws", *UPGRADE)
            assert b" 101 " in await asyncio.wait_for(reader.readline(), TIMEOUT_S)
            writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            await grabber.send_bundle()
        await watcher.control(lambda m: isinstance(m, Status) and m.viewers == 1)
        assert len(await viewers(bridge)) == 1


async def test_status_comes_each_second_to_a_viewer_that_waits_for_credit(
    grabber: FakeGrabber, viewer: Viewer
) -> None:
    await grabber.send_bundle()
    await viewer.bundle()
    await say(viewer, Ack(1))
    for _ in range(6):
        await grabber.send_bundle()
    status = await viewer.control(lambda m: isinstance(m, Status) and m.bundles == 7)
    assert status.viewer.id == 1


async def test_a_close_is_answered_and_is_the_last_that_comes(
    bridge: RunningBridge, grabber: FakeGrabber
) -> None:
    async with raw_viewer(bridge) as (reader, writer):
        await grabber.until_demand(lambda d: d.cameras is None)
        writer.write(b"\x88\x82\x00\x00\x00\x00\x03\xe8")
        received = await asyncio.wait_for(reader.read(), TIMEOUT_S)
    assert received.endswith(b"\x88\x02\x03\xe8")
    assert received.count(b"\x88\x02") == 1, "aiohttp adds none"


async def test_a_bridge_that_stops_says_so(bridge: RunningBridge, grabber: FakeGrabber) -> None:
    async with raw_viewer(bridge) as (reader, _):
        await grabber.until_demand(lambda d: d.cameras is None)
        bridge.stop.set()
        received = await asyncio.wait_for(reader.read(), TIMEOUT_S)
    assert received.endswith(b"\x88\x12\x03\xe9the bridge stops")
