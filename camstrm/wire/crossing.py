"""Crossings: which control messages go where, and their JSON text.

Any input of :meth:`Crossing.decode` gives a message or a WireError.
"""

from __future__ import annotations

import functools
import operator
from typing import Any, Generic, TypeVar

import msgspec

from camstrm.errors import WireError
from camstrm.wire.calls import Call, Reply
from camstrm.wire.json_text import (
    SIXTY_FOUR_BITS,
    encode_json,
    explained,
    is_finite,
    json_object,
    kind_of,
)
from camstrm.wire.messages import (
    MAX_TEXT_SIZE,
    Ack,
    Demand,
    FrameRequest,
    Goodbye,
    Hello,
    Leases,
    Live,
    LogLevel,
    Message,
    Refused,
    Report,
    Start,
    Status,
    Stop,
    Subscribe,
    UnknownMessage,
    ViewerStatus,
    Views,
    tag_of,
)

M = TypeVar("M", bound=Message)

_NO_ROOM = len('{"type":"ack","seq":18446744073709551615}') - 1
"""Characters of a text that is too short for such an integer in any message."""


_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Crossing(Generic[M]):
    """The messages that one side of a connection sends, to and from JSON text.

    ``sender`` is how an error names that side. Not more than one message has a ``type``.
    """

    def __init__(self, sender: str, *classes: type[M]) -> None:
        self.classes = {tag_of(cls): cls for cls in classes}
        self._sender = sender
        self._decoder: msgspec.json.Decoder[M] = msgspec.json.Decoder(
            functools.reduce(operator.or_, classes, UnknownMessage)
        )

    def encode(self, message: M) -> bytes:
        """Return the message as UTF-8 JSON.

        A lone surrogate in a string (a name in a camera that is not UTF-8) becomes "?".
        Raises WireError for a message of another crossing, for what JSON does not know
        (NaN, infinity, a foreign object in settings) and above MAX_TEXT_SIZE bytes.
        """
        if type(message) not in self.classes.values():
            raise self._foreign(type(message).__name__)
        try:
            data = encode_json(message)
        except (TypeError, ValueError, RecursionError) as error:
            raise WireError(tag_of(message), f"cannot be written as JSON ({error})") from None
        if len(data) > MAX_TEXT_SIZE:
            raise WireError(tag_of(message), f"{len(data)} bytes, {MAX_TEXT_SIZE} at most")
        return data

    def decode(self, text: str | bytes | bytearray | memoryview) -> M | UnknownMessage:
        """Decode one message; a ``type`` that no crossing has gives UnknownMessage.

        Raises WireError for all else that is no message of this crossing.
        """
        if len(text) > MAX_TEXT_SIZE:
            raise WireError("control message", f"size {len(text)}, {MAX_TEXT_SIZE} at most")
        if not isinstance(text, str):
            try:
                text = str(text, "utf-8")
            except UnicodeDecodeError as error:
                raise WireError("control message", f"not UTF-8 ({error.reason})") from None
        try:
            message = self._decoder.decode(text)
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
            return _finite(self._decode_slowly(text))
        if len(text) > _NO_ROOM:
            try:
                SIXTY_FOUR_BITS.encode(message)
            except OverflowError:
                self._decode_slowly(text)  # raises if it is in a member that is an integer
        return _finite(message)

    def _decode_slowly(self, text: str) -> M | UnknownMessage:
        """Decode what msgspec has refused, or say what is wrong with it and where."""
        body = json_object(text)
        tag = body.get("type")
        if not isinstance(tag, str):
            raise WireError("control message", f"'type' must be a string, got {kind_of(tag)}")
        cls = self.classes.get(tag)
        if cls is not None:
            try:
                return msgspec.convert(_with_raw(body, cls, text), cls)
            except msgspec.ValidationError as error:
                raise explained(tag, str(error)) from None
        if any(tag in crossing.classes for crossing in CROSSINGS):
            raise self._foreign(tag)
        return UnknownMessage(tag[:64])

    def _foreign(self, name: str) -> WireError:
        return WireError("control message", f"{name} is nothing {self._sender} sends")


def _with_raw(body: dict[str, Any], cls: type[Message], text: str) -> dict[str, Any]:
    """Return a parsed message with the text of those members that are passed on unread."""
    raw = [f.encode_name for f in msgspec.structs.fields(cls) if f.type is msgspec.Raw]
    if not raw:
        return body
    try:
        members = _MEMBERS.decode(text)
    except msgspec.DecodeError:  # in a member that another one of the same name replaces
        members = {name: msgspec.Raw(msgspec.json.encode(body[name])) for name in body}
    return {**body, **{name: members[name] for name in raw if name in members}}


def _finite(message: M) -> M:
    """Return the message; raise WireError if it holds a number beyond all doubles (1e999).

    Members with a type have limits; these two messages carry values of any feature.
    """
    if isinstance(message, Start):
        _check_finite("start.settings", message.settings)
    elif isinstance(message, Live):
        for place, setting in enumerate(message.settings):
            _check_finite(f"live.settings[{place}].value", setting.value)
    return message


def _check_finite(where: str, value: object) -> None:
    if not is_finite(value):
        raise WireError(where, "number out of range")


FROM_VIEWER: Crossing[Ack | Subscribe | Call] = Crossing("a viewer", Ack, Subscribe, Call)
TO_VIEWER: Crossing[Hello | Status | Reply | Views | Leases] = Crossing(
    "a server", Hello, Status, Reply, Views, Leases
)
FEED_UP: Crossing[Hello | Status | Goodbye | Reply] = Crossing(
    "a grabber", Hello, Status, Goodbye, Reply
)
FEED_DOWN: Crossing[Demand | Refused | Call] = Crossing("a bridge", Demand, Refused, Call)
PROCESS_UP: Crossing[Report | Live | Reply] = Crossing("a camera process", Report, Live, Reply)
PROCESS_DOWN: Crossing[Start | FrameRequest | LogLevel | Stop | Call] = Crossing(
    "a camera process's grabber", Start, FrameRequest, LogLevel, Stop, Call
)

CROSSINGS: tuple[Crossing[Any], ...] = (
    FROM_VIEWER,
    TO_VIEWER,
    FEED_UP,
    FEED_DOWN,
    PROCESS_UP,
    PROCESS_DOWN,
)


class SharedStatus:
    """A status for many viewers: what they have in common is encoded once."""

    def __init__(self, status: Status) -> None:
        """Take all of ``status`` but ``viewer``."""
        text = TO_VIEWER.encode(msgspec.structs.replace(status, viewer=ViewerStatus(0)))
        # It is the last member: its name comes last, too.
        self._common = text[: text.rindex(b'"viewer":') + len(b'"viewer":')]

    def to(self, viewer: ViewerStatus) -> bytes:
        """Return the status as one viewer gets it."""
        return b"".join((self._common, encode_json(viewer), b"}"))
