"""Control messages: one JSON object each, named by its ``type``.

The same text travels in WebSocket text messages and in TEXT packets of the UNIX
socket. Unknown fields are ignored and unknown types decode to UnknownMessage, so that
a later peer can say more. FORMAT.md beside this file is the normative text.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from dataclasses import dataclass, field
from typing import Any, TypeVar

from camstrm.errors import WireError

__all__ = [
    "MAX_TEXT_SIZE",
    "MAX_VIEWER_TEXT_SIZE",
    "PROTOCOL",
    "Ack",
    "CameraInfo",
    "CameraStatus",
    "Demand",
    "FrameRequest",
    "Hello",
    "Limits",
    "Message",
    "Report",
    "Start",
    "Status",
    "Stop",
    "Subscribe",
    "UnknownMessage",
    "ViewerStatus",
    "decode_message",
    "encode_message",
]

PROTOCOL = 1
"""Version of the control messages; a peer with another major number says so and stops."""

MAX_TEXT_SIZE = 1024 * 1024
"""Bytes of one control message from a server or grabber."""

MAX_VIEWER_TEXT_SIZE = 4096
"""Bytes of one control message from a viewer."""


@dataclass(frozen=True)
class CameraInfo:
    """Who a camera is. ``index`` is its camera_index in bundles; strings as GenTL gives them."""

    index: int
    name: str
    serial: str = ""
    model: str = ""
    vendor: str = ""


@dataclass(frozen=True)
class Limits:
    """What the server grants: at most ``window`` bundles unacknowledged, message sizes in bytes."""

    window: int = 2
    max_message_size: int = MAX_VIEWER_TEXT_SIZE
    stream_fps: float = 30.0


@dataclass(frozen=True)
class Hello:
    """First message of a server, sent again when the cameras change.

    ``session`` is new for each start of the sender: sequence numbers start again with it.
    """

    session: str
    server: str = ""
    protocol: int = PROTOCOL
    cameras: tuple[CameraInfo, ...] = ()
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class CameraStatus:
    """Counters of one camera since the grabber's start, and rates over the last second.

    ``delivered`` complete frames that the producer handed over, ``incomplete`` frames
    with missing data, ``rejected`` frames of a wrong size, ``underrun`` frames the
    producer lost for want of a buffer, ``overwritten`` frames that a newer one replaced
    before anybody asked for them (normal: the stream is slower than the camera),
    ``gaps`` frame ids that never came, ``missed`` ticks at which the picture was not
    ready, ``reconnects`` times the camera was opened again, ``restarts`` times its
    process was started again.
    """

    index: int
    state: int
    since_us: int = 0
    reason: str = ""
    pixel_format: str = ""
    width: int = 0
    height: int = 0
    delivered: int = 0
    incomplete: int = 0
    rejected: int = 0
    underrun: int = 0
    overwritten: int = 0
    gaps: int = 0
    encoded: int = 0
    missed: int = 0
    reconnects: int = 0
    restarts: int = 0
    grab_fps: float = 0.0
    sent_fps: float = 0.0


@dataclass(frozen=True)
class ViewerStatus:
    """What one viewer got: bundles ``sent``, ``skipped`` and why the last one was skipped."""

    id: int
    sent: int = 0
    skipped: int = 0
    reason: str = ""
    in_flight: int = 0
    sent_fps: float = 0.0


@dataclass(frozen=True)
class Status:
    """State of everything, once a second.

    ``input`` is "ok", or "none" when no grabber is connected (then ``cameras`` are the
    last known). ``viewer`` is the receiver itself; ``viewers`` how many there are.
    """

    time_us: int
    input: str = "ok"
    input_since_us: int = 0
    bundle_fps: float = 0.0
    bundles: int = 0
    bundles_dropped: int = 0
    cameras: tuple[CameraStatus, ...] = ()
    viewers: int = 0
    viewer: ViewerStatus | None = None


@dataclass(frozen=True)
class Ack:
    """From a viewer: bundle ``seq`` (and all before it) is decoded and shown."""

    seq: int


@dataclass(frozen=True)
class Subscribe:
    """From a viewer: the cameras it wants (None: all, empty: none) and how often at most."""

    cameras: tuple[int, ...] | None = None
    max_fps: float | None = None


@dataclass(frozen=True)
class Demand:
    """From bridge to grabber: the cameras somebody watches (None: all) and how fast.

    ``refresh`` asks for every picture again, also those that were sent before.
    """

    cameras: tuple[int, ...] | None = ()
    max_fps: float | None = None
    refresh: bool = False


@dataclass(frozen=True)
class Start:
    """From grabber to a camera process: what to open (``settings`` as JSON object)."""

    settings: dict[str, Any]


@dataclass(frozen=True)
class FrameRequest:
    """From grabber to a camera process: encode and return the newest pictures now.

    ``refresh`` lists the cameras whose picture is wanted even if it was returned before.
    ``quality``: most that the JPEGs may have, 1 to 100; ``halvings``: how often their sides
    are halved once more than settings say.
    """

    seq: int
    cameras: tuple[int, ...] = ()
    refresh: tuple[int, ...] = ()
    quality: int = 100
    halvings: int = 0


@dataclass(frozen=True)
class Report:
    """From a camera process: who its cameras are and how they do; at least once a second.

    ``heartbeats_s``: for each of ``infos`` the seconds for which the camera stays locked if
    this process dies, 0 where unknown. ``fatal`` says why the process is about to end, empty
    while it runs.
    """

    cameras: tuple[CameraStatus, ...] = ()
    infos: tuple[CameraInfo, ...] = ()
    heartbeats_s: tuple[float, ...] = ()
    fatal: str = ""


@dataclass(frozen=True)
class Stop:
    """From grabber to a camera process: close the cameras and end."""


@dataclass(frozen=True)
class UnknownMessage:
    """A type that this code does not know; to be ignored."""

    type: str


Message = (
    Hello
    | Status
    | Ack
    | Subscribe
    | Demand
    | Start
    | FrameRequest
    | Report
    | Stop
    | UnknownMessage
)

_TYPES: dict[str, type[Any]] = {
    "hello": Hello,
    "status": Status,
    "ack": Ack,
    "subscribe": Subscribe,
    "demand": Demand,
    "start": Start,
    "request": FrameRequest,
    "report": Report,
    "stop": Stop,
}
_NAMES = {cls: name for name, cls in _TYPES.items()}

T = TypeVar("T")


def encode_message(message: Message) -> str:
    """Return the message as JSON text that UTF-8 can encode.

    A lone surrogate in a string (a name in a camera that is not UTF-8) becomes "?".
    Raises WireError for what JSON does not know (NaN, infinity, a foreign object in
    settings) and for more than MAX_TEXT_SIZE bytes.
    """
    if isinstance(message, UnknownMessage):
        raise WireError("control message", "an unknown message cannot be sent")
    name = _NAMES[type(message)]
    try:
        body = {"type": name, **_plain(message)}
        text = json.dumps(body, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise WireError(name, f"cannot be written as JSON ({error})") from None
    data = text.encode("utf-8", "replace")
    if len(data) > MAX_TEXT_SIZE:
        raise WireError(name, f"{len(data)} bytes, {MAX_TEXT_SIZE} at most")
    return data.decode()


def decode_message(text: str | bytes | bytearray | memoryview) -> Message:
    """Decode one control message; raise WireError for anything that is none."""
    if len(text) > MAX_TEXT_SIZE:
        raise WireError("control message", f"size {len(text)}, {MAX_TEXT_SIZE} at most")
    if not isinstance(text, str):
        try:
            text = bytes(text).decode()
        except UnicodeDecodeError as error:
            raise WireError("control message", f"not UTF-8 ({error.reason})") from None
    try:
        body = json.loads(text, parse_constant=_refuse_constant)
        _refuse_lone_surrogates(text, body)
    except (ValueError, RecursionError) as error:
        raise WireError("control message", f"not JSON ({error})") from None
    if not isinstance(body, dict):
        raise WireError("control message", f"wanted a JSON object, got {_kind(body)}")
    name = body.get("type")
    if not isinstance(name, str):
        raise WireError("control message", f"'type' must be a string, got {_kind(name)}")
    cls = _TYPES.get(name)
    if cls is None:
        return UnknownMessage(name[:64])
    return typing.cast("Message", _decode_object(cls, body, name))


def _refuse_constant(text: str) -> float:
    raise ValueError(f"{text} is not a number")


def _refuse_lone_surrogates(text: str, body: object) -> None:
    # They come as "\ud800" escapes or in str input, and would break the first log, socket
    # or label that encodes the string.
    if "\\u" not in text and text.isascii():
        return
    try:
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError("half of a surrogate pair") from None


def _kind(value: object) -> str:
    names = {dict: "an object", list: "an array", str: "a string", bool: "a boolean"}
    return names.get(type(value), "null" if value is None else "a number")


def _decode_object(cls: type[T], body: dict[str, Any], where: str) -> T:
    values: dict[str, Any] = {}
    specs, hints = _layout(cls)
    for spec in specs:
        if spec.name in body:
            values[spec.name] = _decode_value(
                hints[spec.name], body[spec.name], f"{where}.{spec.name}"
            )
        elif spec.default is dataclasses.MISSING and spec.default_factory is dataclasses.MISSING:
            raise WireError(where, f"field {spec.name!r} is missing")
    return cls(**values)


def _layout(cls: type[Any]) -> tuple[tuple[dataclasses.Field[Any], ...], dict[str, Any]]:
    """Return the fields of a message's class and their types."""
    cached = _LAYOUTS.get(cls)
    if cached is None:
        cached = _LAYOUTS[cls] = dataclasses.fields(cls), typing.get_type_hints(cls)
    return cached


# dataclasses.fields() makes its tuple from a generator: CPython 3.11 then takes a longer one
# and keeps the shortened ones, 2,000 of each length, which was 0.9 MB after some minutes.
_LAYOUTS: dict[type[Any], tuple[tuple[dataclasses.Field[Any], ...], dict[str, Any]]] = {}


def _plain(value: Any) -> Any:
    """Return dataclasses as dicts, tuples as lists, the rest as it is."""
    if dataclasses.is_dataclass(value):
        return {spec.name: _plain(getattr(value, spec.name)) for spec in _layout(type(value))[0]}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _decode_value(hint: Any, value: Any, where: str) -> Any:
    origin = typing.get_origin(hint)
    if origin is types.UnionType:
        if value is None:
            return None
        (inner,) = (a for a in typing.get_args(hint) if a is not type(None))
        return _decode_value(inner, value, where)
    if origin is tuple:
        if not isinstance(value, list):
            raise WireError(where, f"wanted an array, got {_kind(value)}")
        item = typing.get_args(hint)[0]
        return tuple([_decode_value(item, v, f"{where}[{i}]") for i, v in enumerate(value)])
    if origin is dict:
        if not isinstance(value, dict):
            raise WireError(where, f"wanted an object, got {_kind(value)}")
        return value
    if dataclasses.is_dataclass(hint):
        if not isinstance(value, dict):
            raise WireError(where, f"wanted an object, got {_kind(value)}")
        return _decode_object(typing.cast("type[Any]", hint), value, where)
    return _decode_scalar(hint, value, where)


def _decode_scalar(hint: Any, value: Any, where: str) -> Any:
    wanted = {int: "an integer", float: "a number", str: "a string", bool: "a boolean"}[hint]
    is_bool = isinstance(value, bool)
    if hint is float and isinstance(value, (int, float)) and not is_bool:
        if not 0 <= value <= 1e300:
            raise WireError(where, "number out of range")
        return float(value)
    if hint is int and isinstance(value, int) and not is_bool:
        if not 0 <= value < 2**64:
            raise WireError(where, "number out of range")
        return value
    if hint in (str, bool) and isinstance(value, hint):
        return value
    raise WireError(where, f"wanted {wanted}, got {_kind(value)}")
