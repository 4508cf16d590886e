"""Packets on a stream socket: UdsPacketHeader, then one payload.

Used between grabber and bridge and between a camera process and its grabber. FORMAT.md
beside this file is the normative text.
"""

from __future__ import annotations

import enum
import struct
from collections.abc import Sequence

import msgspec

from camstrm.errors import WireError
from camstrm.wire.bundle import MAX_BUNDLE_SIZE, Buffer, byte_count, check_header
from camstrm.wire.messages import MAX_TEXT_SIZE

PACKET_MAGIC = b"CSPK"
PACKET_VERSION = 1

_PACKET_HEADER = struct.Struct("<4sBBHII")

PACKET_HEADER_SIZE = _PACKET_HEADER.size

_WANTED = (PACKET_MAGIC, PACKET_VERSION, PACKET_HEADER_SIZE)

MAX_PACKET_SIZE = MAX_BUNDLE_SIZE
"""Bytes of a payload; a header that announces more is an error before anything is held.

A control message (TEXT) may have MAX_TEXT_SIZE bytes.
"""

DATA_PIECE = 128 * 1024
"""Bytes of a reply's data in one packet at most: what is more urgent waits for one piece only."""

_DATA_HEAD = struct.Struct("<Q")

_LEAST_ROOM = 4096
"""Bytes of the smallest buffer of a PacketSplitter: some control messages."""


_AHEAD = 256 * 1024
"""Bytes of room that a header may claim before any of them has come."""


class PacketKind(enum.IntEnum):
    """What a packet carries. Unknown kinds are skipped by the splitter."""

    TEXT = 1
    """A control message, UTF-8 JSON (see messages.py)."""
    BUNDLE = 2
    """A FrameBundle."""
    DATA = 3
    """A part of the data that belongs to a reply: the call's id as u64, then the bytes."""


class Packet(msgspec.Struct, frozen=True):
    """One packet as received; ``payload`` is a buffer that the receiver may keep."""

    kind: PacketKind
    payload: memoryview


_KINDS = {int(kind): kind for kind in PacketKind}

_SPARE = 3
"""Buffers that a PacketSplitter keeps to use them again: one is read into, one is shown, one
waits for a slow reader."""


def encode_packet_parts(kind: PacketKind, parts: Sequence[Buffer]) -> list[Buffer]:
    """Put a UdsPacketHeader before ``parts``; for ``sendmsg``, no payload is copied."""
    size = sum(byte_count(p) for p in parts)
    _check_size(kind, size, MAX_PACKET_SIZE)
    header = _PACKET_HEADER.pack(PACKET_MAGIC, PACKET_VERSION, PACKET_HEADER_SIZE, kind, size, 0)
    return [header, *parts]


def encode_data_parts(call_id: int, piece: Buffer) -> list[Buffer]:
    """Return the payload of a DATA packet: a piece of the data that belongs to a call's reply."""
    return [_DATA_HEAD.pack(call_id), piece]


def decode_data(payload: memoryview) -> tuple[int, memoryview]:
    """Return the call's id and the piece of a DATA packet, which points into ``payload``.

    Raises WireError for one that is too short.
    """
    if len(payload) < _DATA_HEAD.size:
        raise WireError("data", f"{len(payload)} bytes, wanted at least {_DATA_HEAD.size}")
    (call_id,) = _DATA_HEAD.unpack_from(payload)
    return call_id, payload[_DATA_HEAD.size :]


def _check_size(kind: int, size: int, limit: int) -> None:
    if kind == PacketKind.TEXT:
        limit = min(limit, MAX_TEXT_SIZE)
    if size > limit:
        raise WireError("UdsPacketHeader", f"payload of {size} bytes, {limit} at most")


class PacketSplitter:
    """Cut a byte stream into packets, reading payloads into place.

    A reader asks :meth:`get_buffer` where the next bytes belong, receives into it and
    calls :meth:`bytes_received` with how many came (the contract of
    ``asyncio.BufferedProtocol`` and of ``socket.recv_into``). After a WireError the stream is
    unusable.

    The buffer has room for a packet as large as the last ones, so that one read takes header
    and payload: with a read and a loop's turn for each of them a hop of 450 KB takes 1.1 times
    as long. A payload that fills at least half of the buffer is handed out as part of
    it, and the next bytes go into another one; a smaller payload is copied. A buffer is used
    again when nobody holds a part of it any more: one of 450 KB that is new is cleared first,
    which costs as much as copying it.
    """

    def __init__(self, max_size: int = MAX_PACKET_SIZE) -> None:
        self._max_size = max_size
        self.error: WireError | None = None
        """What came behind the last packets that were returned, if it is no packet."""
        self._room = _LEAST_ROOM
        self._spare: list[bytearray] = []  # handed out before; somebody may still hold a part
        self._buffer: memoryview | None = None
        self._begin = 0  # of the packet under way
        self._end = 0  # of what was received
        self._kind: PacketKind | None = None  # None: its header is not there yet
        self._header_size = PACKET_HEADER_SIZE
        self._size = PACKET_HEADER_SIZE  # bytes from _begin on that are wanted next
        self._skip = 0

    def get_buffer(self) -> memoryview:
        """Return where the next received bytes belong (never empty)."""
        if self._buffer is None:
            self._buffer = self._free_buffer(self._room)
        return self._buffer[self._end :] if self._end else self._buffer

    def bytes_received(self, count: int) -> list[Packet]:
        """Take note of ``count`` bytes written to the buffer; return finished packets.

        Raises WireError for what is no packet. If packets were finished before it, these are
        returned, :attr:`error` is set, and the next call raises.
        """
        self._end += count
        packets: list[Packet] = []
        while True:
            if self._skip:
                skipped = min(self._skip, self._end - self._begin)
                self._skip -= skipped
                self._begin += skipped
            if self._skip or self._end - self._begin < self._size:
                break
            if self._kind is not None:
                packets.append(Packet(self._kind, self._take_payload()))
                continue
            try:
                self._read_header()
            except WireError as error:
                if not packets:
                    raise
                self.error = error
                break  # the header stays where it is: the next call meets it again
        if self._buffer is not None:
            self._make_room()
        return packets

    def _read_header(self) -> None:
        assert self._buffer is not None
        magic, version, header_size, kind, size, _ = _PACKET_HEADER.unpack_from(
            self._buffer, self._begin
        )
        if (magic, version, header_size) != _WANTED:  # a longer header is right, too
            check_header("UdsPacketHeader", (magic, version, header_size), _WANTED)
        _check_size(kind, size, self._max_size)
        self._kind = _KINDS.get(kind)
        if self._kind is None:
            self._skip = header_size + size
            return
        self._header_size = header_size
        self._size = header_size + size

    def _take_payload(self) -> memoryview:
        assert self._buffer is not None
        start, stop = self._begin + self._header_size, self._begin + self._size
        # An eighth more than the largest of late: pictures of the same scene differ by less.
        self._room = max(self._size * 9 // 8, self._room * 63 // 64, _LEAST_ROOM)
        self._begin = stop
        self._kind = None
        self._size = PACKET_HEADER_SIZE
        payload = self._buffer[start:stop]
        if 2 * len(payload) < len(self._buffer):
            return memoryview(bytearray(payload))
        if stop == self._end:
            self._begin = self._end = 0
            self._buffer = None
        else:
            self._move(self._room)
        return payload

    def _make_room(self) -> None:
        """See to it that what is wanted next fits behind what is there."""
        assert self._buffer is not None
        if self._begin == self._end:
            self._begin = self._end = 0
            if len(self._buffer) > 2 * self._room:
                self._buffer = None  # packets have become smaller
                return
        # What a header claims takes memory only as its bytes come, beyond what is usual.
        expected = min(self._size, max(self._room, _AHEAD))
        if self._end == len(self._buffer) or self._begin + expected > len(self._buffer):
            twice = min(self._size, 2 * (self._end - self._begin))
            self._move(max(twice, expected, self._room))

    def _move(self, room: int) -> None:
        """Take a new buffer, with what was received of the packet under way."""
        assert self._buffer is not None
        rest = self._buffer[self._begin : self._end]
        self._begin, self._end = 0, len(rest)
        self._buffer = None
        if len(rest):
            self._buffer = self._free_buffer(max(room, len(rest) + PACKET_HEADER_SIZE))
            self._buffer[: len(rest)] = rest

    def _free_buffer(self, room: int) -> memoryview:
        """Return a buffer that nobody reads, of ``room`` bytes or up to twice as many."""
        for position, buffer in enumerate(self._spare):
            if room <= len(buffer) <= 2 * room:
                try:
                    buffer.append(buffer.pop())
                except BufferError:
                    continue  # a memoryview points into it: Python does not let it be resized
                # Last: what was shown longest ago is free most likely.
                self._spare.append(self._spare.pop(position))
                return memoryview(buffer)
        buffer = bytearray(room)
        fitting = [b for b in self._spare if len(b) <= 2 * room]
        self._spare = [*fitting[-_SPARE + 1 :], buffer]
        return memoryview(buffer)
