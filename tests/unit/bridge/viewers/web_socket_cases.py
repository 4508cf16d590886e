"""What a viewer may send on a WebSocket and what has to come back, as bytes.

The cases are those of Autobahn's test suite (sections 1 to 7 and 10; 9 has no cases for a server of
short messages, 12 and 13 are of compression, which is not negotiated), under its numbers, and
further ones that RFC 6455 asks for. The bridge echoes nothing, so a text here is a call of an
operation that does not exist: the refusal names the first 64 characters of it.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import TypeAlias

from camstrm.wire import MAX_VIEWER_TEXT_SIZE

__all__ = ["CASES", "Answer", "Case", "Close", "Pong", "Reply", "frame_of", "masked"]

TEXT, BINARY, CLOSE, PING, PONG = 0x81, 0x82, 0x88, 0x89, 0x8A
FIRST, MORE, LAST = 0x01, 0x00, 0x80
"""First bytes of the fragments of a text."""

_MASKS = (b"\x37\xfa\x21\x3d", b"\x00\x00\x00\x00", b"\xff\x80\x01\xc2")
_turns = count()


@dataclass(frozen=True)
class Pong:
    """A pong with this payload."""

    payload: bytes


@dataclass(frozen=True)
class Reply:
    """The reply to a call of an operation that begins with this text."""

    operation: str


@dataclass(frozen=True)
class Close:
    """A close frame, after which nothing comes: this code, None for a frame without one."""

    code: int | None


Answer: TypeAlias = Pong | Reply | Close


@dataclass(frozen=True)
class Case:
    """``sends`` in one piece, or cut at any place: the same ``answers``, in this order.

    ``number`` is Autobahn's, or a word. Without a Close at the end the connection stays open.
    """

    number: str
    sends: bytes
    answers: tuple[Answer, ...] = field(default=())

    @property
    def closes(self) -> bool:
        return bool(self.answers) and isinstance(self.answers[-1], Close)


def frame_of(first: int, payload: bytes = b"") -> bytes:
    """Return a frame as a client sends it; the masks take turns."""
    return masked(first, payload, _MASKS[next(_turns) % len(_MASKS)])


def masked(first: int, payload: bytes, mask: bytes = _MASKS[0]) -> bytes:
    """Return a frame as a client sends it."""
    size = len(payload)
    if size < 126:
        length = struct.pack(">B", 0x80 | size)
    elif size < 1 << 16:
        length = struct.pack(">BH", 0xFE, size)
    else:
        length = struct.pack(">BQ", 0xFF, size)
    body = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
    return bytes((first,)) + length + mask + body


def call_of(operation: str, size: int = 0) -> bytes:
    """Return the text of a call, filled up with blanks to ``size`` bytes."""
    call = {"type": "call", "id": 1, "camera": 0, "do": operation}
    return json.dumps(call, ensure_ascii=False).encode().ljust(size)


def fragments(payload: bytes, size: int) -> bytes:
    """Return a text as fragments of ``size`` bytes."""
    return fragments_of([payload[i : i + size] for i in range(0, len(payload), size)])


def fragments_of(parts: list[bytes], between: bytes = b"") -> bytes:
    """Return a text as these fragments, with frames between each two of them."""
    firsts = [FIRST, *[MORE] * (len(parts) - 2), LAST]
    frames = [frame_of(first, part) for first, part in zip(firsts, parts, strict=True)]
    return between.join(frames)


def close_payload(code: int, reason: bytes = b"") -> bytes:
    return struct.pack(">H", code) + reason


_HELLO = call_of("hello")
_BREACH = Close(1002)


def _sizes() -> Iterator[Case]:
    sizes = (0, 125, 126, 127, 128, 65535, 65536)
    for number, size in enumerate(sizes, 1):
        # An empty text is no message, so it has no answer; it is a text all the same.
        answers = (Reply("hello"),) if size else ()
        yield Case(f"1.1.{number}", frame_of(TEXT, call_of("hello", size)[:size]), answers)
        yield Case(f"1.2.{number}", frame_of(BINARY, bytes(size)), (Close(1003),))
    for size in (4095, 4096, 4097, MAX_VIEWER_TEXT_SIZE):
        yield Case(f"size {size}", frame_of(TEXT, call_of("hello", size)), (Reply("hello"),))
    long = MAX_VIEWER_TEXT_SIZE + 1
    yield Case(f"size {long}", frame_of(TEXT, call_of("hello", long)), (Close(1009),))
    yield Case("size 2^62", b"\x81\xff" + struct.pack(">Q", 1 << 62) + bytes(8), (Close(1009),))
    yield Case("size 2^63", b"\x81\xff" + struct.pack(">Q", 1 << 63) + bytes(8), (Close(1009),))


def _pings() -> Iterator[Case]:
    for number, payload in (
        ("2.1", b""),
        ("2.2", b"Hello, world!"),
        ("2.3", b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff"),
        ("2.4", b"\xfe" * 125),
    ):
        yield Case(number, frame_of(PING, payload), (Pong(payload),))
    yield Case("2.5", frame_of(PING, b"\xfe" * 126), (_BREACH,))
    yield Case("2.7", frame_of(PONG))
    yield Case("2.8", frame_of(PONG, b"unsolicited"))
    yield Case("2.9", frame_of(PONG, b"unsolicited") + frame_of(PING, b"ping"), (Pong(b"ping"),))
    payloads = [b"payload-%d" % number for number in range(10)]
    pings = b"".join(frame_of(PING, payload) for payload in payloads)
    yield Case("2.10", pings, tuple(map(Pong, payloads)))


def _reserved_bits() -> Iterator[Case]:
    hello, ping = frame_of(TEXT, _HELLO), frame_of(PING)
    answer = Reply("hello")
    yield Case("3.1", frame_of(TEXT | 0x10, _HELLO), (_BREACH,))
    yield Case("3.2", hello + frame_of(TEXT | 0x20, _HELLO) + ping, (answer, _BREACH))
    yield Case("3.3", hello + frame_of(TEXT | 0x30, _HELLO) + ping, (answer, _BREACH))
    yield Case("3.4", hello + frame_of(TEXT | 0x40, _HELLO) + ping, (answer, _BREACH))
    yield Case("3.5", frame_of(BINARY | 0x50, b"\x00\xff"), (_BREACH,))
    yield Case("3.6", frame_of(PING | 0x60, b"ping"), (_BREACH,))
    yield Case("3.7", frame_of(CLOSE | 0x70), (_BREACH,))


def _opcodes() -> Iterator[Case]:
    hello, ping = frame_of(TEXT, _HELLO), frame_of(PING)
    for section, opcodes in (("4.1", range(3, 8)), ("4.2", range(11, 16))):
        for number, opcode in enumerate(opcodes, 1):
            wrong = frame_of(0x80 | opcode, b"reserved" if number > 1 else b"")
            before, answers = (hello, (Reply("hello"),)) if number > 2 else (b"", ())
            yield Case(f"{section}.{number}", before + wrong + ping, (*answers, _BREACH))


def _fragments() -> Iterator[Case]:
    halves = [_HELLO[:9], _HELLO[9:]]
    fifths = [_HELLO[i : i + 11] for i in range(0, len(_HELLO), 11)]
    whole, ping = frame_of(TEXT, _HELLO), frame_of(PING, b"ping")
    answer, pong = Reply("hello"), Pong(b"ping")
    yield Case("5.1", frame_of(0x09, b"half") + frame_of(LAST, b"half"), (_BREACH,))
    yield Case("5.2", frame_of(0x0A, b"half") + frame_of(LAST, b"half"), (_BREACH,))
    yield Case("5.3", fragments_of(halves), (answer,))
    yield Case("5.6", fragments_of(halves, ping), (pong, answer))
    yield Case("5.9", frame_of(LAST, b"nothing to continue") + whole, (_BREACH,))
    yield Case("5.12", frame_of(MORE, b"nothing to continue") + whole, (_BREACH,))
    yield Case("5.15", fragments_of(halves) + frame_of(MORE, b"nothing") + whole, (answer, _BREACH))
    twice = frame_of(MORE, b"nothing") + whole
    yield Case("5.16", twice + twice, (_BREACH,))
    twice = frame_of(LAST, b"nothing") + whole
    yield Case("5.17", twice + twice, (_BREACH,))
    yield Case("5.18", frame_of(FIRST, halves[0]) + frame_of(TEXT, halves[1]), (_BREACH,))
    assert len(fifths) == 5
    yield Case("5.19", fragments_of(fifths, ping), (*[pong] * 4, answer))
    yield Case("5.20", fragments_of(fifths, ping) + ping, (*[pong] * 4, answer, pong))
    yield Case("10.1.1", fragments(call_of("hello", 65536), 1300), (answer,))
    yield Case("1024 fragments", fragments_of([*[b""] * 1023, _HELLO]), (answer,))
    endless = frame_of(FIRST) + frame_of(MORE) * 1024
    yield Case("empty fragments without end", endless, (Close(1008),))
    yield Case("fragments beyond the size", fragments(bytes(65_600), 4000), (Close(1009),))


def _utf_8() -> Iterator[Case]:
    greek = "\u03ba\u1f79\u03c3\u03bc\u03b5"
    hello = "Hello-\xb5@\xdf\xf6\xe4\xfc\xe0\xe1-UTF-8!!"
    yield Case("6.1.2", fragments_of([b"", b"", b""]))
    yield Case("6.1.3", fragments_of([b"", _HELLO, b""]), (Reply("hello"),))
    yield Case("6.2.1", frame_of(TEXT, call_of(hello)), (Reply(hello),))
    text = call_of(hello)
    middle = text.index("\xb5".encode()) + 2
    yield Case("6.2.2", fragments_of([text[:middle], text[middle:]]), (Reply(hello),))
    yield Case("6.2.3", fragments(text, 1), (Reply(hello),))
    yield Case("6.2.4", fragments(call_of(greek), 1), (Reply(greek),))
    for section, texts in _VALID.items():
        for number, valid in enumerate(texts, 1):
            yield Case(f"{section}.{number}", frame_of(TEXT, call_of(valid)), (Reply(valid),))
    for section, sequences in _INVALID.items():
        for number, wrong in enumerate(sequences, 1):
            sent = _around(wrong)
            yield Case(f"{section}.{number}", frame_of(TEXT, sent), (Close(1007),))
            yield Case(f"{section}.{number} in fragments", fragments(sent, 1), (Close(1007),))
    # What is wrong is refused at once, not when the message is whole.
    good, bad, rest = greek.encode(), b"\xf4\x90\x80\x80", b"edited"
    yield Case("6.4.1", frame_of(FIRST, good) + frame_of(MORE, bad), (Close(1007),))
    yield Case(
        "6.4.2",
        frame_of(FIRST, good + bad[:1]) + frame_of(MORE, bad[1:2]),
        (Close(1007),),
    )
    whole = frame_of(TEXT, good + bad + rest)
    yield Case("6.4.3", whole[: -len(rest)], (Close(1007),))
    yield Case("6.4.4", whole[: -len(rest) - 2], (Close(1007),))
    yield Case("6.4.4, in 64 bit", frame_of(TEXT, bad.ljust(65_536))[:20], (Close(1007),))
    yield Case("binary is not UTF-8", frame_of(BINARY, bad), (Close(1003),))
    yield Case("a ping is not UTF-8", frame_of(PING, bad), (Pong(bad),))


def _around(wrong: bytes) -> bytes:
    """Return a call whose operation's name has these bytes in it."""
    begin, _, end = call_of("|").partition(b"|")
    return begin + wrong + end


def _prefixes(whole: bytes, numbers: Iterable[int]) -> list[bytes]:
    return [whole[:number] for number in numbers]


_NON_CHARACTERS = [chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF)]

_VALID: dict[str, list[str]] = {
    "6.5": ["\u03ba", "\u03ba\u1f79", "\u03ba\u1f79\u03c3", "\u03ba\u1f79\u03c3\u03bc"],
    "6.7": ["\x00", "\x80", "\u0800", "\U00010000"],
    "6.9": ["\x7f", "\u07ff", "\uffff", "\U0010ffff"],
    "6.11": ["\ud7ff", "\ue000", "\ufffd", "\U0010ffff"],
    "6.22": _NON_CHARACTERS,
    "6.23": ["\ufff9", "\ufffa", "\ufffb", "\ufffc", "\ufffd", "\ufffe", "\uffff"],
}

_INVALID: dict[str, list[bytes]] = {
    "6.3": [b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited"],
    "6.6": _prefixes("\u03ba\u1f79\u03c3".encode(), (1, 3, 4, 6)),
    "6.8": [b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80"],
    "6.10": [b"\xf7\xbf\xbf\xbf", b"\xfb\xbf\xbf\xbf\xbf", b"\xfd\xbf\xbf\xbf\xbf\xbf"],
    "6.11 beyond": [b"\xf4\x90\x80\x80"],
    "6.12": [b"\x80", b"\xbf", *[b"\x80\xbf" * n for n in (1, 2, 3)], bytes(range(0x80, 0xC0))],
    "6.13": [
        b"".join(bytes((first, 0x20)) for first in range(*firsts))
        for firsts in ((0xC0, 0xE0), (0xE0, 0xF0), (0xF0, 0xF8), (0xF8, 0xFC), (0xFC, 0xFE))
    ],
    "6.14": [
        *(b"\xc0", b"\xe0\x80", b"\xf0\x80\x80", b"\xf8\x80\x80\x80", b"\xfc\x80\x80\x80\x80"),
        *(b"\xdf", b"\xef\xbf", b"\xf7\xbf\xbf", b"\xfb\xbf\xbf\xbf", b"\xfd\xbf\xbf\xbf\xbf"),
    ],
    "6.15": [b"\xc0\xe0\x80\xf0\x80\x80\xdf\xef\xbf\xf7\xbf\xbf"],
    "6.16": [b"\xfe", b"\xff", b"\xfe\xfe\xff\xff"],
    "6.17": [b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf", b"\xf8\x80\x80\x80\xaf"],
    "6.18": [b"\xc1\xbf", b"\xe0\x9f\xbf", b"\xf0\x8f\xbf\xbf", b"\xf8\x87\xbf\xbf\xbf"],
    "6.19": [b"\xc0\x80", b"\xe0\x80\x80", b"\xf0\x80\x80\x80", b"\xf8\x80\x80\x80\x80"],
    "6.20": [
        chr(code).encode("utf-8", "surrogatepass")
        for code in (0xD800, 0xDB7F, 0xDB80, 0xDBFF, 0xDC00, 0xDF80, 0xDFFF)
    ],
    "6.21": [
        (chr(high) + chr(low)).encode("utf-8", "surrogatepass")
        for high in (0xD800, 0xDB7F, 0xDB80, 0xDBFF)
        for low in (0xDC00, 0xDFFF)
    ],
}


def _closes() -> Iterator[Case]:
    text, ping = frame_of(TEXT, _HELLO), frame_of(PING)
    close = frame_of(CLOSE, close_payload(1000))
    good = Close(1000)
    yield Case("7.1.1", text + close, (Reply("hello"), good))
    yield Case("7.1.2", close + close, (good,))
    yield Case("7.1.3", close + ping, (good,))
    yield Case("7.1.4", close + text, (good,))
    yield Case("7.1.5", frame_of(FIRST, _HELLO[:9]) + close + frame_of(LAST), (good,))
    large = frame_of(TEXT, call_of("hello", 65_536))
    yield Case("7.1.6", large + close + ping, (Reply("hello"), good))
    yield Case("7.3.1", frame_of(CLOSE), (Close(None),))
    yield Case("7.3.2", frame_of(CLOSE, b"\x03"), (_BREACH,))
    yield Case("7.3.4", frame_of(CLOSE, close_payload(1000, b"Hello World!")), (good,))
    yield Case("7.3.5", frame_of(CLOSE, close_payload(1000, b"*" * 123)), (good,))
    yield Case("7.3.6", frame_of(CLOSE, close_payload(1000, b"*" * 124)), (_BREACH,))
    invalid = b"\xce\xba\xe1\xbd\xb9\xed\xa0\x80edited"
    yield Case("7.5.1", frame_of(CLOSE, close_payload(1000, invalid)), (Close(1007),))
    allowed = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999)
    for number, code in enumerate((*allowed, 1012, 1013, 1014), 1):
        yield Case(f"7.7.{number}", frame_of(CLOSE, close_payload(code)), (Close(code),))
    wrong = (0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999)
    for number, code in enumerate((*wrong, 1015), 1):
        yield Case(f"7.9.{number}", frame_of(CLOSE, close_payload(code)), (_BREACH,))
    for number, code in enumerate((5000, 65535), 1):
        yield Case(f"7.13.{number}", frame_of(CLOSE, close_payload(code)), (_BREACH,))


def _without_mask() -> Iterator[Case]:
    """RFC 6455, 5.1: a server closes the connection upon a frame that is not masked."""
    short = bytes((TEXT, len(_HELLO))) + _HELLO
    yield Case("a text without a mask", short, (_BREACH,))
    yield Case("a long text without a mask", b"\x81\x7e\x10\x00" + bytes(4096), (_BREACH,))
    yield Case("a ping without a mask", b"\x89\x01p", (_BREACH,))
    yield Case("a close without a mask", b"\x88\x02\x03\xe8", (_BREACH,))
    second = frame_of(FIRST, _HELLO[:9]) + b"\x80\x01x"
    yield Case("a second fragment without a mask", second, (_BREACH,))


CASES: tuple[Case, ...] = (
    *_sizes(),
    *_pings(),
    *_reserved_bits(),
    *_opcodes(),
    *_fragments(),
    *_utf_8(),
    *_closes(),
    *_without_mask(),
)
