"""The benchmark's cheap WebSocket client, against a far side that cuts its bytes anywhere."""

from __future__ import annotations

import select
import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from bench.whole_way.watched_socket import ConnectionEndedError, WatchedSocket

UPGRADED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
DEADLINE_S = 30.0


def frame(opcode: int, payload: bytes) -> bytes:
    """A server's frame, unmasked, of the size class that its payload needs."""
    size = len(payload)
    if size < 126:
        head = bytes((0x80 | opcode, size))
    elif size < 1 << 16:
        head = bytes((0x80 | opcode, 126)) + struct.pack(">H", size)
    else:
        head = bytes((0x80 | opcode, 127)) + struct.pack(">Q", size)
    return head + payload


class FarSide:
    """Answers the handshake with ``answer`` and keeps the request."""

    def __init__(self, answer: bytes) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(DEADLINE_S)
        self.port = self.listener.getsockname()[1]
        self.request = b""
        self._answer = answer
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    def connect(self) -> WatchedSocket:
        try:
            return WatchedSocket(self.port, "secret")
        finally:
            self._thread.join(DEADLINE_S)

    def close(self) -> None:
        self._thread.join(DEADLINE_S)
        self.connection.close()
        self.listener.close()

    def _accept(self) -> None:
        self.connection, _ = self.listener.accept()
        self.connection.settimeout(DEADLINE_S)
        while b"\r\n\r\n" not in self.request:
            self.request += self.connection.recv(4096)
        self.connection.sendall(self._answer)


@pytest.fixture
def far_side(request: pytest.FixtureRequest) -> Iterator[FarSide]:
    side = FarSide(getattr(request, "param", UPGRADED))
    yield side
    side.close()


def read(viewer: WatchedSocket, count: int) -> list[tuple[int, bytes]]:
    """Return so many messages; fail when they do not come."""
    found: list[tuple[int, bytes]] = []
    while len(found) < count:
        ready, _, _ = select.select([viewer], [], [], DEADLINE_S)
        assert ready
        found += [(opcode, bytes(payload)) for opcode, payload in viewer.messages()]
    return found


def test_messages_come_whole_however_they_are_cut(far_side: FarSide) -> None:
    messages = [(1, b"hello"), (2, b"p" * 300), (2, bytes(range(256)) * 1000), (1, b""), (2, b"q")]
    stream = b"".join(frame(opcode, payload) for opcode, payload in messages)
    viewer = far_side.connect()
    assert b"GET /ws HTTP/1.1" in far_side.request
    assert b"Authorization: Bearer secret" in far_side.request
    found = []
    # Heads byte by byte, then all that is left at once.
    for count, piece in enumerate([stream[i : i + 1] for i in range(320)] + [stream[320:]]):
        far_side.connection.sendall(piece)
        if count < 320:
            assert select.select([viewer], [], [], DEADLINE_S)[0]
            found += [(opcode, bytes(payload)) for opcode, payload in viewer.messages()]
    found += read(viewer, len(messages) - len(found))
    assert found == messages
    assert viewer.received_bytes == len(stream)
    viewer.close()


@pytest.mark.parametrize("far_side", [UPGRADED + frame(2, b"early")], indirect=True)
def test_what_comes_with_the_handshake_is_not_lost(far_side: FarSide) -> None:
    viewer = far_side.connect()
    far_side.connection.sendall(frame(2, b"later"))
    assert read(viewer, 2) == [(2, b"early"), (2, b"later")]
    viewer.close()


def test_a_text_is_masked_as_a_client_must(far_side: FarSide) -> None:
    viewer = far_side.connect()
    viewer.send_text("ack")
    assert far_side.connection.recv(100) == b"\x81\x83\0\0\0\0ack"
    viewer.close()


def test_a_close_says_why(far_side: FarSide) -> None:
    viewer = far_side.connect()
    far_side.connection.sendall(frame(8, struct.pack(">H", 1001) + b"the bridge stops"))
    with pytest.raises(ConnectionEndedError, match="the bridge stops"):
        read(viewer, 1)
    viewer.close()


@pytest.mark.parametrize("far_side", [b"HTTP/1.1 503 Service Unavailable\r\n\r\n"], indirect=True)
def test_a_refusal_says_which(far_side: FarSide) -> None:
    with pytest.raises(ConnectionEndedError, match="503"):
        far_side.connect()
