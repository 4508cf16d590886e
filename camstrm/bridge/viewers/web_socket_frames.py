"""WebSocket frames (RFC 6455) of a server that sends large messages and receives small ones.

Pure functions and a reader without a socket: bytes in, messages out. Extensions are not
negotiated. aiohttp's reader hands each message to a task, which costs as much CPU as all else
that an acknowledgement needs (docs/decisions/0024-sending-to-viewers.md), and it takes much that
RFC 6455 forbids (docs/decisions/0050-web-socket-conformance.md).
"""

from __future__ import annotations

import codecs
import enum
import struct

from camstrm.wire import MAX_VIEWER_TEXT_SIZE

__all__ = [
    "MAX_FRAGMENTS",
    "MessageReader",
    "Opcode",
    "WebSocketError",
    "check_close",
    "close_frame",
    "frame",
    "frame_header",
    "text_of",
]

_FIN = 0x80
_RESERVED = 0x70
_MASKED = 0x80
_SIZE_16, _SIZE_64 = 126, 127
_HEADER_16, _HEADER_64 = struct.Struct(">BBH"), struct.Struct(">BBQ")
_MAX_CONTROL = 125
"""Bytes of a control frame's payload, and of each that needs no longer size field."""

_ROOM = 4096
"""Bytes of the buffer of a viewer that sends nothing larger."""

_WHOLE_TEXT = 0x81
"""First byte of a frame that is a whole text."""

_SMALL = 6
"""Bytes of the header of a short frame with a mask."""

_CLOSE_CODES = frozenset((*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)))
"""Codes that a close frame may carry: those of RFC 6455 (section 7.4) and of IANA's registry, and
those of libraries and applications. 1004 to 1006 and 1015 are never sent."""

MAX_FRAGMENTS = 1024
"""Fragments of one message. Empty ones take no room, and could go on for ever."""

_NOT_UTF_8 = "a text that is not UTF-8"

_INCREMENTAL_UTF_8 = codecs.getincrementaldecoder("utf-8")


class Opcode(enum.IntEnum):
    """What a frame is."""

    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


_OPCODES = frozenset(Opcode)


class WebSocketError(Exception):
    """The far side broke the protocol; ``code`` is the close code that says how."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def frame_header(opcode: int, size: int) -> bytes:
    """Return the header of a frame that is a whole message of ``size`` bytes, without a mask."""
    first = _FIN | opcode
    if size < _SIZE_16:
        return bytes((first, size))
    if size < 1 << 16:
        return _HEADER_16.pack(first, _SIZE_16, size)
    return _HEADER_64.pack(first, _SIZE_64, size)


def frame(opcode: int, payload: bytes) -> bytes:
    """Return a frame that is a whole message, without a mask."""
    return frame_header(opcode, len(payload)) + payload


def close_frame(code: int | None, reason: str = "") -> bytes:
    """Return a close frame; None: one that gives no code, and no reason either."""
    if code is None:
        return frame(Opcode.CLOSE, b"")
    return frame(Opcode.CLOSE, struct.pack(">H", code) + reason.encode())


class MessageReader:
    """Cuts what a viewer sends into messages of at most MAX_VIEWER_TEXT_SIZE bytes.

    Bytes are received into :meth:`get_buffer` and announced by :meth:`received`; then
    :meth:`next` is called until it returns None. What is not asked for waits in the buffer,
    which becomes as large as a frame that needs it. A text that is not UTF-8 is found as soon as
    the wrong byte is there, however much of the message is missing. After a WebSocketError the
    stream is unusable.
    """

    __slots__ = (
        "_begin",
        "_buffer",
        "_checked",
        "_end",
        "_opcode",
        "_partial",
        "_utf_8",
        "_view",
        "_wanted",
        "fragments",
    )

    def __init__(self) -> None:
        self._buffer = bytearray(_ROOM)
        self._view = memoryview(self._buffer)
        self._begin = 0
        """Where the next frame begins in the buffer."""
        self._end = 0
        """Where the received bytes end."""
        self._wanted = 0
        """Bytes of the frame that is under way, 0 while that is not known."""
        self._opcode = 0
        """TEXT or BINARY while a message in fragments is under way, else 0."""
        self._partial = bytearray()
        """Payloads of the fragments that have come."""
        self.fragments = 0
        """How many have come of the message that is under way or was returned last; 0: it is in
        one frame."""
        self._utf_8: codecs.IncrementalDecoder | None = None
        """Has taken what has come of a text that is not whole; None while nothing had to be."""
        self._checked = 0
        """Bytes of the payload of the frame under way that it has taken."""

    def get_buffer(self) -> memoryview:
        """Return where the next bytes belong; empty while a whole message waits in it."""
        if self._begin == self._end:
            self._begin = self._end = 0
            if len(self._buffer) > _ROOM:
                self._take_room(_ROOM)
        elif self._begin:
            rest = self._buffer[self._begin : self._end]
            self._begin, self._end = 0, len(rest)
            self._view[: self._end] = rest
        if self._wanted > len(self._buffer):
            self._take_room(self._wanted)
        return self._view[self._end :]

    def _take_room(self, size: int) -> None:
        """Take another buffer, with what has been received; that begins at 0."""
        buffer = bytearray(size)
        buffer[: self._end] = self._view[: self._end]
        self._buffer, self._view = buffer, memoryview(buffer)

    def received(self, count: int) -> None:
        """Take note of ``count`` bytes in the buffer."""
        self._end += count

    def next(self) -> tuple[int, bytes] | None:
        """Return a message's opcode and payload; None if it takes more bytes."""
        begin, buffer = self._begin, self._buffer
        held = self._end - begin
        if held >= _SMALL and buffer[begin] == _WHOLE_TEXT and not self._opcode:
            # A short text in one frame, as each acknowledgement is: in half the time.
            size = buffer[begin + 1] ^ _MASKED
            if size <= _MAX_CONTROL and held >= _SMALL + size:
                start = begin + _SMALL
                payload = _unmasked(buffer[start : start + size], buffer[begin + 2 : start])
                self._begin = start + size
                self.fragments = 0
                return _WHOLE_TEXT ^ _FIN, payload
        return self._next_message() if held else None

    def _next_message(self) -> tuple[int, bytes] | None:
        while (found := self._next_frame()) is not None:
            first, payload = found
            opcode = first & 0x0F
            if opcode >= Opcode.CLOSE:
                return opcode, payload
            if opcode != Opcode.CONTINUATION:
                self.fragments = 0
                if first & _FIN:
                    self._utf_8 = None
                    return opcode, payload
                self._opcode = opcode
            self.fragments += 1
            if self.fragments > MAX_FRAGMENTS:
                raise WebSocketError(1008, f"a message in more than {MAX_FRAGMENTS} fragments")
            self._partial += payload
            if first & _FIN:
                opcode, self._opcode = self._opcode, 0
                payload = bytes(self._partial)
                self._partial.clear()
                self._utf_8 = None
                return opcode, payload
        return None

    def _next_frame(self) -> tuple[int, bytes] | None:
        """Return a frame's first byte and payload."""
        begin, buffer = self._begin, self._buffer
        held = self._end - begin
        if held < 2:
            return None
        first, second = buffer[begin], buffer[begin + 1]
        size, header = second & ~_MASKED, 6
        self._check(first, second)
        if size >= _SIZE_16:
            header = 8 if size == _SIZE_16 else 14
            if held < header - 4:
                return None
            size = int.from_bytes(buffer[begin + 2 : begin + header - 4], "big")
        if size + len(self._partial) > MAX_VIEWER_TEXT_SIZE:
            raise WebSocketError(1009, f"a message of more than {MAX_VIEWER_TEXT_SIZE} bytes")
        start = begin + header
        if held < header + size:
            self._wanted = header + size
            if held > header:
                self._check_text(first, start, self._end)
            return None
        self._wanted = 0
        if not first & _FIN:
            self._check_text(first, start, start + size)
        self._checked = 0
        self._begin = start + size
        return first, _unmasked(buffer[start : start + size], buffer[start - 4 : start])

    def _check(self, first: int, second: int) -> None:
        """Raise WebSocketError if no frame may begin so, or none here."""
        if first & _RESERVED:
            raise WebSocketError(1002, "reserved bits are set")
        opcode = first & 0x0F
        if opcode not in _OPCODES:
            raise WebSocketError(1002, f"opcode {opcode}, which is not defined")
        if not second & _MASKED:
            raise WebSocketError(1002, "a frame without a mask")
        if opcode >= Opcode.CLOSE:
            if second & ~_MASKED > _MAX_CONTROL or not first & _FIN:
                raise WebSocketError(1002, "a control frame that is long or in fragments")
        elif opcode != Opcode.CONTINUATION:
            if self._opcode:
                raise WebSocketError(1002, "a new message within one in fragments")
        elif not self._opcode:
            raise WebSocketError(1002, "a continuation of nothing")

    def _check_text(self, first: int, start: int, stop: int) -> None:
        """Raise WebSocketError if the bytes of a frame's payload that are new are no UTF-8."""
        opcode = first & 0x0F
        if (opcode or self._opcode) != Opcode.TEXT:
            return
        if self._utf_8 is None:
            self._utf_8 = _INCREMENTAL_UTF_8()
        mask = self._buffer[start - 4 : start]
        turn = self._checked & 3
        new = self._buffer[start + self._checked : stop]
        self._checked = stop - start
        try:
            self._utf_8.decode(_unmasked(new, mask[turn:] + mask[:turn]))
        except UnicodeDecodeError:
            raise WebSocketError(1007, _NOT_UTF_8) from None


def check_close(payload: bytes) -> int | None:
    """Return a close frame's code, None if it has none.

    Raises WebSocketError if the payload is not what RFC 6455, 5.5.1 says.
    """
    if not payload:
        return None
    code = int.from_bytes(payload[:2], "big")
    if len(payload) < 2 or code not in _CLOSE_CODES:
        raise WebSocketError(1002, "a close frame with a code that must not be sent")
    text_of(payload[2:])
    return code


def text_of(payload: bytes) -> str:
    """Return the text of a message; raise WebSocketError if it is not UTF-8."""
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise WebSocketError(1007, _NOT_UTF_8) from None


def _unmasked(payload: bytes | bytearray, mask: bytes | bytearray) -> bytes:
    size = len(payload)
    masks = mask * (size // 4 + 1)
    unmasked = int.from_bytes(payload, "little") ^ int.from_bytes(masks[:size], "little")
    return unmasked.to_bytes(size, "little")
