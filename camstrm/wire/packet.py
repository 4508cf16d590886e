"""Packets on a stream socket: UdsPacketHeader, then one payload.

Used between grabber and bridge and between a camera process and its grabber. FORMAT.md
beside this file is the normative text.
"""

from __future__ import annotations

import enum
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from camstrm.errors import WireError
from camstrm.wire.bundle import MAX_BUNDLE_SIZE, Buffer, byte_count
from camstrm.wire.messages import MAX_TEXT_SIZE

__all__ = [
    "MAX_PACKET_SIZE",
    "PACKET_HEADER_SIZE",
    "PACKET_MAGIC",
    "PACKET_VERSION",
    "Packet",
    "PacketKind",
    "PacketSplitter",
    "encode_packet_parts",
]

PACKET_MAGIC = b"CSPK"
PACKET_VERSION = 1

_PACKET_HEADER = struct.Struct("<4sBBHII")

PACKET_HEADER_SIZE = _PACKET_HEADER.size

MAX_PACKET_SIZE = MAX_BUNDLE_SIZE
"""Bytes of a payload; a header that announces more is an error before anything is held.

A control message (TEXT) may have MAX_TEXT_SIZE bytes.
"""

_SCRATCH_SIZE = 65536


class PacketKind(enum.IntEnum):
    """What a packet carries. Unknown kinds are skipped by the splitter."""

    TEXT = 1
    """A control message, UTF-8 JSON (see messages.py)."""
    BUNDLE = 2
    """A FrameBundle."""


@dataclass(frozen=True)
class Packet:
    """One packet as received; ``payload`` is a buffer of its own that the receiver may keep."""

    kind: PacketKind
    payload: memoryview


def encode_packet_parts(kind: PacketKind, parts: Sequence[Buffer]) -> list[Buffer]:
    """Put a UdsPacketHeader before ``parts``; for ``sendmsg``, no payload is copied."""
    size = sum(byte_count(p) for p in parts)
    _check_size(kind, size, MAX_PACKET_SIZE)
    header = _PACKET_HEADER.pack(PACKET_MAGIC, PACKET_VERSION, PACKET_HEADER_SIZE, kind, size, 0)
    return [header, *parts]


def _check_size(kind: int, size: int, limit: int) -> None:
    if kind == PacketKind.TEXT:
        limit = min(limit, MAX_TEXT_SIZE)
    if size > limit:
        raise WireError("UdsPacketHeader", f"payload of {size} bytes, {limit} at most")


class PacketSplitter:
    """Cut a byte stream into packets, reading payloads into place.

    A reader asks :meth:`get_buffer` where the next bytes belong, receives into it and
    tells :meth:`bytes_received` how many came (the contract of
    ``asyncio.BufferedProtocol`` and of ``socket.recv_into``). :meth:`receive_data` does
    both for bytes that are there already. After a WireError the stream is unusable.
    """

    def __init__(self, max_size: int = MAX_PACKET_SIZE) -> None:
        self._max_size = max_size
        self._header = bytearray(PACKET_HEADER_SIZE)
        self._target = memoryview(self._header)
        self._filled = 0
        self._kind: PacketKind | None = None
        self._in_payload = False
        self._skip = 0
        self._scratch: memoryview | None = None

    def get_buffer(self) -> memoryview:
        """Return where the next received bytes belong (never empty)."""
        if self._skip:
            if self._scratch is None:
                self._scratch = memoryview(bytearray(_SCRATCH_SIZE))
            return self._scratch[: self._skip]
        return self._target[self._filled :]

    def bytes_received(self, count: int) -> list[Packet]:
        """Take note of ``count`` bytes written to the buffer; return finished packets."""
        if self._skip:
            self._skip -= count
            if not self._skip and self._in_payload and not len(self._target):
                return self._finish_payload()
            return []
        self._filled += count
        if self._filled < len(self._target):
            return []
        return self._finish_payload() if self._in_payload else self._finish_header()

    def receive_data(self, data: Buffer) -> list[Packet]:
        """Feed bytes of any cut; return the packets that are complete with them.

        When it raises, packets that were complete before the error are lost with it.
        """
        view = memoryview(data)
        packets: list[Packet] = []
        while len(view):
            target = self.get_buffer()
            count = min(len(target), len(view))
            target[:count] = view[:count]
            view = view[count:]
            packets += self.bytes_received(count)
        return packets

    def _finish_header(self) -> list[Packet]:
        magic, version, header_size, kind, size, _ = _PACKET_HEADER.unpack(self._header)
        if magic != PACKET_MAGIC:
            raise WireError("UdsPacketHeader", f"magic {magic!r}, wanted {PACKET_MAGIC!r}")
        if version != PACKET_VERSION:
            raise WireError("UdsPacketHeader", f"version {version}, wanted {PACKET_VERSION}")
        if header_size < PACKET_HEADER_SIZE:
            raise WireError(
                "UdsPacketHeader", f"header size {header_size}, wanted >= {PACKET_HEADER_SIZE}"
            )
        _check_size(kind, size, self._max_size)
        extra = header_size - PACKET_HEADER_SIZE
        self._filled = 0
        try:
            self._kind = PacketKind(kind)
        except ValueError:
            self._kind = None
            self._skip = extra + size
            return []
        self._skip = extra
        self._in_payload = True
        self._target = memoryview(bytearray(size))
        return self._finish_payload() if not size and not extra else []

    def _finish_payload(self) -> list[Packet]:
        assert self._kind is not None
        packet = Packet(self._kind, self._target)
        self._in_payload = False
        self._filled = 0
        self._target = memoryview(self._header)
        return [packet]
