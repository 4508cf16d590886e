"""UnsentRest: what the kernel has not taken yet, handed to the transport piece by piece."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from camstrm.feed.packet_socket import unsent
from camstrm.wire.bundle import Buffer, byte_count

__all__ = ["PIECE", "UnsentRest"]

PIECE = 65536
"""Bytes that a transport gets at a time: as many as the kernel takes at once when it has room again
(TCP_NOTSENT_LOWAT and one packet of Linux's segmentation offload)."""


class UnsentRest:
    """Keeps what was written and not taken, without a copy, in its order.

    A transport copies what it is given (before Python 3.12) and its TLS encrypts all of it at
    once: a viewer that reads slowly would hold a bundle of its own beside the one that all
    share. So it gets a piece, and :meth:`push` the next one when that has gone. Used by the
    event loop alone.
    """

    __slots__ = ("_after", "_parts", "_transport")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._parts: list[Buffer] = []
        """What waits behind the piece that the transport has."""
        self._after: Callable[[], None] | None = None
        """Called when the transport has the last piece."""

    def __len__(self) -> int:
        return sum(map(byte_count, self._parts))

    @property
    def empty(self) -> bool:
        """Whether the transport has been given all."""
        return not self._parts

    def put(self, parts: Sequence[Buffer]) -> None:
        """Let ``parts`` go behind what waits."""
        self._parts += parts

    def replace_last(self, part: Buffer, by: Buffer) -> bool:
        """Let ``by`` go in the place of ``part`` if that waits, untouched, as the last."""
        waits = bool(self._parts) and self._parts[-1] is part
        if waits:
            self._parts[-1] = by
        return waits

    def push(self) -> bool:
        """Hand on pieces until one waits in the transport; return whether the kernel has all."""
        transport = self._transport
        while self._parts and not transport.get_write_buffer_size():
            if transport.is_closing():
                self._parts.clear()  # nobody is there to read it
                return False
            transport.writelines(self._take_piece())
        if not self._parts and self._after is not None:
            after, self._after = self._after, None
            after()
        return not self._parts and not transport.get_write_buffer_size()

    def when_gone(self, after: Callable[[], None]) -> None:
        """Call ``after`` when the transport has been given all; the last one counts."""
        self._after = after
        self.push()

    def clear(self) -> None:
        """Forget what waits: the connection is lost."""
        self._parts.clear()
        self._after = None

    def _take_piece(self) -> list[Buffer]:
        piece: list[Buffer] = []
        room = PIECE
        for part in self._parts:
            piece.append(memoryview(part)[:room])
            room -= byte_count(piece[-1])
            if not room:
                break
        self._parts = unsent(self._parts, PIECE - room)
        return piece
