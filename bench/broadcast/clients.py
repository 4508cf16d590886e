"""Clients of camstrm and of every peer on raw sockets: they read, count and look at stamps.

The same few lines read for all, so that the client is nobody's advantage. What a message holds
behind its first bytes is skipped in the kernel (MSG_TRUNC): a client costs the machine next to
nothing, and its rate of reading is exact.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Sequence
from typing import NamedTuple

from bench.broadcast.client_protocols import PROTOCOLS, Frame, Protocol
from bench.broadcast.stamped_jpeg import find_stamp

__all__ = ["Client", "Received", "read_all", "read_throttled"]

_HEAD = 1024
"""Bytes of a message that are looked at: headers of all servers and the first stamp."""

_STEP = 1 << 20
_SLICE_S = 0.01


class Received(NamedTuple):
    """One message with a picture: UTC in ns of its arrival and of its stamp, number, bytes."""

    received_ns: int
    sent_ns: int
    seq: int
    size: int


class Client:
    """One connection that has subscribed to all pictures.

    ``protocol``: a name in PROTOCOLS. ``receive_buffer``: SO_RCVBUF in bytes, 0 for the
    system's own tuning, which is what browsers and libraries have. Raises OSError, and
    ValueError when the server answers something else than expected.
    """

    def __init__(
        self, protocol: str, port: int, *, host: str = "127.0.0.1", receive_buffer: int = 0
    ) -> None:
        self.protocol: Protocol = PROTOCOLS[protocol]()
        self.bytes_read = 0
        self._head = bytearray()
        self._frame: Frame | None = None
        self._skip = 0
        self._scratch = bytearray(_STEP)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            if receive_buffer:
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            # As browsers and Qt do: an ack must not wait until the one before is confirmed.
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.socket.settimeout(10.0)
            self.socket.connect((host, port))
            self.protocol.open(self.socket)
            self.socket.setblocking(False)
        except BaseException:
            self.socket.close()
            raise

    def fileno(self) -> int:
        """Return the file descriptor, for a selector."""
        return self.socket.fileno()

    def close(self) -> None:
        """Close the connection."""
        self.socket.close()

    def read(self, limit: int = 4 * _STEP) -> list[Received]:
        """Read what is there, at most ``limit`` bytes; return the pictures that are complete.

        Raises ConnectionError when the server is gone.
        """
        found: list[Received] = []
        while limit > 0:
            try:
                if self._skip:
                    size = min(self._skip, limit, _STEP)
                    count = self.socket.recv_into(self._scratch, size, socket.MSG_TRUNC)
                    self._skip -= count
                else:
                    data = self.socket.recv(min(limit, _HEAD))
                    count = len(data)
                    self._head += data
            except BlockingIOError:
                break
            if not count:
                raise ConnectionResetError("the server closed the connection")
            self.bytes_read += count
            limit -= count
            while self._advance(found):
                pass
        return found

    def _advance(self, found: list[Received]) -> bool:
        """Go on to the next frame; return False if that needs more bytes."""
        if self._frame is None:
            self._frame = self.protocol.frame(self._head)
            if self._frame is None:
                return False
            self._stamp: tuple[int, int] | None = None
            del self._head[: self._frame.header_size]
            self._looked_at = False
        frame = self._frame
        if not self._looked_at:
            if len(self._head) < min(frame.payload_size, _HEAD):
                return False
            used = min(len(self._head), frame.payload_size)
            head = self._head[:used]
            del self._head[:used]
            self._stamp = find_stamp(head)
            self._reply = self.protocol.reply(frame, head)
            self._skip = frame.payload_size - used
            self._looked_at = True
        if self._skip:
            return False
        self._frame = None
        if self._stamp is not None:
            seq, sent_ns = self._stamp
            found.append(Received(time.time_ns(), sent_ns, seq, frame.payload_size))
        if self._reply:
            self.socket.send(self._reply)
        return True


def read_all(clients: Sequence[Client], seconds: float) -> list[list[Received]]:
    """Read from all as fast as they send; return what each has received."""
    found: list[list[Received]] = [[] for _ in clients]
    numbers = {client.fileno(): number for number, client in enumerate(clients)}
    with select.epoll() as poll:
        for number in numbers:
            poll.register(number, select.EPOLLIN)
        end_s = time.monotonic() + seconds
        while (left_s := end_s - time.monotonic()) > 0:
            for file, _ in poll.poll(left_s):
                number = numbers[file]
                found[number] += clients[number].read()
    return found


def read_throttled(client: Client, bytes_per_s: float, seconds: float) -> list[Received]:
    """Read at ``bytes_per_s``; return what was received."""
    found: list[Received] = []
    begin_s = last_s = time.monotonic()
    allowance = 0.0
    while last_s - begin_s < seconds:
        time.sleep(_SLICE_S)
        now = time.monotonic()
        # A client that found nothing to read does not read faster afterwards.
        allowance = min(allowance, _SLICE_S * bytes_per_s) + (now - last_s) * bytes_per_s
        last_s = now
        before = client.bytes_read
        found += client.read(int(allowance))
        allowance -= client.bytes_read - before
    return found
