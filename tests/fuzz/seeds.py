"""What the search begins with: the golden vectors, the reference file, and words."""

from __future__ import annotations

import json
import re
import typing
from collections.abc import Iterator
from pathlib import Path

import msgspec

from camstrm.config.settings import Config
from camstrm.wire.crossing import CROSSINGS
from camstrm.wire.operations import OPERATIONS
from tests.fuzz.targets import MAX_INPUT, OPERATION_TYPES
from tests.vectors import make_vectors

__all__ = ["seeds", "words"]

_VECTORS = Path(make_vectors.__file__).parent
_REFERENCE = _VECTORS.parents[1] / "deploy" / "camstrm.toml"


def seeds(name: str) -> list[bytes]:
    """Return inputs for the target of this name."""
    return [data for data in _VALUES[name]() if len(data) <= MAX_INPUT]


def words(name: str) -> list[bytes]:
    """Return what the search should put together: names of members, types, magic numbers."""
    if name in ("bundles", "packets"):
        return [b"CSFB\x01", b"CSPK\x01\x10", b"\x20\x00", b"\x48\x00", b"\x60\x00"]
    if name == "config":
        return [word.encode() for word in sorted(_names(Config))] + [
            b"[[camera]]\n",
            b'"""',
            b"\n[",
        ]
    found = {word for c in CROSSINGS for cls in c.classes.values() for word in _names(cls)}
    found |= {word for kind in OPERATION_TYPES for word in _names(kind)}
    found |= {tag for crossing in CROSSINGS for tag in crossing.classes} | set(OPERATIONS)
    quoted = [f'"{word}"'.encode() for word in sorted(found)]
    return [*quoted, b'"type":', b"null", b"1e999", b"-0.0", b"18446744073709551616", b"\\ud800"]


def _bundles() -> Iterator[bytes]:
    for folder in ("bundles", "bad/bundles"):
        yield from (path.read_bytes() for path in sorted((_VECTORS / folder).glob("*.bin")))


def _packets() -> Iterator[bytes]:
    for folder in ("packets", "bad/packets"):
        yield from (path.read_bytes() for path in sorted((_VECTORS / folder).glob("*.bin")))


def _messages() -> Iterator[bytes]:
    for folder in ("messages", "bad/messages"):
        for path in sorted((_VECTORS / folder).glob("*.json")):
            vector = json.loads(path.read_text("ascii"))
            yield vector["text"].encode() if "text" in vector else bytes.fromhex(vector["hex"])


def _calls() -> Iterator[bytes]:
    for number, kind in enumerate(OPERATION_TYPES):
        yield bytes([number]) + b"{}"
        yield bytes([number]) + msgspec.json.encode(_example(kind))


def _example(kind: typing.Any) -> typing.Any:
    """Return a value with every member of a type, whether or not it is within all limits."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        hints = typing.get_type_hints(kind)
        return {f.encode_name: _example(hints[f.name]) for f in msgspec.structs.fields(kind)}
    origin, members = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        return [_example(members[0])]
    if origin is dict:
        return {"Gain": _example(members[1])}
    if origin is typing.Literal:
        return members[0]
    if members:
        return _example(members[0])
    return {int: 1, float: 1.5, str: "x", bool: True}.get(kind)


def _config() -> Iterator[bytes]:
    text = _REFERENCE.read_text()
    # What is commented out is valid, too.
    for part in (text, re.sub(r"(?m)^# (?=\w+ = )", "", text)):
        for place in range(0, len(part), MAX_INPUT):
            yield part[place : place + MAX_INPUT].encode()
    yield b'[[camera]]\nserial = "A"\n\n[camera.features]\nGain = 1.5\n'
    yield b'[[producer]]\ncti = "a.cti"\n[[camera]]\ncti = "a.cti"\nserial = "1"\n'


_VALUES = {
    "bundles": _bundles,
    "packets": _packets,
    "messages": _messages,
    "calls": _calls,
    "config": _config,
}


def _names(kind: typing.Any) -> set[str]:
    """Return the names of all members of a type and of the types in it."""
    found: set[str] = set()
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        hints = typing.get_type_hints(kind)
        for field in msgspec.structs.fields(kind):
            found |= {field.encode_name} | _names(hints[field.name])
    else:
        for member in typing.get_args(kind):
            found |= {member} if isinstance(member, str) else _names(member)
    return found
