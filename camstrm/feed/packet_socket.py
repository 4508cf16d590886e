"""Packets over a connected stream socket: the blocking end of a camera process."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from typing import TypeVar

from camstrm.errors import WireError
from camstrm.wire import Packet, PacketKind, PacketSplitter, encode_packet_parts
from camstrm.wire.bundle import Buffer, byte_count

__all__ = [
    "MAX_PARTS",
    "BlockingPacketSocket",
    "give_room",
    "unsent",
]

_Bytes = TypeVar("_Bytes")

MAX_PARTS = 512
"""Most buffers for one sendmsg or writev: half of Linux's IOV_MAX."""

_SEND_BUFFER = 262144
"""Bytes for SO_SNDBUF, which Linux doubles: room for one bundle of the reference load (450 KB).

With the default (208 KB) a bundle goes out in three pieces, each with a wake-up of both sides:
0.36 ms and 450 us of CPU per hop instead of 0.28 ms and 350 us. No more than that, because
what the kernel holds while the other side stands still is old when it goes on.
"""


class BlockingPacketSocket:
    """The end of a camera process: one reader and one writer, in one thread.

    Calls raise OSError (ConnectionError when the other side is gone, TimeoutError after
    ``timeout_s``) and WireError for bytes that are no packets. With ``on_wait`` they wait
    for as long as the other side lives, and call it every ``timeout_s``.
    """

    def __init__(
        self,
        sock: socket.socket,
        timeout_s: float = 10.0,
        *,
        on_wait: Callable[[], None] | None = None,
    ) -> None:
        sock.settimeout(timeout_s)
        give_room(sock)
        self._on_wait = on_wait
        self._sock = sock
        self._splitter = PacketSplitter()

    def fileno(self) -> int:
        """Return the socket's file descriptor, for a selector."""
        return self._sock.fileno()

    def receive(self) -> list[Packet]:
        """Receive once; return the packets that are complete with it."""
        count = self._patiently(self._sock.recv_into, self._splitter.get_buffer())
        if not count:
            raise ConnectionResetError("the grabber closed the connection")
        return self._splitter.bytes_received(count)

    def send_text(self, text: bytes) -> None:
        """Send one control message, as JSON in UTF-8."""
        self.send(PacketKind.TEXT, [text])

    def send(self, kind: PacketKind, parts: Sequence[Buffer]) -> None:
        """Send one packet; return when the kernel has all of it."""
        rest = encode_packet_parts(kind, parts)
        while rest:
            rest = unsent(rest, self._patiently(self._sock.sendmsg, rest[:MAX_PARTS]))

    def _patiently(self, call: Callable[[_Bytes], int], data: _Bytes) -> int:
        while True:
            try:
                return call(data)
            except TimeoutError:
                if self._on_wait is None:
                    raise
                self._on_wait()

    def close(self) -> None:
        self._sock.close()


def give_room(sock: socket.socket) -> None:
    """Let the kernel hold one bundle of those sent over ``sock``."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)


def unsent(parts: Sequence[Buffer], sent: int) -> list[Buffer]:
    """Return what is left of ``parts`` behind their first ``sent`` bytes.

    Raises WireError if they have less: they were changed while they were sent.
    """
    for position, part in enumerate(parts):
        size = byte_count(part)
        if sent < size:
            return [memoryview(part).cast("B")[sent:], *parts[position + 1 :]]
        sent -= size
    if sent:
        raise WireError("socket", f"{sent} bytes more sent than there were")
    return []
