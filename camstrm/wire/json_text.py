"""What msgspec leaves open of JSON: NaN, halves of surrogate pairs, and errors in our words."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import msgspec

from camstrm.errors import WireError

SIXTY_FOUR_BITS = msgspec.msgpack.Encoder()
"""Refuses integers that 64 bits do not hold, which msgspec's JSON takes."""

_JSON = msgspec.json.Encoder()


def encode_json(message: msgspec.Struct) -> bytes:
    """Return UTF-8 JSON; raise ValueError, TypeError or RecursionError for what has none.

    The same number is the same text in every message, so that parts that were encoded apart can
    be joined. A lone surrogate becomes "?". A Raw stays as it is, byte for byte; only the message
    itself may have one, not its parts.
    """
    try:
        data = _JSON.encode(message)
    except UnicodeEncodeError:
        return _JSON.encode(_clean_members(message))  # half of a surrogate pair
    if b"null" in data:
        # Of None or in a string; but msgspec also writes it for NaN and infinity.
        _clean_members(message)
    return data


def _clean_members(message: msgspec.Struct) -> dict[str, Any]:
    """Return the message's members as JSON knows them; raise ValueError for NaN and infinity."""
    body = _clean(msgspec.to_builtins(message, enc_hook=_nothing_for_raw))
    assert isinstance(body, dict)
    for member in msgspec.structs.fields(message):
        value = getattr(message, member.name)
        if member.encode_name in body and isinstance(value, msgspec.Raw):
            body[member.encode_name] = value
    return body


def _clean(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value} is not a number")
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(item) for item in value]
    return value


def _nothing_for_raw(member: object) -> None:
    if not isinstance(member, msgspec.Raw):
        raise TypeError(f"{type(member).__name__} has no JSON")


def json_object(text: str, what: str = "control message") -> dict[str, Any]:
    """Parse one object, integers of more than 64 bits as real numbers.

    Raises WireError that names it ``what``.
    """
    try:
        body = json.loads(text, parse_constant=_refuse_constant, parse_int=_parse_int)
        # The escape of half a surrogate pair would break the first log, socket or label that
        # encodes the string.
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise WireError(what, "not JSON (half of a surrogate pair)") from None
    except (ValueError, RecursionError) as error:
        raise WireError(what, f"not JSON ({error})") from None
    if not isinstance(body, dict):
        raise WireError(what, f"wanted a JSON object, got {kind_of(body)}")
    return body


def _refuse_constant(text: str) -> float:
    raise ValueError(f"{text} is not a number")


def _parse_int(digits: str) -> int | float:
    """Return the number; one of more than 64 bits as a real one, which no integer field takes."""
    number = int(digits)
    return number if -(2**63) <= number < 2**64 else float(digits)


def is_finite(value: object) -> bool:
    """Return whether a parsed value holds no infinity, which a parser makes of 1e999."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return all(map(is_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


def kind_of(value: object) -> str:
    """Return what an error calls a parsed value."""
    names = {dict: "an object", list: "an array", str: "a string", bool: "a boolean"}
    return names.get(type(value), "null" if value is None else "a number")


OWN_WORDS = "camstrm: "
"""How a sentence begins that is not msgspec's, but of a struct of this package."""

_SENTENCE = re.compile(r"Expected `(?P<wanted>.+)`, got `(?P<got>.+)`")
_MISSING = re.compile(r"Object missing required field `(.+)`")
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_LENGTH = re.compile(r"Expected `(array|str)` (of (?:at (?:least|most) )?length .+)")
_TOO_LONG = re.compile(r"Expected `(array|str)` of length <= (\d+)")
_CHOICE = re.compile(r"Invalid enum value (.*)", re.DOTALL)
_WANTED = {
    "int": "an integer",
    "float": "a number",
    "str": "a string",
    "bool": "a boolean",
    "array": "an array",
    "object": "an object",
}
_GOT = {**_WANTED, "int": "a number"}


def explained(tag: str, text: str) -> WireError:
    """Return msgspec's sentence in the words of a WireError."""
    problem, _, path = text.partition(" - at `$")
    where = tag + path.removesuffix("`")
    if missing := _MISSING.fullmatch(problem):
        return WireError(where, f"field {missing[1]!r} is missing")
    if found := _SENTENCE.fullmatch(problem):
        wanted = " or ".join(_WANTED[t] for t in found["wanted"].split(" | ") if t in _WANTED)
        return WireError(where, f"wanted {wanted}, got {_GOT.get(found['got'], found['got'])}")
    if unknown := _UNKNOWN.fullmatch(problem):
        return WireError(where, f"field {unknown[1][:64]!r} is not known")
    if long := _TOO_LONG.fullmatch(problem):
        what = {"array": "items", "str": "characters"}[long[1]]
        return WireError(where, f"{long[2]} {what} at most")
    if length := _LENGTH.fullmatch(problem):
        return WireError(where, f"wanted {_WANTED[length[1]]} {length[2]}")
    if choice := _CHOICE.fullmatch(problem):
        return WireError(where, f"{choice[1][:64]} is none of the possible values")
    if problem.startswith(OWN_WORDS):
        return WireError(where, problem.removeprefix(OWN_WORDS))
    return WireError(where, "number out of range")
