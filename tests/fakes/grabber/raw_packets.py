"""Packets of a grabber as bytes, right ones and wrong ones."""

from __future__ import annotations

import struct

from camstrm.wire import FEED_UP, Hello, PacketKind
from camstrm.wire.packet import PACKET_MAGIC


def packet(kind: int, payload: bytes, size: int | None = None) -> bytes:
    size = len(payload) if size is None else size
    return struct.pack("<4sBBHII", PACKET_MAGIC, 1, 16, kind, size, 0) + payload


def text(message: str | bytes) -> bytes:
    data = message.encode() if isinstance(message, str) else message
    return packet(PacketKind.TEXT, data)


HELLO = text(FEED_UP.encode(Hello("x")))
