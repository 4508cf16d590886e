"""What is not the format ends one connection, at whatever byte, and nothing else."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from camstrm.wire import (
    FEED_DOWN,
    FEED_UP,
    FROM_VIEWER,
    Ack,
    Demand,
    FrameBundle,
    PacketKind,
    Status,
    encode_bundle,
    encode_packet_parts,
)
from camstrm.wire.messages import MAX_TEXT_SIZE
from camstrm.wire.packet import MAX_PACKET_SIZE
from tests.fakes.bridge.feed_hub import FakeHub, listening
from tests.fakes.grabber.fake_grabber import FakeGrabber
from tests.fakes.grabber.raw_packets import HELLO, packet, text

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
