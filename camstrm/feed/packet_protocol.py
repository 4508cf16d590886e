"""Packets over a connected stream socket, in an asyncio loop: both ends of the feed use it."""

from __future__ import annotations

import asyncio
import fcntl
import os
import socket
import sys
import termios
from collections.abc import Callable, Sequence

from camstrm.errors import WireError
from camstrm.feed.packet_socket import MAX_PARTS, unsent
from camstrm.wire import (
    Packet,
    PacketKind,
    PacketSplitter,
    encode_packet_parts,
)
from camstrm.wire.bundle import Buffer

__all__ = ["PacketProtocol", "open_packets"]

_LAST_READS = 64
"""Most reads for what the far side said before the connection broke. The kernel holds some
100 KB and a read takes 4 KB at least; only a far side that goes on sending has more."""


class PacketProtocol(asyncio.BufferedProtocol):
    """Cuts a stream into packets, reading payloads into place, and writes without copying.

    ``on_read`` is called after each read with the packets that it completed, often none. It
    may raise WireError for a content that is wrong. ``on_end`` is called exactly once, when
    the connection is over and everything that came before its end has gone through ``on_read``:
    with WireError for bytes that are no packets (the connection is then closed from here),
    with OSError when the far side has closed or the connection broke, with None after
    :meth:`close` and :meth:`abort`. ``on_idle`` is called when the kernel has taken all that
    it could not take at once, ``on_open`` when the connection is made, with its socket.

    Belongs to one event loop, and nothing here may be called from another thread.
    """

    def __init__(
        self,
        on_read: Callable[[list[Packet]], None],
        on_end: Callable[[OSError | WireError | None], None],
        on_idle: Callable[[], None] | None = None,
        on_open: Callable[[socket.socket], None] | None = None,
    ) -> None:
        self._on_read = on_read
        self._on_end = on_end
        self._on_idle = on_idle
        self._on_open = on_open
        self.opening: asyncio.Task[None] | None = None  # makes the connection
        self._splitter = PacketSplitter()
        # None before the connection is made and after it is lost.
        self._transport: asyncio.Transport | None = None
        self._descriptor = -1  # of the transport's socket, for writev and readv beside it
        self._asked = 0  # bytes that the last read could have filled
        self._filled = False  # whether it did: then more may wait
        self._error: OSError | WireError | None = None  # why the connection is over
        self._let_go = False  # close() or abort() was called: nothing is read any more

    @property
    def idle(self) -> bool:
        """Whether the kernel has taken everything that was sent, and more can be sent."""
        return self.is_open and not self.unsent

    @property
    def unsent(self) -> int:
        """Bytes sent that the kernel has not taken yet."""
        return 0 if self._transport is None else self._transport.get_write_buffer_size()

    @property
    def is_open(self) -> bool:
        """Whether :meth:`send` still reaches the socket."""
        return self._transport is not None and not self._transport.is_closing()

    def fileno(self) -> int:
        """Return the socket's file descriptor; -1 without a connection."""
        return self._descriptor

    def send_text(self, text: bytes) -> None:
        """Send one control message, as JSON in UTF-8; otherwise as :meth:`send`."""
        self.send(PacketKind.TEXT, [text])

    def send(self, kind: PacketKind, parts: Sequence[Buffer]) -> None:
        """Send one packet behind those before it; without a connection it is dropped.

        Payloads are not copied: they must not change while the connection is not idle. The
        sender keeps what waits short by looking at :attr:`idle`.
        """
        if self._transport is None or self._transport.is_closing():
            return
        rest = encode_packet_parts(kind, parts)
        if not self._transport.get_write_buffer_size():
            # One call of the system for all parts, past the transport: its writelines() joins
            # them before Python 3.12, and a write() for each would be a call for each.
            try:
                rest = unsent(rest, os.writev(self._descriptor, rest[:MAX_PARTS]))
            except BlockingIOError:
                pass
            except OSError as error:
                self._break(error)
                return
        for part in rest:
            if self._transport.is_closing():
                return  # a write before found the connection broken
            self._transport.write(part)

    def close(self) -> None:
        """Close when all that was sent has gone out; nothing is read any more."""
        self._let_go = True
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close at once; what has not gone out is lost."""
        self._let_go = True
        if self._transport is not None:
            self._transport.abort()

    def more_waits(self) -> bool:
        """Return whether the kernel holds bytes that the loop's next round will read."""
        if not self._filled or self._let_go or self._transport is None:
            return False
        waiting = bytearray(4)
        try:
            fcntl.ioctl(self._descriptor, termios.FIONREAD, waiting)
        except OSError:
            return False  # the connection has just ended
        return int.from_bytes(waiting, sys.byteorder) > 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        sock = transport.get_extra_info("socket")
        self._descriptor = sock.fileno()
        # With a limit of 0 resume_writing() means that nothing waits.
        transport.set_write_buffer_limits(0)
        if self._let_go:
            transport.abort()
        elif self._on_open is not None:
            self._on_open(sock)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002  the splitter knows better
        buffer = self._splitter.get_buffer()
        self._asked = len(buffer)
        return buffer

    def buffer_updated(self, nbytes: int) -> None:
        # A read that filled less than it might have found no more.
        self._filled = nbytes == self._asked
        try:
            self._take(nbytes)
        except WireError as error:
            self._break(error)
            return
        # The memory for the next packet is made now, not when its bytes are there.
        self._splitter.get_buffer()

    def eof_received(self) -> None:
        self._break(ConnectionResetError("closed by the other side"))

    def resume_writing(self) -> None:
        if self._on_idle is not None:
            self._on_idle()

    def connection_lost(self, exc: Exception | None) -> None:
        error = self._error or (exc if isinstance(exc, OSError) else None)
        if error is None and not self._let_go:
            # asyncio has logged what on_read or on_idle raised.
            error = ConnectionAbortedError("closed after an error in this process")
        try:
            if isinstance(error, OSError) and not self._let_go:
                self._read_last_words()
        except WireError as garbage:
            error = garbage
        finally:  # asyncio logs what else on_read raises
            self._transport = None
            self._descriptor = -1
            self._on_end(None if self._let_go else error)

    def _take(self, count: int) -> None:
        self._on_read(self._splitter.bytes_received(count))
        if self._splitter.error is not None and not self._let_go:
            raise self._splitter.error  # garbage came behind these packets

    def _break(self, error: OSError | WireError) -> None:
        """End the connection; ``on_end`` is called in the loop's next round."""
        if self._error is None:
            self._error = error
        if self._transport is not None:
            self._transport.abort()

    def _read_last_words(self) -> None:
        """Read what came before the far side ended: a write may notice the end first."""
        for _ in range(_LAST_READS):
            try:
                count = os.readv(self._descriptor, [self._splitter.get_buffer()])
            except OSError:
                return
            self._filled = False
            self._take(count)
            if not count or self._let_go:
                return


def open_packets(sock: socket.socket, protocol: PacketProtocol) -> asyncio.Task[None]:
    """Let ``protocol`` speak over a connected socket, which is its own from now on.

    The task ends when the connection is made; nobody has to wait for it.
    """

    async def make() -> None:
        await asyncio.get_running_loop().create_connection(lambda: protocol, sock=sock)

    task = asyncio.get_running_loop().create_task(make(), name="open packets")
    protocol.opening = task  # the loop alone would not keep it alive
    # A task that is cancelled before its first step has not given the socket to anybody.
    task.add_done_callback(lambda done: sock.close() if done.cancelled() else None)
    return task
