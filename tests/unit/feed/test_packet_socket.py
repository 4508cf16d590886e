from __future__ import annotations

import contextlib
import socket
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor

import pytest

from camstrm.errors import WireError
from camstrm.feed.packet_socket import BlockingPacketSocket, give_room
from camstrm.wire import Packet, PacketKind

LONG_S = 30.0
LARGE = bytes(range(256)) * 8192

Pair = tuple[BlockingPacketSocket, BlockingPacketSocket]


@pytest.fixture
def sockets() -> Generator[tuple[socket.socket, socket.socket], None, None]:
    left, right = socket.socketpair()
    with left, right:
        yield left, right


@pytest.fixture
def pair(sockets: tuple[socket.socket, socket.socket]) -> Pair:
    return BlockingPacketSocket(sockets[0], LONG_S), BlockingPacketSocket(sockets[1], LONG_S)


def receive_all(end: BlockingPacketSocket, count: int) -> list[Packet]:
    packets: list[Packet] = []
    while len(packets) < count:
        packets += end.receive()
    return packets


def test_messages_go_in_order(pair: Pair) -> None:
    ours, theirs = pair
    ours.send_text(b"1")
    ours.send_text(b"2")
    assert [bytes(p.payload) for p in receive_all(theirs, 2)] == [b"1", b"2"]
    theirs.send_text(b"3")
    assert [bytes(p.payload) for p in receive_all(ours, 1)] == [b"3"]


def test_a_packet_of_many_parts_arrives_whole(pair: Pair) -> None:
    ours, theirs = pair
    parts = [bytes([i % 256]) * (i % 3) for i in range(2000)]
    ours.send(PacketKind.BUNDLE, parts)
    (packet,) = receive_all(theirs, 1)
    assert bytes(packet.payload) == b"".join(parts)


def test_a_large_packet_is_sent_and_received_in_parts_without_losing_any(pair: Pair) -> None:
    ours, theirs = pair
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(ours.send, PacketKind.BUNDLE, [LARGE, b"", LARGE])
        (packet,) = receive_all(theirs, 1)
        sent.result(LONG_S)
    assert bytes(packet.payload) == LARGE * 2


def test_the_kernel_holds_a_bundle_or_two_not_a_second_of_them(
    sockets: tuple[socket.socket, socket.socket],
) -> None:
    sock, _ = sockets
    sock.setblocking(False)
    give_room(sock)
    bundle = bytes(450_000)
    held = sock.send(bundle)
    # Linux lets any process have twice its default of 212,992 bytes.
    assert held == len(bundle)
    with contextlib.suppress(BlockingIOError):
        while True:
            held += sock.send(bundle)
    assert held <= 2 * len(bundle)
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) <= 2 * len(bundle)


def test_the_grabber_is_gone(sockets: tuple[socket.socket, socket.socket], pair: Pair) -> None:
    ours, _ = pair
    sockets[1].close()
    with pytest.raises(ConnectionResetError, match="the grabber closed the connection"):
        ours.receive()
    with pytest.raises(BrokenPipeError):
        ours.send_text(b"1")
    ours.close()


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
    ours, _ = pair
    sockets[1].send(b"GET / HTTP/1.1\r\nHost: x\r\n")
    with pytest.raises(WireError, match="magic"):
        ours.receive()


def test_it_can_be_watched(sockets: tuple[socket.socket, socket.socket], pair: Pair) -> None:
    assert [end.fileno() for end in pair] == [sock.fileno() for sock in sockets]
