from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camstrm.errors import WireError
from camstrm.feed.packet_protocol import PacketProtocol, open_packets
from camstrm.feed.packet_socket import BlockingPacketSocket, give_room
from camstrm.wire import (
    FEED_UP,
    Packet,
    PacketKind,
    encode_packet_parts,
)

LONG_S = 30.0
LARGE = bytes(range(256)) * 8192


class End:
    """A PacketProtocol whose calls are written down, and the raw socket at its far side."""

    def __init__(self) -> None:
        self.ours, self.far = socket.socketpair()
        self.far.settimeout(LONG_S)
        self.packets: list[Packet] = []
        self.reads = 0
        self.ends: list[OSError | WireError | None] = []
        self.idles = 0
        self.handle: Callable[[Packet], None] = lambda _: None
        self.protocol = PacketProtocol(self._read, self._end, self._idle)
        self._changed = asyncio.Event()

    async def open(self) -> None:
        await open_packets(self.ours, self.protocol)

    async def until(self, wanted: Callable[[], object]) -> None:
        async def look() -> None:
            while not wanted():
                self._changed.clear()
                await self._changed.wait()

        await asyncio.wait_for(look(), LONG_S)

    async def ended(self) -> OSError | WireError | None:
        await self.until(lambda: self.ends)
        (end,) = self.ends
        return end

    def texts(self) -> list[bytes]:
        return [bytes(packet.payload) for packet in self.packets]

    def blocking(self) -> BlockingPacketSocket:
        return BlockingPacketSocket(self.far, LONG_S)

    def say(self, *messages: bytes) -> None:
        self.far.sendall(b"".join(map(text, messages)))

    async def far_packets(self, count: int) -> list[Packet]:
        end, packets = self.blocking(), list[Packet]()

        def read() -> None:
            while len(packets) < count:
                packets.extend(end.receive())

        with ThreadPoolExecutor(1) as pool:
            await asyncio.get_running_loop().run_in_executor(pool, read)
        return packets

    def _read(self, packets: list[Packet]) -> None:
        self.reads += 1
        self.packets += packets
        for packet in packets:
            self.handle(packet)
        self._changed.set()

    def _end(self, error: OSError | WireError | None) -> None:
        self.ends.append(error)
        self._changed.set()

    def _idle(self) -> None:
        self.idles += 1
        self._changed.set()


@pytest.fixture
async def end() -> AsyncIterator[End]:
    end = End()
    await end.open()
    yield end
    end.protocol.abort()
    await end.until(lambda: end.ends)
    end.far.close()


def text(message: bytes) -> bytes:
    return packet([message], PacketKind.TEXT)


def packet(parts: list[bytes], kind: PacketKind = PacketKind.BUNDLE) -> bytes:
    return b"".join(encode_packet_parts(kind, parts))


async def test_messages_go_both_ways_in_order(end: End) -> None:
    end.say(b"1", b"2")
    await end.until(lambda: len(end.packets) == 2)
    assert end.texts() == [b"1", b"2"]
    end.protocol.send_text(b"3")
    end.protocol.send_text(b"4")
    assert end.protocol.idle
    assert [bytes(p.payload) for p in await end.far_packets(2)] == [b"3", b"4"]
    assert end.idles == 0


async def test_a_packet_of_many_parts_arrives_whole(end: End) -> None:
    parts = [bytes([i % 256]) * (i % 3) for i in range(2000)]
    end.protocol.send(PacketKind.BUNDLE, parts)
    (sent,) = await end.far_packets(1)
    end.far.sendall(packet(parts))
    await end.until(lambda: end.packets)
    assert bytes(sent.payload) == bytes(end.packets[0].payload) == b"".join(parts)


async def test_what_the_socket_does_not_take_at_once_goes_later_in_order(end: End) -> None:
    end.protocol.send(PacketKind.BUNDLE, [LARGE, b"", memoryview(LARGE)])
    assert not end.protocol.idle
    assert end.protocol.unsent > 0
    end.protocol.send_text(b"7")
    first, second = await end.far_packets(2)
    assert bytes(first.payload) == LARGE * 2
    assert bytes(second.payload) == b"7"
    await end.until(lambda: end.idles)
    assert (end.protocol.idle, end.protocol.unsent, end.idles) == (True, 0, 1)


async def test_what_is_sent_when_all_has_gone_goes_at_once(end: End) -> None:
    sent: list[bool] = []

    def next_one() -> None:
        if not sent:
            sent.append(end.protocol.idle)
            end.protocol.send_text(b"1")

    end.protocol._on_idle = next_one
    end.protocol.send(PacketKind.BUNDLE, [LARGE])
    packets = await end.far_packets(2)
    assert bytes(packets[1].payload) == b"1"
    assert sent == [True]


async def test_a_bundle_goes_out_in_one_call_though_nobody_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    end = End()
    # Linux lets any process have twice its default of 212,992 bytes.
    give_room(end.ours)
    await end.open()
    calls: list[int] = []
    writev = os.writev

    def counted(descriptor: int, parts: list[bytes]) -> int:
        calls.append(len(parts))
        return writev(descriptor, parts)

    monkeypatch.setattr(os, "writev", counted)
    end.protocol.send(PacketKind.BUNDLE, [bytes(100_000)] * 4)
    assert end.protocol.idle
    assert calls == [5]
    end.protocol.send(PacketKind.BUNDLE, [LARGE])
    end.protocol.send(PacketKind.BUNDLE, [LARGE])
    assert len(calls) == 2, "the kernel is full: what comes now waits behind the rest"
    end.protocol.abort()
    await end.ended()
    end.far.close()


@given(st.data())
def test_any_cut_of_the_stream_gives_the_same_packets(data: st.DataObject) -> None:
    payloads = data.draw(st.lists(st.binary(max_size=40), min_size=1, max_size=5))
    stream = b"".join(packet([payload]) for payload in payloads)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))

    async def receive() -> list[bytes]:
        end = End()
        await end.open()
        for begin, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True):
            end.far.sendall(stream[begin:stop])
            await asyncio.sleep(0)
        end.far.close()
        await end.ended()
        return [bytes(p.payload) for p in end.packets]

    assert asyncio.run(receive()) == payloads


async def test_a_large_packet_is_received_in_parts(end: End) -> None:
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1) as pool:
        await loop.run_in_executor(pool, end.far.sendall, packet([LARGE]))
    await end.until(lambda: end.packets)
    assert bytes(end.packets[0].payload) == LARGE
    assert end.reads > 1


async def test_the_far_side_closes(end: End) -> None:
    end.far.close()
    with pytest.raises(ConnectionResetError, match="closed by the other side"):
        raise await end.ended() or AssertionError
    assert not end.protocol.is_open
    assert not end.protocol.idle
    assert end.protocol.fileno() == -1
    end.protocol.send_text(b"1")
    end.protocol.close()
    end.protocol.abort()
    assert len(end.ends) == 1


async def test_last_words_count(end: End) -> None:
    end.say(b"1")
    end.far.close()
    assert isinstance(await end.ended(), ConnectionResetError)
    assert end.texts() == [b"1"]


async def test_last_words_of_a_peer_that_did_not_read_all_count_too(end: End) -> None:
    """The kernel then reports a reset after the last bytes, not a plain end."""
    end.protocol.send_text(b"5")
    end.say(b"1")
    end.far.close()
    assert isinstance(await end.ended(), ConnectionResetError)
    assert end.texts() == [b"1"]


@pytest.mark.parametrize("unread", [0, len(LARGE)])
async def test_last_words_count_also_when_a_write_finds_the_end_first(
    end: End, unread: int
) -> None:
    if unread:
        end.protocol.send(PacketKind.BUNDLE, [bytes(unread)])
        assert not end.protocol.idle
    words = [b"%d" % i for i in range(200)]
    end.say(*words)
    end.far.close()
    end.protocol.send_text(b"5")
    end.protocol.send(PacketKind.BUNDLE, [b"part"] * 10)
    assert isinstance(await end.ended(), OSError)
    assert end.texts() == words


async def test_garbage_after_a_broken_write_is_reported_as_garbage(end: End) -> None:
    end.say(b"1")
    end.far.sendall(b"GET / HTTP/1.1\r\n")
    end.far.close()
    end.protocol.send_text(b"5")
    assert isinstance(await end.ended(), WireError)
    assert end.texts() == [b"1"]


async def test_the_end_is_reported_though_the_last_words_raised(end: End) -> None:
    raised: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: raised.append(context["exception"]))
    end.handle = lambda _: raised.append(1 / 0)
    end.say(b"1")
    end.far.close()
    end.protocol.send_text(b"5")
    assert isinstance(await end.ended(), OSError)
    await asyncio.sleep(0)
    assert [type(error) for error in raised] == [ZeroDivisionError]
    assert end.protocol.fileno() == -1


async def test_nothing_is_read_after_abort(end: End) -> None:
    end.handle = lambda _: end.protocol.abort()
    end.say(b"1")
    end.far.sendall(b"x" * 100_000)
    assert await end.ended() is None
    assert end.texts() == [b"1"]


async def test_what_was_sent_before_close_arrives(end: End) -> None:
    end.protocol.send(PacketKind.BUNDLE, [LARGE])
    end.protocol.send_text(b"1")
    end.protocol.close()
    end.protocol.send_text(b"2")
    packets = await end.far_packets(2)
    assert bytes(packets[0].payload) == LARGE
    assert await end.ended() is None
    assert bytes(packets[1].payload) == b"1"


async def test_closed_before_it_was_opened() -> None:
    end = End()
    assert not end.protocol.idle
    end.protocol.send_text(b"1")
    end.protocol.abort()
    await end.open()
    assert await end.ended() is None
    assert end.far.recv(1) == b""
    end.far.close()


async def test_bytes_that_are_no_packets(end: End) -> None:
    end.far.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
    with pytest.raises(WireError, match="magic"):
        raise await end.ended() or AssertionError
    assert end.far.recv(1) == b""


async def test_packets_before_garbage_count(end: End) -> None:
    end.far.sendall(text(b"1") + b"GET / HTTP/1.1\r\nHost: x\r\n")
    assert isinstance(await end.ended(), WireError)
    assert end.texts() == [b"1"]


async def test_a_content_that_the_reader_refuses_ends_the_connection(end: End) -> None:
    end.handle = lambda packet: FEED_UP.decode(packet.payload)  # type: ignore[assignment]
    end.far.sendall(packet([b"{{{"], PacketKind.TEXT))
    with pytest.raises(WireError, match="not JSON"):
        raise await end.ended() or AssertionError


async def test_a_packet_that_would_be_too_large_is_refused_before_it_is_held(end: End) -> None:
    end.far.sendall(struct.pack("<4sBBHII", b"CSPK", 1, 16, PacketKind.BUNDLE, 2**32 - 1, 0))
    with pytest.raises(WireError, match="at most"):
        raise await end.ended() or AssertionError


async def test_it_knows_whether_more_waits(end: End) -> None:
    waits: list[bool] = []
    end.handle = lambda _: waits.append(end.protocol.more_waits())
    end.far.sendall(packet([bytes(4000)]))
    await end.until(lambda: waits)
    assert waits == [False]
    # One buffer's room is as large as the last packets: two of them do not fit.
    end.far.sendall(packet([bytes(4000)]) * 2)
    await end.until(lambda: len(waits) == 3)
    assert waits[1:] == [True, False]
    end.protocol.abort()
    assert not end.protocol.more_waits()
