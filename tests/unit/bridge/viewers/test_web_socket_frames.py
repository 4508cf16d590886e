from __future__ import annotations

import random
import struct

import pytest

from camstrm.bridge.viewers.web_socket_frames import (
    MAX_FRAGMENTS,
    MessageReader,
    Opcode,
    WebSocketError,
    check_close,
    close_frame,
    frame,
    frame_header,
    text_of,
)
from camstrm.wire import MAX_VIEWER_TEXT_SIZE
from tests.unit.bridge.viewers.web_socket_cases import masked


def messages(data: bytes, step: int = 0) -> list[tuple[int, bytes]]:
    """Receive ``data`` in pieces of ``step`` bytes (0: as much as fits)."""
    reader = MessageReader()
    found = []
    while data:
        room = reader.get_buffer()
        count = min(len(room), len(data), step or len(data))
        assert count, "the buffer holds the largest message"
        room[:count] = data[:count]
        data = data[count:]
        reader.received(count)
        while (message := reader.next()) is not None:
            found.append(message)
    return found


def code_of(data: bytes) -> int:
    with pytest.raises(WebSocketError) as caught:
        messages(data)
    return caught.value.code


def test_the_examples_of_rfc_6455() -> None:
    hello = b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"
    assert messages(hello) == [(Opcode.TEXT, b"Hello")]
    ping = b"\x89\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"
    assert messages(ping) == [(Opcode.PING, b"Hello")]
    for from_a_server in (b"\x81\x05Hello", b"\x01\x03Hel\x80\x02lo", b"\x89\x05Hello"):
        assert code_of(from_a_server) == 1002, "a client's frames have a mask"
    assert frame(Opcode.TEXT, b"Hello") == b"\x81\x05Hello"
    assert frame_header(Opcode.BINARY, 256) == b"\x82\x7e\x01\x00"
    assert frame_header(Opcode.BINARY, 65536) == b"\x82\x7f" + struct.pack(">Q", 65536)
    assert close_frame(1001, "x") == b"\x88\x03\x03\xe9x"


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 300, MAX_VIEWER_TEXT_SIZE])
@pytest.mark.parametrize("step", [0, 1, 3])
def test_each_size_in_pieces_of_any_size(size: int, step: int) -> None:
    payload = random.Random(size).randbytes(size)
    data = masked(0x82, payload) + masked(0x81, b"next")
    assert messages(data, step) == [(Opcode.BINARY, payload), (Opcode.TEXT, b"next")]


def test_the_buffer_is_large_only_for_a_message_that_is() -> None:
    reader, sizes = MessageReader(), []
    for payload in (b"small", bytes(MAX_VIEWER_TEXT_SIZE), b"small", b"small"):
        data = masked(0x81, payload)
        while data:
            room = reader.get_buffer()
            sizes.append(len(reader._buffer))
            count = min(len(room), len(data))
            room[:count] = data[:count]
            data = data[count:]
            reader.received(count)
            message = reader.next()
        assert message == (Opcode.TEXT, payload)
    assert sizes[0] == sizes[1] == sizes[-1] == 4096
    assert max(sizes) == MAX_VIEWER_TEXT_SIZE + 14


def test_many_messages_in_one_read() -> None:
    wanted = [(int(Opcode.TEXT), b"%d" % number) for number in range(500)]
    assert messages(b"".join(masked(0x81, payload) for _, payload in wanted)) == wanted


def test_what_is_not_asked_for_waits() -> None:
    reader = MessageReader()
    data = masked(0x81, b"one") + masked(0x81, b"two") + masked(0x81, b"three")[:5]
    reader.get_buffer()[: len(data)] = data
    reader.received(len(data))
    assert reader.next() == (Opcode.TEXT, b"one")
    rest = masked(0x81, b"three")[5:]
    reader.get_buffer()[: len(rest)] = rest
    reader.received(len(rest))
    assert [reader.next() for _ in range(3)] == [(1, b"two"), (1, b"three"), None]


def test_control_frames_come_between_fragments() -> None:
    data = masked(0x01, b"a") + masked(0x89, b"ping") + masked(0x00, b"b") + masked(0x80, b"c")
    assert messages(data) == [(Opcode.PING, b"ping"), (Opcode.TEXT, b"abc")]


@pytest.mark.parametrize(
    "data",
    [
        masked(0x80, b"a continuation of nothing"),
        masked(0x01, b"a") + masked(0x81, b"b"),
        masked(0xC1, b"compressed"),
        masked(0xA1, b"reserved"),
        masked(0x91, b"reserved"),
        masked(0x83, b"an opcode that is none"),
        masked(0x8B, b"an opcode that is none"),
        masked(0x09, b"a ping in fragments"),
        masked(0x89, bytes(126)),
        b"\xff\xff" + b"\xff" * 64,
    ],
)
def test_breaches_of_the_protocol(data: bytes) -> None:
    assert code_of(data) == 1002


@pytest.mark.parametrize(
    "data",
    [
        masked(0x81, bytes(MAX_VIEWER_TEXT_SIZE + 1))[:14],
        masked(0x81, bytes(1 << 20))[:14],
        b"\x82\xff" + b"\xff" * 8,
        masked(0x01, bytes(MAX_VIEWER_TEXT_SIZE - 96)) + masked(0x80, bytes(97)),
    ],
)
def test_too_long_a_message_is_refused_before_it_is_there(data: bytes) -> None:
    assert code_of(data) == 1009


def test_fragments_of_nothing_come_to_an_end() -> None:
    empty = masked(0x00, b"")
    most = masked(0x01, b"a") + (MAX_FRAGMENTS - 2) * empty + masked(0x80, b"z")
    assert messages(most + most) == 2 * [(Opcode.TEXT, b"az")]
    assert code_of(masked(0x01, b"a") + MAX_FRAGMENTS * empty) == 1008


def test_a_message_says_in_how_many_fragments_it_came() -> None:
    reader, counts = MessageReader(), []
    for data in (
        masked(0x01, b"a") + masked(0x00, b"b") + masked(0x80, b"c"),
        masked(0x81, b"whole"),
        masked(0x81, bytes(200)),
    ):
        reader.get_buffer()[: len(data)] = data
        reader.received(len(data))
        assert reader.next() is not None
        counts.append(reader.fragments)
    assert counts == [3, 0, 0]


def test_a_text_is_utf_8() -> None:
    assert text_of("ä".encode()) == "ä"
    with pytest.raises(WebSocketError) as caught:
        text_of(b"\xff")
    assert caught.value.code == 1007


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", None),
        (b"\x03\xe8", 1000),
        (b"\x03\xe8bye", 1000),
        (b"\x0f\xa0", 4000),
        (b"\x13\x87", 4999),
    ],
)
def test_close_frames(payload: bytes, code: int | None) -> None:
    assert check_close(payload) == code
    assert close_frame(code)[2:] == payload[:2]


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"\x03", 1002),
        (b"\x03\xed", 1002),
        (b"\x03\xee", 1002),
        (b"\x00\x00", 1002),
        (b"\x13\x88", 1002),
        (b"\xff\xff", 1002),
        (b"\x03\xe8\xff", 1007),
    ],
)
def test_close_frames_that_must_not_be(payload: bytes, code: int) -> None:
    with pytest.raises(WebSocketError) as caught:
        check_close(payload)
    assert caught.value.code == code


def test_any_bytes_give_messages_or_an_error() -> None:
    chance = random.Random(7)
    codes = set()
    for _ in range(3000):
        start = chance.choice((b"", b"\x81", b"\x81\xff"))
        data = start + chance.randbytes(chance.randrange(1, 40))
        try:
            messages(data, step=chance.randrange(0, 5))
        except WebSocketError as error:
            codes.add(error.code)
    assert codes == {1002, 1007, 1009}
