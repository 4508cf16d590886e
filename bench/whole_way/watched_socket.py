"""WatchedSocket: a WebSocket viewer that costs next to nothing beside the kernel's copy.

A client library would make copies and objects of every bundle; with many viewers on the
same machine that would be measured instead of camstrm.
"""

from __future__ import annotations

import base64
import os
import socket
import struct
from collections.abc import Iterator

__all__ = ["ConnectionEndedError", "WatchedSocket"]

_TIMEOUT_S = 20.0
_ROOM = 1 << 16
_SHORT, _LONG = 126, 127
_OPCODE = 0x0F
_CLOSE, _PING = 8, 9
_FINAL = 0x80
_MASKED = 0x80
_MAX_HEAD = 2048


class ConnectionEndedError(Exception):
    """The bridge has ended the connection, or never let it come about."""


class WatchedSocket:
    """Reads whole messages into one buffer of its own and sends short texts.

    A message is valid until the next one is asked for.
    """

    def __init__(self, port: int, token: str) -> None:
        """Connect to a bridge on this machine; raises ConnectionEndedError and OSError."""
        self.received_bytes = 0
        self._socket = socket.create_connection(("127.0.0.1", port), _TIMEOUT_S)
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._buffer = bytearray(_ROOM)
            self._filled = self._upgrade(port, token)
            self._socket.setblocking(False)
        except BaseException:
            self._socket.close()
            raise

    def fileno(self) -> int:
        """Return what a selector waits for."""
        return self._socket.fileno()

    def close(self) -> None:
        """End the connection without ceremony."""
        self._socket.close()

    def send_text(self, text: str) -> None:
        """Send a text of less than 126 bytes; its mask is 0, which the protocol allows."""
        body = text.encode()
        assert len(body) < _SHORT
        frame = bytes((_FINAL | 1, _MASKED | len(body), 0, 0, 0, 0)) + body
        if self._socket.send(frame) != len(frame):
            raise ConnectionEndedError("the bridge reads nothing")

    def messages(self) -> Iterator[tuple[int, memoryview]]:
        """Read once; yield opcode and payload of each message that is complete now.

        Raises ConnectionEndedError at the end of the connection.
        """
        try:
            with memoryview(self._buffer) as view:
                count = self._socket.recv_into(view[self._filled :])
        except BlockingIOError:
            return
        except OSError as error:
            raise ConnectionEndedError(str(error)) from None
        if not count:
            raise ConnectionEndedError("end of the connection")
        self._filled += count
        self.received_bytes += count
        start = 0
        while (found := self._frame(start)) is not None:
            opcode, begin, end = found
            if end > self._filled:
                self._make_room(end - start)
                break
            if opcode == _CLOSE:
                raise ConnectionEndedError(
                    bytes(self._buffer[begin + 2 : end]).decode(errors="replace")
                )
            if opcode != _PING:
                with memoryview(self._buffer) as view, view[begin:end] as payload:
                    yield opcode, payload
            start = end
        if start:
            rest = self._filled - start
            self._buffer[:rest] = self._buffer[start : self._filled]
            self._filled = rest

    def _frame(self, start: int) -> tuple[int, int, int] | None:
        """Return opcode, begin and end of the payload of the frame at ``start``."""
        have = self._filled - start
        if have < 2:
            return None
        opcode, size = self._buffer[start] & _OPCODE, self._buffer[start + 1]
        begin = start + 2
        if size == _SHORT:
            if have < 4:
                return None
            (size,) = struct.unpack_from(">H", self._buffer, begin)
            begin += 2
        elif size == _LONG:
            if have < 10:
                return None
            (size,) = struct.unpack_from(">Q", self._buffer, begin)
            begin += 8
        return opcode, begin, begin + size

    def _make_room(self, size: int) -> None:
        if size > len(self._buffer):
            self._buffer.extend(bytes(size + _ROOM - len(self._buffer)))

    def _upgrade(self, port: int, token: str) -> int:
        """Shake hands; return how many bytes of messages came with the answer."""
        key = base64.b64encode(os.urandom(16)).decode()
        lines = (
            "GET /ws HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            f"Authorization: Bearer {token}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {key}",
        )
        self._socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            data = self._socket.recv(_MAX_HEAD)
            if not data or len(answer) > _MAX_HEAD:
                raise ConnectionEndedError(f"no handshake: {answer[:100]!r}")
            answer += data
        head, _, rest = answer.partition(b"\r\n\r\n")
        if b" 101 " not in head.splitlines()[0]:
            raise ConnectionEndedError(f"refused: {head.splitlines()[0].decode(errors='replace')}")
        self._buffer[: len(rest)] = rest
        return len(rest)
