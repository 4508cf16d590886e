from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from typing import Any

import pytest

from camstrm.bridge.viewers.send_watch import (
    NOTSENT_LOWAT,
    PROGRESS_BYTES,
    SendWatch,
    tune_listener,
    tune_transport,
)
from tests.fakes.loop_time import StoppedLoopTime

TIMEOUT_S = 2.5


class NoInfoSocket:
    """A socket of a system without TCP_INFO."""

    def getsockopt(self, *_: int) -> bytes:
        raise OSError


class InfoSocket:
    """A socket whose TCP_INFO a test writes: packets on their way, bytes confirmed, not sent."""

    unacked, confirmed, notsent = 0, 0, 0

    def getsockopt(self, *_: int) -> bytes:
        return struct.pack("=24xI92xQ16xI", self.unacked, self.confirmed, self.notsent)


class FakeTransport(asyncio.Transport):
    """Holds what was written until a test takes it out."""

    def __init__(self, sock: NoInfoSocket | InfoSocket | None = None) -> None:
        super().__init__({"socket": sock or NoInfoSocket()})
        self.size = 10 * PROGRESS_BYTES
        self.aborted = asyncio.Event()
        self.closing = False

    def get_write_buffer_size(self) -> int:
        return self.size

    def is_closing(self) -> bool:
        return self.closing

    def abort(self) -> None:
        self.aborted.set()


async def test_no_progress_aborts() -> None:
    transport = FakeTransport()
    watch = SendWatch(transport, TIMEOUT_S)
    with StoppedLoopTime() as time:
        watch.begin()
        await time.advance(0.9 * TIMEOUT_S)
        assert not transport.aborted.is_set()
        await time.advance(0.3 * TIMEOUT_S)
        assert transport.aborted.is_set()
    assert watch.stuck


async def test_slow_progress_is_left_alone_trickling_is_not() -> None:
    transport = FakeTransport()
    watch = SendWatch(transport, TIMEOUT_S)
    with StoppedLoopTime() as time:
        watch.begin()
        for _ in range(8):
            await time.advance(TIMEOUT_S / 2)
            transport.size -= PROGRESS_BYTES
        assert not transport.aborted.is_set()
        for _ in range(20):
            await time.advance(TIMEOUT_S / 10)
            transport.size -= 10
        assert transport.aborted.is_set()
    assert watch.stuck


async def test_a_pause_of_the_bridge_itself_does_not_count() -> None:
    """Of a machine that was suspended, or a debugger: no viewer is stuck because of it."""
    transport = FakeTransport()
    watch = SendWatch(transport, TIMEOUT_S)
    with StoppedLoopTime() as time:
        watch.begin()
        for _ in range(3):
            await time.advance(10 * TIMEOUT_S, steps=1)
            assert not transport.aborted.is_set()
            transport.size -= PROGRESS_BYTES
            await time.advance(TIMEOUT_S / 2)
        await time.advance(TIMEOUT_S)
        assert transport.aborted.is_set()


async def test_finished_send_is_not_watched() -> None:
    transport = FakeTransport()
    watch = SendWatch(transport, TIMEOUT_S)
    with StoppedLoopTime() as time:
        for _ in range(3):
            watch.begin()
            watch.end()
        await time.advance(5 * TIMEOUT_S)
    assert not watch.stuck
    assert not transport.aborted.is_set()


async def test_closed_watch_is_over() -> None:
    transport = FakeTransport()
    watch = SendWatch(transport, TIMEOUT_S)
    with StoppedLoopTime() as time:
        watch.begin()
        watch.close()
        await time.advance(5 * TIMEOUT_S)
    assert not transport.aborted.is_set()


@pytest.mark.parametrize("outstanding", ["unacked", "notsent"])
async def test_silent_far_side_is_found_by_the_next_send(outstanding: str) -> None:
    sock = InfoSocket()
    transport = FakeTransport(sock)
    watch = SendWatch(transport, TIMEOUT_S)
    setattr(sock, outstanding, 1)
    with StoppedLoopTime() as time:
        watch.look()
        await time.advance(1.5 * TIMEOUT_S)
        assert not transport.aborted.is_set(), "no send is blocked"
        watch.look()
        assert transport.aborted.is_set()
    assert watch.stuck


async def test_far_side_that_confirms_or_has_nothing_to_confirm_is_left_alone() -> None:
    sock = InfoSocket()
    transport = FakeTransport(sock)
    watch = SendWatch(transport, TIMEOUT_S)
    with StoppedLoopTime() as time:
        for sock.unacked, sock.confirmed in ((1, 0), (1, 1), (1, 2), (0, 2), (0, 2), (1, 3)):
            watch.look()
            await time.advance(1.5 * TIMEOUT_S)
    watch.close()
    assert not watch.stuck


async def test_closing_transport_is_dropped_with_its_buffers() -> None:
    transport = FakeTransport()
    transport.closing = True
    watch = SendWatch(transport, TIMEOUT_S)
    with StoppedLoopTime() as time:
        watch.begin()
        await time.advance(0.2 * TIMEOUT_S)
        assert transport.aborted.is_set()
    assert not watch.stuck


@pytest.mark.skipif(not hasattr(socket, "TCP_NOTSENT_LOWAT"), reason="Linux only")
def test_connections_inherit_the_options() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        tune_listener(listener, 2.5)
        with socket.create_connection(listener.getsockname()) as client:
            accepted, _ = listener.accept()
            with accepted:

                def option(name: str) -> int:
                    return accepted.getsockopt(socket.IPPROTO_TCP, getattr(socket, name))

                assert option("TCP_NOTSENT_LOWAT") == NOTSENT_LOWAT
                assert option("TCP_USER_TIMEOUT") == 2500
                client.close()


async def test_far_side_that_reads_slowly_counts_as_progress() -> None:
    """The real thing: TCP's own count of acknowledged bytes."""
    accepted: asyncio.Future[asyncio.Transport] = asyncio.get_running_loop().create_future()

    class Server(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:
            accepted.set_result(transport)

    listener = socket.create_server(("127.0.0.1", 0))
    tune_listener(listener, 5)
    server = await asyncio.get_running_loop().create_server(Server, sock=listener)
    reader, writer = await asyncio.open_connection(*listener.getsockname(), limit=1024)
    transport = await asyncio.wait_for(accepted, 30)
    tune_transport(transport)
    sock = transport.get_extra_info("socket")
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 0
    watch = SendWatch(transport, TIMEOUT_S)
    with contextlib.suppress(OSError), StoppedLoopTime() as time:
        transport.write(bytes(16_000_000))
        watch.begin()
        for _ in range(10):
            await time.advance(TIMEOUT_S / 4)
            await reader.readexactly(200_000)
        assert not transport.is_closing()
        # The kernel may still take some of it.
        while not transport.is_closing():
            await time.advance(TIMEOUT_S / 10)
    assert watch.stuck
    writer.transport.abort()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    server.close()
    await asyncio.sleep(0)
