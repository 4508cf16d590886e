"""The far end of a feed, step by step: listens where a reader would, accepts, reads, answers."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

from camstrm.wire import (
    FEED_DOWN,
    FEED_UP,
    Demand,
    FrameBundle,
    Message,
    Packet,
    PacketKind,
    PacketSplitter,
    Refused,
    decode_bundle,
    decode_data,
    encode_packet_parts,
)

TIMEOUT_S = 30.0
"""For what happens at once on a machine that is not busy."""


class FakeFeedReader:
    """Reads only when it is asked to: until then what is sent to it waits."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.raw: socket.socket | None = None
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen()
        self._listener.setblocking(False)
        self._splitter = PacketSplitter()
        self._packets: list[Packet] = []  # received, not returned yet

    async def accept(self) -> None:
        """Take the next connection; it is read from its beginning."""
        loop = asyncio.get_running_loop()
        if self.raw is not None:
            self.raw.close()
        connection, _ = await asyncio.wait_for(loop.sock_accept(self._listener), TIMEOUT_S)
        self.raw = connection
        self._splitter = PacketSplitter()
        self._packets.clear()

    async def read(self, count: int) -> list[Message | FrameBundle | tuple[int, bytes]]:
        """Return the next ``count`` packets, decoded."""
        loop = asyncio.get_running_loop()
        assert self.raw is not None
        while len(self._packets) < count:
            received = await asyncio.wait_for(
                loop.sock_recv_into(self.raw, self._splitter.get_buffer()), TIMEOUT_S
            )
            assert received, "the connection is closed"
            self._packets += self._splitter.bytes_received(received)
        packets, self._packets = self._packets[:count], self._packets[count:]
        return [content(packet) for packet in packets]

    async def read_end(self) -> list[Message | FrameBundle | tuple[int, bytes]]:
        """Return all that comes until the connection is closed."""
        loop = asyncio.get_running_loop()
        assert self.raw is not None
        while received := await asyncio.wait_for(
            loop.sock_recv_into(self.raw, self._splitter.get_buffer()), TIMEOUT_S
        ):
            self._packets += self._splitter.bytes_received(received)
        packets, self._packets = self._packets, []
        return [content(packet) for packet in packets]

    def say(self, *messages: Demand | Refused) -> None:
        """Send control messages."""
        for message in messages:
            self.send(PacketKind.TEXT, FEED_DOWN.encode(message))

    def send(self, kind: PacketKind, payload: bytes) -> None:
        """Send one packet."""
        assert self.raw is not None
        self.raw.sendall(b"".join(encode_packet_parts(kind, [payload])))

    def drop(self) -> None:
        """Close the connection."""
        assert self.raw is not None
        self.raw.close()
        self.raw = None

    def close(self) -> None:
        """End: nobody listens any more."""
        if self.raw is not None:
            self.raw.close()
        self._listener.close()
        self.path.unlink()


def content(packet: Packet) -> Message | FrameBundle | tuple[int, bytes]:
    """Return what the packet carries: of data, the call's id and the piece."""
    if packet.kind is PacketKind.DATA:
        call_id, piece = decode_data(packet.payload)
        return call_id, bytes(piece)
    if packet.kind is PacketKind.BUNDLE:
        return decode_bundle(packet.payload)
    return FEED_UP.decode(packet.payload)
