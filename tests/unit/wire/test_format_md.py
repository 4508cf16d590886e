"""FORMAT.md says what the code does: layouts, limits, numbers, message members."""

from __future__ import annotations

import json
import re
from enum import IntEnum
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

import camstrm.wire
from camstrm.camera_state import CameraState
from camstrm.wire import bundle, calls, messages, packet
from camstrm.wire.crossing import CROSSINGS, FEED_DOWN, FROM_VIEWER, TO_VIEWER, Crossing
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


HEADERS = [
    ("FrameBundleHeader", bundle._BUNDLE_HEADER, layout.BUNDLE_FIELDS),
    ("CameraFrameHeader", bundle._CAMERA_HEADER, layout.CAMERA_FIELDS),
    ("UdsPacketHeader", packet._PACKET_HEADER, layout.PACKET_FIELDS),
]


@pytest.mark.parametrize(("name", "code", "vectors"), HEADERS, ids=[h[0] for h in HEADERS])
def test_a_table_is_the_layout_of_code_and_vectors(
    name: str, code: Any, vectors: dict[str, str]
) -> None:
    size, rows = header_table(name)
    offset, letters = 0, {}
    for at, kind, field, _ in rows:
        assert int(at) == offset, field
        letters[field], width = TYPES[kind]
        offset += width
    assert offset == size == code.size
    assert letters == vectors
    assert list(letters) == list(vectors)
    assert code.format == "<" + "".join(letters.values())


def test_every_field_of_a_camera_is_a_member_of_camera_frame() -> None:
    _, rows = header_table("CameraFrameHeader")
    in_table = {field for _, _, field, _ in rows}
    in_code = {field.name for field in structs.fields(bundle.CameraFrame)}
    assert in_table - in_code == {"header_size", "payload_size"}
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
    }


def examples() -> list[str]:
    """Return the JSON messages that FORMAT.md shows, in order."""
    blocks = re.findall(r"^    (\{\"type\".*?\})$\n\n", FORMAT, re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`(\{\"type\".*?\})`", FORMAT, re.DOTALL)
    return [*blocks, *inline]


def test_the_messages_shown_are_there() -> None:
    shown = [json.loads(text)["type"] for text in examples()]
    assert shown == ["hello", "status", "ack", "subscribe", "demand", "refused"]
    for crossing in CROSSINGS:
        for name in crossing.classes:
            assert f"`{name}`" in FORMAT or name in shown


@pytest.mark.parametrize("text", examples(), ids=lambda text: text[9:14])
def test_a_message_shown_has_all_members_and_no_other(text: str) -> None:
    name = json.loads(text)["type"]
    shown: tuple[Crossing[Any], ...] = (TO_VIEWER, FROM_VIEWER, FEED_DOWN)
    (crossing,) = [c for c in shown if name in c.classes]
    message = crossing.decode(text)
    assert json.loads(crossing.encode(message)) == json.loads(text)


def test_the_defaults_are_as_in_the_examples() -> None:
    hello = TO_VIEWER.decode(examples()[0])
    assert isinstance(hello, messages.Hello)
    assert hello.protocol == messages.PROTOCOL
    assert hello.limits == messages.Limits()


def test_every_message_has_a_crossing() -> None:
    crossing = {cls for c in CROSSINGS for cls in c.classes.values()}
    public = [getattr(messages, name) for name in vars(messages)]
    defined = {c for c in public if isinstance(c, type) and issubclass(c, messages.Message)}
    bases = {messages.Message, messages.UnknownMessage}
    assert defined - bases == crossing - {calls.Call, calls.Reply}
