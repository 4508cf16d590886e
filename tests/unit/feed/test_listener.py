from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from pathlib import Path

import pytest
from msgspec import Raw

from camstrm.feed import connection as connection_module
from camstrm.wire import (
    FEED_UP,
    Call,
    Demand,
    Goodbye,
    PacketKind,
    Reply,
    encode_bundle,
    encode_bundle_parts,
    encode_data_parts,
    encode_packet_parts,
)
from camstrm.wire.bundle import Buffer
from tests.fakes.bridge.feed_hub import FakeHub, listening
from tests.fakes.grabber.fake_grabber import FakeGrabber
from tests.fakes.grabber.raw_packets import HELLO

ROOT = Path(__file__).parents[3]


async def test_hello_status_and_bundles_in_order(hub: FakeHub, path: str) -> None:
    async with listening(hub, path), FakeGrabber(path, session="s") as grabber:
        await grabber.send_status()
        sent = await grabber.send_bundle()
        await grabber.send_hello()
        await hub.until(lambda h: len(h.events) == 4)
        assert hub.events == ["came s", "status", "bundle", "hello 3"]
        assert hub.bundles == [sent]
        assert bytes(hub.data[0]) == encode_bundle(sent)


async def test_bundles_that_waited_unread_come_one_by_one_before_it_has_caught_up(
    hub: FakeHub, path: str
) -> None:
    async with listening(hub, path), FakeGrabber(path, ("a", "b")) as grabber:
        await hub.until(lambda h: bool(h.events))
        hub.caught_up.clear()
        bundles = [grabber.next_bundle() for _ in range(3)]
        parts = (encode_packet_parts(PacketKind.BUNDLE, [encode_bundle(b)]) for b in bundles)
        await grabber.send_raw(b"".join(bytes(p) for row in parts for p in row))
        await hub.until(lambda h: bool(h.caught_up))
        assert hub.bundles == bundles
        assert hub.caught_up == [3]
        sent = await grabber.send_bundle()
        await hub.until(lambda h: h.caught_up == [3, 4])
        assert hub.bundles == [*bundles, sent]


async def test_demand_goes_back(hub: FakeHub, path: str) -> None:
    async with listening(hub, path), FakeGrabber(path) as grabber:
        await hub.until(lambda h: h.send_demand is not None)
        assert hub.send_demand is not None
        hub.send_demand(Demand((0, 2), 15.0, refresh=True))
        demand = await grabber.until_demand(lambda d: d.refresh)
        assert demand == Demand((0, 2), 15.0, refresh=True)


async def test_grabber_that_goes(hub: FakeHub, path: str) -> None:
    async with listening(hub, path):
        async with FakeGrabber(path, session="s"):
            await hub.until(lambda h: h.events == ["came s"])
        await hub.until(lambda h: h.events == ["came s", "went"])
        assert hub.send_demand is not None
        hub.send_demand(Demand(()))


async def test_an_orderly_end_is_no_warning_and_a_crash_is(
    hub: FakeHub, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    async with listening(hub, path):
        async with FakeGrabber(path) as grabber:
            await grabber.send(Goodbye())
            await hub.until(lambda h: h.count("came " + grabber.session) == 1)
        await hub.until_count("went", 1)
        assert [r for r in caplog.records if r.levelname == "WARNING"] == []
        assert "the grabber has stopped" in caplog.text
        async with FakeGrabber(path, session="crashes"):
            await hub.until_count("came crashes", 1)
        await hub.until_count("went", 2)
        assert [r.getMessage() for r in caplog.records if r.levelname == "WARNING"] == [
            "grabber gone: no frame input"
        ]
        caplog.clear()
        last = FakeGrabber(path, session="last")
        await last.connect()
        await hub.until_count("came last", 1)
    await last.close()
    assert [r for r in caplog.records if r.levelname == "WARNING"] == [], "the bridge stops first"


async def test_killed_grabber_process(hub: FakeHub, path: str) -> None:
    command = (
        sys.executable,
        "-m",
        "tests.fakes.grabber.fake_grabber",
        path,
        "--fps",
        "200",
        "--runs",
        "999",
    )
    async with listening(hub, path):
        for run in (1, 2):
            bundles = hub.count("bundle")
            process = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
            await hub.until_count("bundle", bundles + 3)
            process.kill()
            await hub.until_count("went", run)
            await asyncio.wait_for(process.wait(), 30)


async def test_replies_and_data_are_passed_on_and_hold_up_no_bundle(
    hub: FakeHub, path: str
) -> None:
    async with listening(hub, path), FakeGrabber(path, session="s") as grabber:
        await hub.until(lambda h: h.events == ["came s"])
        packets: list[tuple[PacketKind, list[Buffer]]] = [
            (PacketKind.BUNDLE, encode_bundle_parts(grabber.next_bundle())),
            (PacketKind.DATA, encode_data_parts(5, b"ab")),
            (PacketKind.TEXT, [FEED_UP.encode(Reply(5, ok=True))]),
        ]
        await grabber.send_raw(b"".join(p for k, b in packets for p in encode_packet_parts(k, b)))
        await hub.until(lambda h: "reply" in h.events)
        assert hub.events == ["came s", "bundle", "data", "reply"]
        assert hub.pieces == [(5, b"ab")]
        assert hub.replies == [Reply(5, ok=True)]
        assert hub.caught_up.count(1) == 2, "behind data no newer bundle can be"


async def test_a_call_that_a_grabber_has_no_room_for_is_refused_and_the_demand_goes(
    hub: FakeHub, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "MAX_UNREAD_CALLS", 1000)
    async with listening(hub, path):
        _, writer = await asyncio.open_unix_connection(path, limit=1)
        writer.transport.pause_reading()  # type: ignore[attr-defined]  # a socket's can
        writer.write(HELLO)
        await hub.until(lambda h: h.events == ["came x"])
        assert hub.send_demand is not None
        call = Call(1, 0, "load", Raw(b'"' + b"x" * 60_000 + b'"'))
        sent = [hub.send_demand(call) for _ in range(100)]
        assert sent[0]
        assert not sent[-1]
        assert hub.send_demand(Demand())
        assert hub.events == ["came x"]
        writer.transport.abort()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def test_grabber_that_never_reads_is_dropped(
    hub: FakeHub, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "MAX_UNREAD", 1000)
    async with listening(hub, path):
        _, writer = await asyncio.open_unix_connection(path, limit=1)
        writer.transport.pause_reading()  # type: ignore[attr-defined]  # a socket's can
        writer.write(HELLO)
        await hub.until(lambda h: h.events == ["came x"])
        assert hub.send_demand is not None
        for number in range(20000):
            hub.send_demand(Demand(None, float(number)))
        await hub.until(lambda h: "went" in h.events)
        writer.transport.abort()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def test_other_users_are_refused(
    hub: FakeHub, path: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("camstrm.feed.socket_path._ROOT_UID", -1)
    async with listening(hub, path) as listener:
        monkeypatch.setattr(os, "geteuid", lambda: 12345)
        stranger = FakeGrabber(path)
        with contextlib.suppress(OSError):
            await stranger.connect()
        await stranger.wait_closed()
        await stranger.close()
        assert listener.refused == 1
        assert "allowed_uids" in caplog.text
        assert hub.events == []
        listener.allowed_uids = (os.getuid(),)
        async with FakeGrabber(path, session="s"):
            await hub.until(lambda h: h.events == ["came s"])
