"""Control messages to and from JSON text: any input gives a message or a WireError."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from typing import Any, TypeVar

from camstrm.errors import WireError
from camstrm.wire.messages import MAX_TEXT_SIZE, MESSAGE_TYPES, Message, UnknownMessage

__all__ = ["decode_message", "encode_message"]

_NAMES = {cls: name for name, cls in MESSAGE_TYPES.items()}

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
    cls = MESSAGE_TYPES.get(name)
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
