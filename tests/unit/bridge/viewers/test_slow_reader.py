"""What a viewer that does not read holds in the bridge and in the kernel, with real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import socket
import ssl
import sys
import termios
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from camstrm.bridge.viewers.hub import BundleHub
from camstrm.bridge.viewers.sender import ViewerSender
from camstrm.wire import CameraState, decode_bundle
from tests.fakes.bridge.running_bridge import (
    TIMEOUT_S,
    UPGRADE,
    RunningBridge,
    raw_viewer,
    running_bridge,
)
from tests.fakes.certificates import make_certificate
from tests.fakes.grabber.fake_grabber import FakeGrabber

LARGE = 150_000
"""Bytes of padding: bundles of 450 KB, the reference load."""

USER_SPACE = 64 * 1024
"""Bytes that a viewer may have a copy of; the rest of its bundle is the one that all share."""

KERNEL = 128 * 1024


@pytest.fixture
def senders(monkeypatch: pytest.MonkeyPatch) -> list[ViewerSender]:
    """Note the viewers that join."""
    joined: list[ViewerSender] = []
    join = BundleHub.join

    def noted(self: BundleHub, viewer: ViewerSender, *arguments: object) -> None:
        joined.append(viewer)
        join(self, viewer, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(BundleHub, "join", noted)
    return joined


@pytest_asyncio.fixture
async def bridge(tmp_path: Path) -> AsyncIterator[RunningBridge]:
    async with running_bridge(tmp_path, send_timeout_s=60.0) as bridge:
        yield bridge


@pytest_asyncio.fixture
async def grabber(bridge: RunningBridge) -> AsyncIterator[FakeGrabber]:
    async with FakeGrabber(bridge.socket_path, padding=LARGE) as grabber:
        yield grabber


def in_kernel(viewer: ViewerSender) -> int:
    """Return the bytes that the kernel holds for a viewer, sent and not (SIOCOUTQ)."""
    assert viewer._transport is not None
    held = bytearray(4)
    fcntl.ioctl(viewer._transport.get_extra_info("socket").fileno(), termios.TIOCOUTQ, held)
    return int.from_bytes(held, sys.byteorder)


async def test_a_viewer_that_never_reads_holds_a_piece_and_shares_the_rest_of_its_bundle(
    bridge: RunningBridge, grabber: FakeGrabber, senders: list[ViewerSender]
) -> None:
    async with raw_viewer(bridge):
        await grabber.until_demand(lambda d: d.cameras is None)
        for _ in range(5):
            bundle = await grabber.send_bundle()
        (viewer,) = senders
        assert viewer._transport is not None
        assert viewer.outbox.sent == 1
        assert viewer.outbox.missed >= 3
        assert 0 < viewer._transport.get_write_buffer_size() <= USER_SPACE
        assert viewer._rest is not None
        assert 0 < len(viewer._rest) < bundle.size
        assert all(isinstance(part, memoryview) for part in viewer._rest._parts)
        assert in_kernel(viewer) <= KERNEL


async def test_what_was_written_piece_by_piece_arrives_whole_and_in_order(
    bridge: RunningBridge, grabber: FakeGrabber, senders: list[ViewerSender]
) -> None:
    async with raw_viewer(bridge) as (reader, writer):
        await grabber.until_demand(lambda d: d.cameras is None)
        first = await grabber.send_bundle()
        for _ in range(50):  # while the bundle is under way
            writer.write(b"\x89\x84\0\0\0\0ping")
            await writer.drain()
        writer.write(b"\x89\x84\0\0\0\0last")
        last = await grabber.send_bundle()
        pongs, seqs = [], []
        while last.seq not in seqs:
            opcode, payload = await asyncio.wait_for(message(reader), TIMEOUT_S)
            if opcode == 10:
                pongs.append(payload)
            elif opcode == 2:
                found = decode_bundle(payload)
                assert {f.state for f in found.frames} == {CameraState.STREAMING}
                seqs.append(found.seq)
        assert seqs == [first.seq, last.seq]
        assert pongs[-1] == b"last"
        assert len(pongs) <= 2, "of those that waited the last one"


async def test_a_viewer_that_reads_slowly_gets_whole_messages_one_after_the_other(
    bridge: RunningBridge, grabber: FakeGrabber
) -> None:
    async with raw_viewer(bridge) as (reader, _):
        await grabber.until_demand(lambda d: d.cameras is None)
        reading = asyncio.create_task(bundles(reader, count=8))
        while not reading.done():
            await grabber.send_bundle()
            await grabber.send_status()
        seqs = await reading
        assert seqs == sorted(set(seqs))


async def test_under_tls_too_it_holds_pieces_and_gets_whole_messages(
    tmp_path: Path, senders: list[ViewerSender]
) -> None:
    pair = make_certificate(tmp_path)
    cert, key = str(pair.certificate), str(pair.key)
    trust = ssl.create_default_context(cafile=str(pair.certificate))
    async with running_bridge(tmp_path, send_timeout_s=60.0, tls_cert=cert, tls_key=key) as bridge:
        reader, writer = await tls_viewer(bridge, trust)
        async with FakeGrabber(bridge.socket_path, padding=LARGE) as grabber:
            await grabber.until_demand(lambda d: d.cameras is None)
            for _ in range(3):
                bundle = await grabber.send_bundle()
            (viewer,) = senders
            assert viewer._transport is not None
            assert viewer._rest is not None
            assert 0 < viewer._transport.get_write_buffer_size() <= 2 * USER_SPACE
            assert bundle.size // 4 < len(viewer._rest) < bundle.size
            reading = asyncio.create_task(bundles(reader, count=4))
            while not reading.done():
                await grabber.send_bundle()
            seqs = await reading
        assert seqs == sorted(set(seqs))
        writer.transport.abort()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def tls_viewer(
    bridge: RunningBridge, trust: ssl.SSLContext
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect as raw_viewer does, under TLS."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.setblocking(False)
    port = bridge.addresses.port
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
    reader, writer = await asyncio.open_connection(
        sock=sock, ssl=trust, server_hostname="127.0.0.1", limit=4096
    )
    lines = ["GET / HTTP/1.1", f"Host: 127.0.0.1:{port}", *UPGRADE, "", ""]
    writer.write("\r\n".join(lines).encode())
    answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), TIMEOUT_S)
    assert b" 101 " in answer
    return reader, writer


async def bundles(reader: asyncio.StreamReader, count: int) -> list[int]:
    """Read whole messages until so many of them were bundles; return their numbers."""
    seqs: list[int] = []
    while len(seqs) < count:
        opcode, payload = await asyncio.wait_for(message(reader), TIMEOUT_S)
        assert opcode in (1, 2)
        if opcode == 2:
            seqs.append(decode_bundle(payload).seq)
    return seqs


async def test_a_viewer_that_reads_nothing_is_told_why_it_ends_behind_its_bundle(
    bridge: RunningBridge, grabber: FakeGrabber, senders: list[ViewerSender]
) -> None:
    async with raw_viewer(bridge) as (reader, _):
        await grabber.until_demand(lambda d: d.cameras is None)
        await grabber.send_bundle()
        (viewer,) = senders
        assert viewer._rest is not None
        assert len(viewer._rest)
        viewer.dismiss("the token was revoked")
        opcode = 0
        while opcode != 8:
            opcode, payload = await asyncio.wait_for(message(reader), TIMEOUT_S)
        assert payload == b"\x03\xf0the token was revoked"


async def message(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Return opcode and payload of the next frame."""
    first, size = await reader.readexactly(2)
    if size == 126:
        size = int.from_bytes(await reader.readexactly(2), "big")
    elif size == 127:
        size = int.from_bytes(await reader.readexactly(8), "big")
    return first & 0x0F, await reader.readexactly(size)
