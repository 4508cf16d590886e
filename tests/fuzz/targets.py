"""Targets: what reads bytes from outside, and what must hold for any bytes.

A check returns whether the input was accepted, and raises for what must not happen: an exception
that is none of camstrm's, or a value that does not survive its own encoding.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from camstrm.config import check_config, load_config
from camstrm.errors import ConfigError, WireError
from camstrm.wire.bundle import decode_bundle, encode_bundle
from camstrm.wire.bundle_change import merge_bundles, select_entries
from camstrm.wire.calls import pack, unpack
from camstrm.wire.crossing import CROSSINGS, FEED_UP
from camstrm.wire.messages import UnknownMessage
from camstrm.wire.operations import OPERATIONS
from camstrm.wire.packet import Packet, PacketKind, PacketSplitter, decode_data
from camstrm.wire.views import View, admitted, rounded

__all__ = ["MAX_INPUT", "OPERATION_TYPES", "TARGETS", "Target"]

MAX_INPUT = 4096
"""Bytes of one input: several cameras, or each member of each message."""

_LONGEST_SENTENCE = 2000
"""Characters of an error: whoever sends rubbish does not fill the log with it."""

_TOO_MANY = 17
"""Pieces that a stream of packets is cut into: another number than that of any field."""


@dataclass(frozen=True)
class Target:
    """``check``: see above; ``modules``: whose branches guide the search."""

    name: str
    check: Callable[[bytes], bool]
    modules: tuple[str, ...]


def _check_bundle(data: bytes) -> bool:
    try:
        bundle = decode_bundle(data)
    except WireError as error:
        _check_sentence(error)
        return False
    assert bundle.size <= len(data), "a bundle is larger than the bytes that it came in"
    assert decode_bundle(encode_bundle(bundle)) == bundle, "a bundle changes when it is sent on"
    some = {frame.camera_index for frame in bundle.frames[::2]}
    for made in (merge_bundles(bundle, bundle), select_entries(bundle, some, {1})):
        assert decode_bundle(encode_bundle(made)) == made, "what is made of a bundle cannot be sent"
    return True


def _check_packets(data: bytes) -> bool:
    whole, error = _packets(data, len(data))
    pieces, other = _packets(data, len(data) // _TOO_MANY + 1)
    assert [(p.kind, bytes(p.payload)) for p in whole] == [
        (p.kind, bytes(p.payload)) for p in pieces
    ], "the packets depend on how the stream was cut"
    assert str(error) == str(other), f"{error} becomes {other} in pieces"
    for packet in whole:
        _check_payload(packet)
    return error is None


def _packets(data: bytes, size: int) -> tuple[list[Packet], WireError | None]:
    """Return what a splitter makes of ``data`` in pieces of ``size``, until its error."""
    splitter = PacketSplitter()
    packets: list[Packet] = []
    place = 0
    while place < len(data):
        buffer = splitter.get_buffer()
        assert len(buffer), "there is no place for what comes"
        piece = data[place : place + min(size, len(buffer))]
        buffer[: len(piece)] = piece
        place += len(piece)
        try:
            packets += splitter.bytes_received(len(piece))
        except WireError as error:
            _check_sentence(error)
            return packets, error
        if splitter.error is not None:
            return packets, splitter.error
    return packets, None


def _check_payload(packet: Packet) -> None:
    try:
        if packet.kind == PacketKind.TEXT:
            FEED_UP.decode(packet.payload)
        elif packet.kind == PacketKind.BUNDLE:
            decode_bundle(packet.payload)
        else:
            decode_data(packet.payload)
    except WireError as error:
        _check_sentence(error)


def _check_message(data: bytes) -> bool:
    accepted = False
    for crossing in CROSSINGS:
        try:
            message = crossing.decode(data)
        except WireError as error:
            _check_sentence(error)
            continue
        if isinstance(message, UnknownMessage):
            continue
        accepted = True
        again = crossing.decode(crossing.encode(message))
        assert again == message, f"{message} becomes {again}"
        views = [view for view in getattr(message, "views", ()) if isinstance(view, View)]
        for view in admitted(views, 2):
            made = rounded(view)
            assert rounded(made) == made, f"{made} is rounded twice"
            assert 0 < made.id < 2**32, f"id of {made}"
    return accepted


OPERATION_TYPES: tuple[type[msgspec.Struct], ...] = tuple(
    kind for operation in OPERATIONS.values() for kind in (operation.arguments, operation.result)
)
"""What the first byte of an input for ``calls`` chooses from."""


def _check_call(data: bytes) -> bool:
    kind = OPERATION_TYPES[data[0] % len(OPERATION_TYPES)] if data else OPERATION_TYPES[0]
    try:
        value = unpack(msgspec.Raw(data[1:]), kind, "with")
    except WireError as error:
        _check_sentence(error)
        return False
    again = unpack(pack(value), kind, "with")
    assert again == value, f"{value} becomes {again}"
    return True


def _check_config(data: bytes) -> bool:
    path = _config_file()
    path.write_bytes(data)
    try:
        config = load_config(path)
    except ConfigError as error:
        text = str(error)
        assert text.startswith(str(path)), f"the file is not named: {text}"
        assert len(text) < 10 * _LONGEST_SENTENCE, f"{len(text)} characters of error"
        return False
    check_config(config)
    return True


_folders: list[tempfile.TemporaryDirectory[str]] = []


def _config_file() -> Path:
    if not _folders:
        # In memory where that is possible: the search writes it some thousand times a second.
        place = Path("/dev/shm")
        _folders.append(
            tempfile.TemporaryDirectory(
                prefix="camstrm-fuzz-", dir=place if place.is_dir() else None
            )
        )
    return Path(_folders[0].name) / "camstrm.toml"


def _check_sentence(error: Exception) -> None:
    text = str(error)
    assert text, "an error without words"
    assert len(text) <= _LONGEST_SENTENCE, f"{len(text)} characters of error"
    text.encode()  # or the first log that it is written to fails


_WIRE = ("camstrm.wire", "camstrm.feature")

TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        Target("bundles", _check_bundle, _WIRE),
        Target("packets", _check_packets, _WIRE),
        Target("messages", _check_message, _WIRE),
        Target("calls", _check_call, _WIRE),
        Target("config", _check_config, ("camstrm.config", "tomllib", "tomli")),
    )
}
