"""FORMAT.md says what the code does: layouts, limits, numbers, message members."""

from __future__ import annotations

import json
import re
import typing
from enum import IntEnum
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import structs

import camstrm.wire
from camstrm.camera_state import CameraState
from camstrm.wire import bundle, calls, messages, packet, views
from camstrm.wire.crossing import CROSSINGS, FEED_DOWN, FROM_VIEWER, TO_VIEWER, Crossing
from camstrm.wire.operations import OPERATIONS, Result
from camstrm.wire.views import Region
from tests.vectors import layout

FORMAT = (Path(camstrm.wire.__file__).parent / "FORMAT.md").read_text("utf-8")

TYPES = {"char[4]": ("4s", 4), "u8": ("B", 1), "u16": ("H", 2), "u32": ("I", 4), "u64": ("Q", 8)}


def header_table(name: str) -> tuple[int, list[list[str]]]:
    """Return the size in the heading and the rows (offset, type, field, meaning)."""
    heading = re.search(
        rf"^### {name}, (\d+) bytes$(.*?)(?=^#|\Z)", FORMAT, re.MULTILINE | re.DOTALL
    )
    assert heading, name
    lines = [line for line in heading[2].splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert rows[0] == ["offset", "type", "field", "meaning"]
    return int(heading[1]), rows[2:]


def blocks() -> str:
    """Return the blocks of code of the section on calls."""
    section = re.search(r"^## 5\. Calls and replies$(.*?)^## ", FORMAT, re.MULTILINE | re.DOTALL)
    assert section
    return "\n".join(line for line in section[1].splitlines() if line.startswith("    "))


HEADERS = [
    ("FrameBundleHeader", bundle._BUNDLE_HEADER, layout.BUNDLE_FIELDS),
    ("CameraFrameHeader", bundle._CAMERA_HEADER, layout.CAMERA_FIELDS),
    ("ViewFields", bundle._VIEW_FIELDS, layout.VIEW_FIELDS),
    ("UdsPacketHeader", packet._PACKET_HEADER, layout.PACKET_FIELDS),
]


@pytest.mark.parametrize(("name", "code", "vectors"), HEADERS, ids=[h[0] for h in HEADERS])
def test_a_table_is_the_layout_of_code_and_vectors(
    name: str, code: Any, vectors: dict[str, str]
) -> None:
    size, rows = header_table(name)
    start = bundle.CAMERA_HEADER_SIZE if name == "ViewFields" else 0
    offset, letters = start, {}
    for at, kind, field, _ in rows:
        assert int(at) == offset, field
        letters[field], width = TYPES[kind]
        offset += width
    assert offset - start == size == code.size
    assert letters == vectors
    assert list(letters) == list(vectors)
    assert code.format == "<" + "".join(letters.values())


def test_every_field_of_a_camera_is_a_member_of_camera_frame() -> None:
    rows = header_table("CameraFrameHeader")[1] + header_table("ViewFields")[1]
    in_table = {field for _, _, field, _ in rows}
    in_code = {field.name for field in structs.fields(bundle.CameraFrame)}
    assert in_table - in_code == {"header_size", "payload_size", "reserved"}
    assert in_code - in_table == {"payload"}


def meaning(header: str, field: str) -> str:
    (found,) = [row[3] for row in header_table(header)[1] if row[2] == field]
    return found


def numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text)]


def test_the_limits() -> None:
    assert meaning("FrameBundleHeader", "magic") == f"`{bundle.BUNDLE_MAGIC.decode()}`"
    assert numbers(meaning("FrameBundleHeader", "version")) == [bundle.BUNDLE_VERSION]
    assert numbers(meaning("FrameBundleHeader", "header_size")) == [bundle.BUNDLE_HEADER_SIZE]
    assert numbers(meaning("FrameBundleHeader", "camera_count")) == [bundle.MAX_CAMERAS]
    assert numbers(meaning("FrameBundleHeader", "total_size")) == [bundle.MAX_BUNDLE_SIZE]
    assert numbers(meaning("CameraFrameHeader", "header_size")) == [bundle.CAMERA_HEADER_SIZE]
    assert meaning("UdsPacketHeader", "magic") == f"`{packet.PACKET_MAGIC.decode()}`"
    assert numbers(meaning("UdsPacketHeader", "version")) == [packet.PACKET_VERSION]
    assert numbers(meaning("UdsPacketHeader", "header_size")) == [packet.PACKET_HEADER_SIZE]
    assert numbers(meaning("UdsPacketHeader", "size")) == [
        packet.MAX_PACKET_SIZE,
        messages.MAX_TEXT_SIZE,
    ]
    assert f"`type`, {messages.MAX_TEXT_SIZE} bytes at most" in FORMAT
    assert f"From a viewer ({messages.MAX_VIEWER_TEXT_SIZE} bytes at most" in FORMAT
    assert FORMAT.startswith(f"# camstrm wire format, version {bundle.BUNDLE_VERSION}\n")


def listed(text: str) -> dict[int, str]:
    return {int(n): what.strip() for n, what in re.findall(r"(\d+) ([A-Za-z ]+)", text)}


def spoken(members: type[IntEnum]) -> dict[int, str]:
    return {member.value: member.name.replace("_", " ").lower() for member in members}


def test_states() -> None:
    found = re.search(r"^States: (.*?)\.", FORMAT, re.MULTILINE | re.DOTALL)
    assert found
    states = listed(" ".join(found[1].split()))
    expected = spoken(CameraState)
    assert states.pop(CameraState.UNSUPPORTED) == "unsupported pixel format"
    expected.pop(CameraState.UNSUPPORTED)
    assert states == expected


def test_encodings_flags_and_kinds() -> None:
    encodings = listed(meaning("CameraFrameHeader", "encoding").lower())
    assert encodings == spoken(bundle.Encoding)
    flags = re.findall(r"(\d+): (\w+) is valid", meaning("CameraFrameHeader", "flags"))
    assert {int(n): field for n, field in flags} == {
        bundle.FrameFlag.FRAME_ID: "frame_id",
        bundle.FrameFlag.DEVICE_TIMESTAMP: "device_timestamp_ns",
    }
    assert listed(meaning("UdsPacketHeader", "kind")) == {
        packet.PacketKind.TEXT: "control message",
        packet.PacketKind.BUNDLE: "FrameBundle",
        packet.PacketKind.DATA: "data of a reply",
    }


def examples() -> list[str]:
    """Return the JSON messages that FORMAT.md shows, in order."""
    blocks = re.findall(r"^    (\{\"type\".*?\})$\n\n", FORMAT, re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`(\{\"type\".*?\})`", FORMAT, re.DOTALL)
    return [*blocks, *inline]


def test_the_messages_shown_are_there() -> None:
    shown = [json.loads(text)["type"] for text in examples()]
    assert shown == [
        *["hello", "status", "leases", "ack", "subscribe", "subscribe", "views"],
        *["call", "reply", "reply", "demand", "refused"],
    ]
    for crossing in CROSSINGS:
        for name in crossing.classes:
            assert f"`{name}`" in FORMAT or name in shown


@pytest.mark.parametrize("text", examples(), ids=lambda text: text[9:14])
def test_a_message_shown_has_all_members_and_no_other(text: str) -> None:
    name = json.loads(text)["type"]
    shown: tuple[Crossing[Any], ...] = (TO_VIEWER, FROM_VIEWER, FEED_DOWN)
    crossing = next(c for c in shown if name in c.classes)
    message = crossing.decode(text)
    assert json.loads(crossing.encode(message)) == json.loads(text)


def test_the_defaults_are_as_in_the_examples() -> None:
    hello = TO_VIEWER.decode(examples()[0])
    assert isinstance(hello, messages.Hello)
    assert hello.protocol == messages.PROTOCOL
    assert hello.limits == messages.Limits(
        max_message_size=messages.MAX_VIEWER_TEXT_SIZE, max_calls=calls.MAX_CALLS, max_views=8
    )
    rows = re.findall(r"^\| `(\w+)` \| ([\d.]+) \|", FORMAT, re.MULTILINE)
    defaults = {name: float(value) for name, value in rows}
    assert defaults == structs.asdict(messages.Limits())


def test_the_steps_of_views() -> None:
    (steps,) = re.findall(r"are rounded up to ([\d,\s]+ or 7680)", FORMAT)
    assert tuple(numbers(steps)) == views.SIZES
    (qualities,) = re.findall(r"`quality` to ([\d, ]+ or 95)", FORMAT)
    assert tuple(numbers(qualities)) == views.QUALITIES
    assert f"outwards to multiples of {views.GRID};" in FORMAT
    assert f"x and y are 0 to {views.MAX_SIDE}, the other numbers" in FORMAT
    assert (
        f"limits are both {views.SMALL_SIDE} or less are not counted, {views.MAX_SMALL_VIEWS} "
        in (FORMAT)
    )


def test_the_codes_of_refusals() -> None:
    table = re.search(r"^\| code \| the call failed.*?\n\n", FORMAT, re.MULTILINE | re.DOTALL)
    assert table
    listed_codes = re.findall(r"^\| `(\w+)` \|", table[0], re.MULTILINE)
    assert ["", *listed_codes] == list(typing.get_args(calls.Code))
    assert f"more than {calls.MAX_WAITING_CALLS} wait" in table[0]
    assert f"no answer within {calls.CALL_TIMEOUT_S:.0f} s" in table[0]


def members(cls: type[msgspec.Struct]) -> dict[str, bool]:
    """Return which members may be left out."""
    return {f.encode_name: not f.required for f in structs.fields(cls)}


def shown_members(body: str) -> dict[str, bool]:
    return {name: bool(mark) for name, mark in re.findall(r"(\w+)(\??)(?=[,}])", body)}


def test_the_operations() -> None:
    found = re.findall(r"^    ([a-z]+) +(\{.*?\}) +(\{\}|[A-Z]\w+)$", blocks(), re.MULTILINE)
    assert [name for name, _, _ in found] == list(OPERATIONS)
    for name, arguments, result in found:
        operation = OPERATIONS[name]
        assert shown_members(arguments) == members(operation.arguments), name
        assert result.strip("{}") == operation.result.__name__.removesuffix("Result"), name


def structs_within(hint: Any) -> set[type[msgspec.Struct]]:
    """Return the structs with named members that a type is made of."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        inner = typing.get_type_hints(hint, include_extras=True).values()
        own = set() if hint in (Region, Result) else {hint}
        return own.union(*map(structs_within, inner)) if own else own
    return set().union(*map(structs_within, typing.get_args(hint)))


def test_the_structures_of_results() -> None:
    shown = {
        name: {member: bool(mark) for member, mark in re.findall(r"(\w+)(\??):", body)}
        for name, body in re.findall(
            r"^    ([A-Z]\w+) +(\{[^{]*(?:\{\.\.\.[^}]*\}[^{}]*)*\})", blocks(), re.MULTILINE
        )
    }
    results = [operation.result for operation in OPERATIONS.values()]
    wanted = set().union(*map(structs_within, results))
    assert shown == {cls.__name__: members(cls) for cls in wanted}


def test_every_message_has_a_crossing() -> None:
    crossing = {cls for c in CROSSINGS for cls in c.classes.values()}
    public = [getattr(messages, name) for name in vars(messages)]
    defined = {c for c in public if isinstance(c, type) and issubclass(c, messages.Message)}
    bases = {messages.Message, messages.UnknownMessage}
    assert defined - bases == crossing - {calls.Call, calls.Reply}
