"""What each server wants to hear before it sends pictures, and how its messages are framed."""

from __future__ import annotations

import base64
import json
import os
import socket
import struct
from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

from bench.broadcast.stamped_jpeg import find_stamp
from camstrm.wire import FROM_VIEWER, Ack
from camstrm.wire.bundle import BUNDLE_MAGIC

__all__ = ["PROTOCOLS", "Frame", "Protocol"]

CAMERAS = 3
"""Pictures of a set; servers that offer each camera by itself offer so many."""

_MAX_FRAMES = 100
_BUNDLE_SEQ = struct.Struct("<16xQ")

_TEXT, _BINARY, _CLOSE, _PING, _PONG = 1, 2, 8, 9, 10


class Frame(NamedTuple):
    """One frame of a stream: sizes of its header and payload, and what it is."""

    header_size: int
    payload_size: int
    opcode: int


class Protocol:
    """A WebSocket that sends sets without being asked; the base of the other protocols.

    ``messages`` of a set come for each tick. After :meth:`open` the caller cuts the stream
    with :meth:`frame` and sends what :meth:`reply` says when a frame has come to its end.
    """

    path: ClassVar[str] = "/"
    headers: ClassVar[tuple[str, ...]] = ()
    messages: ClassVar[int] = 1

    def open(self, sock: socket.socket) -> None:
        """Do the handshake on a blocking socket, without reading beyond it."""
        host, port = sock.getpeername()
        lines = (
            f"GET {self.path} HTTP/1.1",
            f"Host: {host}:{port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
            *self.headers,
            "",
            "",
        )
        sock.sendall("\r\n".join(lines).encode())
        answer = bytearray()
        while not answer.endswith(b"\r\n\r\n"):
            answer += _exactly(sock, 1)
        if b" 101 " not in answer.partition(b"\r\n")[0]:
            raise ValueError(f"no WebSocket: {answer.decode(errors='replace')}")
        if b"permessage-deflate" in answer:
            raise ValueError("the server would compress JPEG")

    def frame(self, data: bytearray) -> Frame | None:
        """Return the frame that ``data`` begins with; None if more bytes are needed."""
        if len(data) < 2:
            return None
        if not data[0] & 0x80:
            raise ValueError("a fragmented message")
        size, header = data[1] & 0x7F, 2
        if size >= 126:
            header = 4 if size == 126 else 10
            if len(data) < header:
                return None
            size = int.from_bytes(data[2:header], "big")
        return Frame(header, size, data[0] & 0x0F)

    def reply(self, frame: Frame, head: bytes | bytearray) -> bytes:
        """Return what to send for a frame that begins with ``head``: pongs, acknowledgements."""
        return _masked(_PONG, bytes(head)) if frame.opcode == _PING else b""

    def _text_until(self, sock: socket.socket, wanted: Callable[[Any], bool]) -> None:
        """Read text messages until one is as wanted."""
        for _ in range(_MAX_FRAMES):
            head = bytearray(_exactly(sock, 2))
            while (frame := self.frame(head)) is None:
                head += _exactly(sock, 1)
            payload = _exactly(sock, frame.payload_size)
            if frame.opcode == _CLOSE:
                raise ValueError(f"closed by the server: {payload!r}")
            if frame.opcode == _TEXT and wanted(json.loads(payload)):
                return
        raise ValueError("the server does not say what it has")


class Camstrm(Protocol):
    """camstrm's viewer that acknowledges each bundle."""

    def reply(self, frame: Frame, head: bytes | bytearray) -> bytes:
        """Acknowledge a bundle."""
        if frame.opcode == _BINARY and head.startswith(BUNDLE_MAGIC):
            (seq,) = _BUNDLE_SEQ.unpack_from(head)
            return _masked(_TEXT, FROM_VIEWER.encode(Ack(seq)))
        return super().reply(frame, head)


class Deflate(Camstrm):
    """The same, and it offers what every browser offers."""

    headers = ("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",)


class Acknowledging(Protocol):
    """To any server what camstrm's viewer is to camstrm: it sends the same acknowledgements."""

    def reply(self, frame: Frame, head: bytes | bytearray) -> bytes:
        """Acknowledge a set."""
        stamp = find_stamp(head)
        if stamp is None:
            return super().reply(frame, head)
        return _masked(_TEXT, FROM_VIEWER.encode(Ack(stamp[0])))


class Foxglove(Protocol):
    """The protocol of Foxglove's SDK: subscribe to every channel that is advertised."""

    headers = ("Sec-WebSocket-Protocol: foxglove.sdk.v1",)
    messages = CAMERAS

    def open(self, sock: socket.socket) -> None:
        """Wait for the channels and subscribe to them."""
        super().open(sock)
        channels: list[int] = []

        def all_there(message: Any) -> bool:
            if message["op"] == "advertise":
                channels.extend(channel["id"] for channel in message["channels"])
            return len(channels) >= CAMERAS

        self._text_until(sock, all_there)
        wanted = [{"id": number, "channelId": channel} for number, channel in enumerate(channels)]
        text = json.dumps({"op": "subscribe", "subscriptions": wanted})
        sock.sendall(_masked(_TEXT, text.encode()))


class CameraStream(Protocol):
    """What camera-stream's page does: subscribe to the topics of the snapshot."""

    path = "/ws"
    messages = CAMERAS

    def open(self, sock: socket.socket) -> None:
        """Wait for the topics and subscribe to them."""
        super().open(sock)
        topics: list[str] = []

        def all_there(message: Any) -> bool:
            if message.get("topic") == "status/snapshot":
                topics[:] = [camera["topic"] for camera in message["data"]["cameras"]]
            return len(topics) >= CAMERAS

        self._text_until(sock, all_there)
        sock.sendall(_masked(_TEXT, json.dumps({"type": "subscribe", "topics": topics}).encode()))


class ImageZmq(Protocol):
    """A ZeroMQ SUB socket (ZMTP 3.0, mechanism NULL) that subscribes to everything."""

    messages = CAMERAS

    def open(self, sock: socket.socket) -> None:
        """Exchange greetings, READY and the subscription."""
        sock.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32))
        _exactly(sock, 64)
        ready = b"\x05READY\x0bSocket-Type\x00\x00\x00\x03SUB"
        sock.sendall(bytes((4, len(ready))) + ready)
        flags, size = _exactly(sock, 2)
        if flags != 4 or not _exactly(sock, size).startswith(b"\x05READY"):
            raise ValueError("no ZeroMQ")
        sock.sendall(b"\x00\x01\x01")

    def frame(self, data: bytearray) -> Frame | None:
        """Return the frame that ``data`` begins with; None if more bytes are needed."""
        header = 9 if data and data[0] & 2 else 2
        if len(data) < header:
            return None
        return Frame(header, int.from_bytes(data[1:header], "big"), _BINARY)

    def reply(self, frame: Frame, head: bytes | bytearray) -> bytes:
        """Say nothing."""
        return b""


PROTOCOLS: dict[str, type[Protocol]] = {
    "camstrm": Camstrm,
    "camstrm deflate": Deflate,
    "foxglove": Foxglove,
    "camera_stream": CameraStream,
    "imagezmq": ImageZmq,
    "websocket": Protocol,
    "websocket acks": Acknowledging,
}
"""By name. ``websocket`` is for every server that sends unasked: websockets, picows, the floor
and camstrm, to which it is a viewer that never acknowledges."""


def _masked(opcode: int, payload: bytes) -> bytes:
    """Return a frame from a client; the mask is zero, which is a mask like any other."""
    size = len(payload)
    length = bytes((0x80 | size,)) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    return bytes((0x80 | opcode,)) + length + bytes(4) + payload


def _exactly(sock: socket.socket, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        part = sock.recv(count - len(data))
        if not part:
            raise ConnectionResetError("the server closed the connection")
        data += part
    return bytes(data)
