from __future__ import annotations

import socket
import struct
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camstrm.errors import WireError
from camstrm.feed.packet_socket import BlockingPacketSocket, PacketConnection
from camstrm.wire import (
    Packet,
    PacketKind,
)
from camstrm.wire.packet import PACKET_HEADER_SIZE

LONG_S = 30.0
LARGE = bytes(range(256)) * 8192

Pair = tuple[BlockingPacketSocket, PacketConnection]


@pytest.fixture
def sockets() -> Generator[tuple[socket.socket, socket.socket], None, None]:
    left, right = socket.socketpair()
    with left, right:
        yield left, right


@pytest.fixture
def pair(sockets: tuple[socket.socket, socket.socket]) -> Pair:
    return BlockingPacketSocket(sockets[0], LONG_S), PacketConnection(sockets[1])


def receive_all(end: BlockingPacketSocket, count: int) -> list[Packet]:
    packets: list[Packet] = []
    while len(packets) < count:
        packets += end.receive()
    return packets


def test_messages_go_both_ways_in_order(pair: Pair) -> None:
    blocking, connection = pair
    blocking.send_text(b"1")
    blocking.send_text(b"2")
    assert [bytes(p.payload) for p in connection.receive()] == [b"1", b"2"]
    assert connection.receive() == []
    connection.queue_text(b"3")
    connection.queue_text(b"4")
    idle = [connection.idle]
    connection.flush()
    assert [*idle, connection.idle] == [False, True]
    assert [bytes(p.payload) for p in receive_all(blocking, 2)] == [b"3", b"4"]


def test_a_packet_of_many_parts_arrives_whole(pair: Pair) -> None:
    blocking, connection = pair
    parts = [bytes([i % 256]) * (i % 3) for i in range(2000)]
    blocking.send(PacketKind.BUNDLE, parts)
    (packet,) = connection.receive(limit=1000)
    assert bytes(packet.payload) == b"".join(parts)
    connection.queue(PacketKind.BUNDLE, parts)
    connection.flush()
    (packet,) = receive_all(blocking, 1)
    assert bytes(packet.payload) == b"".join(parts)


def test_what_the_socket_does_not_take_at_once_goes_later(pair: Pair) -> None:
    blocking, connection = pair
    connection.queue(PacketKind.BUNDLE, [LARGE, b"", LARGE])
    connection.queue_text(b"7")
    flushes = 0
    packets: list[Packet] = []
    while len(packets) < 2:
        connection.flush()
        flushes += 1
        packets += blocking.receive()
    assert flushes > 2
    assert connection.idle
    assert bytes(packets[0].payload) == LARGE * 2
    assert bytes(packets[1].payload) == b"7"


class CountingSocket(socket.socket):
    """Counts the calls of sendmsg."""

    calls = 0

    def sendmsg(self, *arguments: Any) -> int:
        self.calls += 1
        return super().sendmsg(*arguments)


@pytest.fixture
def counting(sockets: tuple[socket.socket, socket.socket]) -> Generator[CountingSocket, None, None]:
    with CountingSocket(fileno=sockets[1].detach()) as sock:
        yield sock


def test_a_bundle_goes_out_in_one_call_though_nobody_reads(counting: CountingSocket) -> None:
    connection = PacketConnection(counting)
    # Linux lets any process have twice its default of 212,992 bytes.
    connection.queue(PacketKind.BUNDLE, [bytes(100_000)] * 4)
    connection.flush()
    assert connection.idle
    assert counting.calls == 1


def test_a_full_socket_is_not_asked_again(counting: CountingSocket) -> None:
    connection = PacketConnection(counting)
    connection.queue(PacketKind.BUNDLE, [LARGE, LARGE])
    connection.flush()
    assert not connection.idle
    assert counting.calls == 1
    connection.flush()
    assert counting.calls == 2


def test_the_kernel_holds_a_bundle_or_two_not_a_second_of_them(counting: CountingSocket) -> None:
    connection = PacketConnection(counting)
    for _ in range(30):
        connection.queue(PacketKind.BUNDLE, [bytes(450_000)])
    connection.flush()
    assert len(connection._out) > 50
    assert counting.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) <= 2 * 450_000


def test_a_large_packet_is_received_in_parts_without_losing_any(pair: Pair) -> None:
    blocking, connection = pair
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(blocking.send, PacketKind.BUNDLE, [LARGE])
        packets: list[Packet] = []
        while not packets:
            packets = connection.receive(limit=1)
        sent.result(LONG_S)
    assert bytes(packets[0].payload) == LARGE


def test_a_read_takes_a_limited_share(pair: Pair) -> None:
    blocking, connection = pair
    sent = [b"%d" % i for i in range(1000)]
    with ThreadPoolExecutor(1) as pool:
        sending = [pool.submit(blocking.send_text, text) for text in sent]
        received: list[bytes] = []
        while len(received) < len(sent):
            share = connection.receive(limit=2)
            # A splitter that has seen small packets only has a buffer of 4096 bytes.
            assert len(share) * PACKET_HEADER_SIZE <= 2 * 4096
            received += [bytes(p.payload) for p in share]
        for one in sending:
            one.result(LONG_S)
    assert received == sent


@given(st.data())
def test_any_cut_of_the_stream_gives_the_same_packets(data: st.DataObject) -> None:
    payloads = data.draw(st.lists(st.binary(max_size=40), min_size=1, max_size=5))
    left, right = socket.socketpair()
    with left, right:
        out = PacketConnection(left)
        for payload in payloads:
            out.queue(PacketKind.BUNDLE, [payload])
        stream = b"".join(bytes(view) for view in out._out)
        connection = PacketConnection(right)
        received: list[bytes] = []
        while stream:
            cut = data.draw(st.integers(1, len(stream)))
            left.sendall(stream[:cut])
            stream = stream[cut:]
            received += [bytes(p.payload) for p in connection.receive()]
        assert received == payloads


def test_a_peer_that_is_gone(sockets: tuple[socket.socket, socket.socket], pair: Pair) -> None:
    _, connection = pair
    sockets[0].close()
    with pytest.raises(ConnectionResetError, match="closed by the other side"):
        connection.receive()
    connection.queue_text(b"1")
    with pytest.raises(OSError, match="Broken pipe"):
        connection.flush()
    connection.close()
    assert connection.idle


def test_the_grabber_is_gone(sockets: tuple[socket.socket, socket.socket], pair: Pair) -> None:
    blocking, _ = pair
    sockets[1].close()
    with pytest.raises(ConnectionResetError, match="the grabber closed the connection"):
        blocking.receive()
    with pytest.raises(BrokenPipeError):
        blocking.send_text(b"1")
    blocking.close()


def test_last_words_count(pair: Pair) -> None:
    blocking, connection = pair
    blocking.send_text(b"1")
    blocking.close()
    assert [bytes(p.payload) for p in connection.receive()] == [b"1"]
    with pytest.raises(ConnectionResetError):
        connection.receive()


def test_last_words_of_a_peer_that_did_not_read_all_count_too(pair: Pair) -> None:
    """The kernel then reports a reset after the last bytes, not a plain end."""
    blocking, connection = pair
    connection.queue_text(b"5")
    connection.flush()
    blocking.send_text(b"1")
    blocking.close()
    assert [bytes(p.payload) for p in connection.receive()] == [b"1"]
    with pytest.raises(ConnectionResetError):
        connection.receive()


def test_a_silent_peer_is_waited_for_so_long(sockets: tuple[socket.socket, socket.socket]) -> None:
    blocking = BlockingPacketSocket(sockets[0], timeout_s=0.01)
    with pytest.raises(TimeoutError):
        blocking.receive()
    with pytest.raises(TimeoutError):
        blocking.send(PacketKind.BUNDLE, [LARGE])


def test_a_stopped_peer_is_waited_for_as_long_as_it_lives(
    sockets: tuple[socket.socket, socket.socket],
) -> None:
    waits: list[int] = []

    def goes_on() -> None:
        waits.append(len(waits))
        if len(waits) == 3:
            BlockingPacketSocket(sockets[1]).send_text(b"1")
        elif len(waits) == 6:
            sockets[1].close()

    blocking = BlockingPacketSocket(sockets[0], timeout_s=0.01, on_wait=goes_on)
    assert [bytes(p.payload) for p in blocking.receive()] == [b"1"]
    assert len(waits) == 3
    with pytest.raises(ConnectionError):
        blocking.send(PacketKind.BUNDLE, [LARGE])
    assert len(waits) == 6


def test_bytes_that_are_no_packets(
    sockets: tuple[socket.socket, socket.socket], pair: Pair
) -> None:
    blocking, connection = pair
    for sock in sockets:
        sock.send(b"GET / HTTP/1.1\r\nHost: x\r\n")
    with pytest.raises(WireError, match="magic"):
        connection.receive()
    with pytest.raises(WireError, match="magic"):
        blocking.receive()


def test_a_packet_that_would_be_too_large_is_refused_before_it_is_held(
    sockets: tuple[socket.socket, socket.socket], pair: Pair
) -> None:
    _, connection = pair
    sockets[0].send(struct.pack("<4sBBHII", b"CSPK", 1, 16, PacketKind.BUNDLE, 2**32 - 1, 0))
    with pytest.raises(WireError, match="at most"):
        connection.receive()


def test_both_ends_can_be_watched(sockets: tuple[socket.socket, socket.socket], pair: Pair) -> None:
    assert [end.fileno() for end in pair] == [sock.fileno() for sock in sockets]
