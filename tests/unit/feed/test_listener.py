from __future__ import annotations

import asyncio
import contextlib
import os
import re
import struct
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import Raw

from camstrm.feed import connection as connection_module
from camstrm.feed import listener as listener_module
from camstrm.feed.listener import FeedListener
from camstrm.feed.listening_socket import listen_unix
from camstrm.wire import (
    FEED_DOWN,
    FEED_UP,
    FROM_VIEWER,
    Ack,
    Call,
    Demand,
    FrameBundle,
    Goodbye,
    Hello,
    PacketKind,
    Reply,
    Status,
    encode_bundle,
    encode_bundle_parts,
    encode_data_parts,
    encode_packet_parts,
)
from camstrm.wire.bundle import Buffer
from camstrm.wire.messages import MAX_TEXT_SIZE
from camstrm.wire.packet import MAX_PACKET_SIZE, PACKET_MAGIC
from tests.fakes.grabber.fake_grabber import FakeGrabber
from tests.fakes.loop_time import StoppedLoopTime

ROOT = Path(__file__).parents[3]


class FakeHub:
    """Writes down what the listener hands on."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.bundles: list[FrameBundle] = []
        self.replies: list[Reply] = []
        self.pieces: list[tuple[int, bytes]] = []
        self.data: list[memoryview] = []
        self.caught_up: list[int] = []  # how many bundles had come, each time
        self.send_demand: Callable[[Demand | Call], bool] | None = None
        self._changed = asyncio.Event()

    async def until_count(self, event: str, count: int) -> None:
        await self.until(lambda hub: hub.count(event) >= count)

    async def until(self, wanted: Callable[[FakeHub], bool]) -> None:
        async def search() -> None:
            while not wanted(self):
                self._changed.clear()
                await self._changed.wait()

        await asyncio.wait_for(search(), 30)

    def count(self, event: str) -> int:
        return self.events.count(event)

    def grabber_came(self, hello: Hello, send: Callable[[Demand | Call], bool]) -> None:
        self.send_demand = send
        self._note(f"came {hello.session}")

    def grabber_said(self, message: Hello | Status) -> None:
        if isinstance(message, Hello):
            self._note(f"hello {len(message.cameras)}")
        else:
            self._note("status")

    def grabber_sent(self, bundle: FrameBundle, data: memoryview) -> None:
        self.bundles.append(bundle)
        self.data.append(data)
        self._note("bundle")

    def grabber_replied(self, reply: Reply) -> None:
        self.replies.append(reply)
        self._note("reply")

    def grabber_sent_data(self, call_id: int, piece: memoryview) -> None:
        self.pieces.append((call_id, bytes(piece)))
        self._note("data")

    def grabber_caught_up(self) -> None:
        self.caught_up.append(len(self.bundles))
        self._changed.set()

    def grabber_went(self) -> None:
        self._note("went")

    def set_input(self, state: str) -> None:
        self._note(f"input {state}")

    def _note(self, event: str) -> None:
        self.events.append(event)
        self._changed.set()


@pytest.fixture
def hub() -> FakeHub:
    return FakeHub()


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "b.sock")


@contextlib.asynccontextmanager
async def listening(hub: FakeHub, path: str, **options: Any) -> AsyncIterator[FeedListener]:
    sock = listen_unix(path, {})
    listener = FeedListener(hub, path, **options)
    await listener.start(sock.sock)
    try:
        yield listener
    finally:
        await listener.close()
        sock.close()


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


async def test_a_second_grabber_is_refused_while_the_first_speaks(
    hub: FakeHub, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(hub, path) as listener, FakeGrabber(path, session="first") as first:
        await first.send_bundle()
        await hub.until(lambda h: "bundle" in h.events)
        for count in (1, 2, 3):
            async with FakeGrabber(path, session="second") as second:
                await second.send_status()
                await second.send_bundle()
                await first.send_status()
                await second.wait_closed()
                assert second.demands == []
                assert f"pid {os.getpid()}, session 'first'" in second.refused
                assert re.search(r"since [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} ", second.refused)
                assert listener.refused == count
        await first.send_bundle()
        await hub.until(lambda h: h.count("bundle") == 2)
        assert not first.closed
    assert hub.events[:6] == ["came first", "bundle", "status", "status", "status", "bundle"]
    lines = [r.getMessage() for r in caplog.records if "grabber refused" in r.getMessage()]
    assert len(lines) == 1, "a grabber that tries again and again is no news"


async def test_a_second_grabber_takes_the_place_of_one_that_hangs(hub: FakeHub, path: str) -> None:
    async with listening(hub, path, silence_s=0.3), FakeGrabber(path, session="hangs") as hanging:
        await hub.until(lambda h: bool(h.events))
        async with FakeGrabber(path, session="new") as new:
            await hanging.wait_closed()
            assert not hanging.refused
            await new.send_bundle()
            await hub.until(lambda h: "bundle" in h.events)
            assert [e for e in hub.events if not e.startswith("input")] == [
                "came hangs",
                "came new",
                "bundle",
            ], "and not 'went'"


async def test_a_grabber_whose_process_is_gone_is_replaced_at_once(
    hub: FakeHub, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its end of the connection may live on in a child that it forked."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "pass")
    await asyncio.wait_for(process.wait(), 30)
    monkeypatch.setattr(connection_module, "peer_pid", lambda _: process.pid)
    async with listening(hub, path, silence_s=1000.0), FakeGrabber(path, session="dead") as dead:
        await hub.until(lambda h: bool(h.events))
        async with FakeGrabber(path, session="new"):
            await hub.until(lambda h: h.events == ["came dead", "came new"])
            await dead.wait_closed()


async def test_a_grabber_that_said_goodbye_or_closed_is_replaced_at_once(
    hub: FakeHub, path: str
) -> None:
    async with listening(hub, path, silence_s=1000.0), FakeGrabber(path, session="a") as first:
        await first.send(Goodbye())
        async with FakeGrabber(path, session="b") as second:
            await hub.until(lambda h: h.events == ["came a", "came b"])
            # Unread bytes wait before the end of this connection.
            await second.send_raw(packet(77, bytes(100_000)))
            await second.close()
            async with FakeGrabber(path, session="c"):
                await hub.until(lambda h: "came c" in h.events)


async def test_the_same_grabber_that_connects_again_is_not_its_own_rival(
    hub: FakeHub, path: str
) -> None:
    async with (
        listening(hub, path, silence_s=1000.0),
        FakeGrabber(path, session="s") as lost,
        FakeGrabber(path, session="s"),
    ):
        await lost.wait_closed()
        assert hub.events == ["came s", "came s"]


async def test_a_rival_gets_the_place_when_the_first_one_ends(hub: FakeHub, path: str) -> None:
    async with listening(hub, path, silence_s=1000.0), FakeGrabber(path, session="a") as first:
        await hub.until(lambda h: bool(h.events))
        async with FakeGrabber(path, ("left",), session="b") as rival:
            await rival.send_hello()
            await rival.until_read()
            await first.close()
            await hub.until(lambda h: "came b" in h.events)
            assert hub.events[:3] == ["came a", "went", "came b"]


async def test_rivals_are_not_kept_without_end(
    hub: FakeHub, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener_module, "MAX_WAITING", 2)
    async with listening(hub, path, silence_s=1000.0), FakeGrabber(path, session="first"):
        rivals = [FakeGrabber(path, session=f"rival {i}") for i in range(4)]
        for rival in rivals:
            await rival.connect()
        for rival in rivals[:2]:
            await rival.wait_closed()
            assert not rival.refused
        for rival in rivals:
            await rival.close()


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


def packet(kind: int, payload: bytes, size: int | None = None) -> bytes:
    size = len(payload) if size is None else size
    return struct.pack("<4sBBHII", PACKET_MAGIC, 1, 16, kind, size, 0) + payload


def text(message: str | bytes) -> bytes:
    data = message.encode() if isinstance(message, str) else message
    return packet(PacketKind.TEXT, data)


HELLO = text(FEED_UP.encode(Hello("x")))

GARBAGE = [
    pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "wanted b'CSPK'", id="http"),
    pytest.param(b"\0" * 64, "wanted b'CSPK'", id="zeros"),
    pytest.param(packet(2, b"", MAX_PACKET_SIZE + 1), "67108864 at most", id="huge"),
    pytest.param(text("no json"), "not JSON", id="no json"),
    pytest.param(text("[]"), "wanted a JSON object", id="array"),
    pytest.param(
        text(FROM_VIEWER.encode(Ack(1))), "ack is nothing a grabber sends", id="ack first"
    ),
    pytest.param(
        text(FEED_UP.encode(Status(1))), "status came first, wanted hello", id="status first"
    ),
    pytest.param(
        packet(2, encode_bundle(FrameBundle(1, 1, ()))), "wanted a hello", id="bundle first"
    ),
    pytest.param(
        text('{"type":"hello","session":"x","protocol":9}'), "version 9, wanted 1", id="protocol"
    ),
    pytest.param(HELLO + packet(2, b"no bundle"), "wanted 32", id="no bundle"),
    pytest.param(HELLO + text(FEED_DOWN.encode(Demand())), "nothing a grabber sends", id="demand"),
    pytest.param(packet(1, b" " * (MAX_TEXT_SIZE + 1)), "1048576 at most", id="long text"),
]


@pytest.mark.parametrize(("data", "wanted"), GARBAGE)
async def test_garbage_ends_this_connection_only(
    hub: FakeHub, path: str, data: bytes, wanted: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(hub, path) as listener:
        good = FakeGrabber(path, session="good")
        if not data.startswith(HELLO):
            await good.connect()
        bad = FakeGrabber(path)
        await bad.connect(hello=False)
        with contextlib.suppress(OSError):
            await bad.send_raw(data)
        await bad.wait_closed()
        assert listener.garbage == 1
        lines = [r.getMessage() for r in caplog.records if "wrong data" in r.getMessage()]
        assert len(lines) == 1
        assert wanted in lines[0]
        assert path in lines[0]
        if data.startswith(HELLO):
            await good.connect()
        await good.send_bundle()
        await hub.until(lambda h: "bundle" in h.events)
        await bad.close()
        await good.close()


async def test_unknown_messages_and_kinds_are_skipped(hub: FakeHub, path: str) -> None:
    async with listening(hub, path) as listener, FakeGrabber(path) as grabber:
        await grabber.send_raw(text('{"type":"later"}') + packet(77, b"later"))
        await grabber.send_bundle()
        await hub.until(lambda h: "bundle" in h.events)
        assert listener.garbage == 0


async def test_a_bundle_before_garbage_is_passed_on(hub: FakeHub, path: str) -> None:
    async with listening(hub, path) as listener, FakeGrabber(path) as grabber:
        await hub.until(lambda h: bool(h.events))
        bundle = grabber.next_bundle()
        parts = encode_packet_parts(PacketKind.BUNDLE, [encode_bundle(bundle)])
        await grabber.send_raw(b"".join(bytes(part) for part in parts) + b"GET / HTTP/1.1\r\n")
        await hub.until_count("went", 1)
        assert hub.bundles == [bundle]
        assert listener.garbage == 1


async def test_garbage_is_logged_once_a_second(
    hub: FakeHub, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(hub, path) as listener:
        for _ in range(20):
            bad = FakeGrabber(path)
            await bad.connect(hello=False)
            await bad.send_raw(b"x" * 16)
            await bad.wait_closed()
            await bad.close()
        assert listener.garbage == 20
        assert caplog.text.count("wrong data") < 20


async def test_connection_cut_at_every_byte(hub: FakeHub, path: str) -> None:
    """What a grabber leaves behind that is killed in the middle of anything."""
    bundle = encode_bundle(FakeGrabber(path, ("a",)).next_bundle())
    stream = HELLO + b"".join(bytes(p) for p in encode_packet_parts(PacketKind.BUNDLE, [bundle]))
    cuts = [*range(0, len(HELLO) + 60, 3), *range(len(HELLO) + 60, len(stream), 41)]
    async with listening(hub, path) as listener:
        for cut in cuts:
            came = hub.count("came x")
            _, writer = await asyncio.open_unix_connection(path)
            writer.write(stream[:cut])
            await writer.drain()
            if cut >= len(HELLO):
                await hub.until_count("came x", came + 1)
            writer.close()
            await writer.wait_closed()
        await hub.until(lambda h: h.count("went") == h.count("came x"))
        assert "bundle" not in hub.events
        assert listener.garbage == 0
        async with FakeGrabber(path) as grabber:
            await grabber.send_bundle()
            await hub.until(lambda h: "bundle" in h.events)


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


async def test_who_says_no_hello_is_closed(hub: FakeHub, path: str) -> None:
    with StoppedLoopTime() as clock:
        async with listening(hub, path) as listener:
            silent = FakeGrabber(path)
            await silent.connect(hello=False)
            await clock.settle()
            await clock.advance(4.9)
            assert not silent.closed
            await clock.advance(0.2)
            await silent.wait_closed()
            await silent.close()
            assert listener.garbage == 1


async def test_many_silent_connections_make_room(
    hub: FakeHub, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener_module, "MAX_WAITING", 2)
    async with listening(hub, path):
        silent = [FakeGrabber(path) for _ in range(4)]
        for one in silent:
            await one.connect(hello=False)
        for one in silent[:2]:
            await one.wait_closed()
        await silent[3].send_hello()
        await hub.until(lambda h: len(h.events) == 1)
        for one in silent:
            await one.close()


async def test_silence_of_the_current_grabber_is_reported(hub: FakeHub, path: str) -> None:
    with StoppedLoopTime() as clock:
        async with listening(hub, path), FakeGrabber(path, session="s") as grabber:
            await hub.until(lambda h: h.events == ["came s"])
            await clock.advance(4.9)
            assert hub.events == ["came s"]
            await clock.advance(0.2)
            assert hub.events == ["came s", "input none"]
            await grabber.send_bundle()
            await hub.until(lambda h: "bundle" in h.events)
            assert hub.events == ["came s", "input none", "input ok", "bundle"]


def has(event: str, count: int) -> Callable[[FakeHub], bool]:
    return lambda hub: hub.count(event) == count


async def test_a_grabber_that_stops_amid_pictures_is_no_input_within_a_second_and_a_half(
    hub: FakeHub, path: str
) -> None:
    with StoppedLoopTime() as clock:
        async with listening(hub, path), FakeGrabber(path, session="s") as grabber:
            for count in range(1, 4):
                await clock.advance(0.1)
                await grabber.send_bundle()
                await hub.until(has("bundle", count))
            await clock.advance(1.3)
            assert "input none" not in hub.events
            await clock.advance(0.15)
            assert hub.events[-1] == "input none"
            await grabber.send_bundle()
            await hub.until(lambda h: h.events[-2:] == ["input ok", "bundle"])


@pytest.mark.parametrize("pause_s", [1.2, 1.6])
async def test_a_grabber_that_sends_pictures_seldom_or_none_any_more_has_time(
    hub: FakeHub, path: str, pause_s: float
) -> None:
    """One picture in 1.6 s is a viewer's wish; after the last viewer, only a status comes."""
    with StoppedLoopTime() as clock:
        async with listening(hub, path), FakeGrabber(path, session="s") as grabber:
            for count in range(1, 4):
                await clock.advance(pause_s)
                await grabber.send_bundle()
                await hub.until(has("bundle", count))
            for count in range(1, 3):
                await clock.advance(1.5)
                await grabber.send_status()
                await hub.until(has("status", count))
            assert "input none" not in hub.events
            await clock.advance(4.9)
            assert "input none" not in hub.events
            await clock.advance(0.2)
            assert hub.events[-1] == "input none"


async def test_a_bridge_that_was_stopped_reads_before_it_calls_the_grabber_silent(
    hub: FakeHub, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with StoppedLoopTime() as clock:
        async with listening(hub, path), FakeGrabber(path, session="s") as grabber:
            await hub.until(lambda h: h.events == ["came s"])
            selector = asyncio.get_running_loop()._selector  # type: ignore[attr-defined]
            select = selector.select

            def stopped(_timeout: float | None) -> list[object]:
                clock.now_s += 20.0  # beyond silence_s, within the deadline of until()
                # A wait that a SIGCONT ended after its time returns nothing, whatever is there.
                monkeypatch.setattr(selector, "select", select)
                return []

            monkeypatch.setattr(selector, "select", stopped)
            await grabber.send_bundle()
            await hub.until(lambda h: "bundle" in h.events)
            assert hub.events == ["came s", "bundle"]


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
