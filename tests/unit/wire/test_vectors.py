"""The golden vectors: what the codec makes of them, and that they are what the makers make."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from camstrm.errors import WireError
from camstrm.wire.bundle import decode_bundle, encode_bundle
from camstrm.wire.crossing import CROSSINGS, Crossing
from camstrm.wire.messages import UnknownMessage
from camstrm.wire.packet import PacketSplitter
from tests.fakes.packet_stream import receive_data
from tests.vectors import layout, make_vectors
from tests.vectors.answers import whole

ROOT = Path(make_vectors.__file__).parent


def vectors(folder: str, least: int) -> list[Any]:
    files = sorted((ROOT / folder).glob("*.json"))
    assert len(files) >= least, f"{folder} has only {len(files)} vectors"
    return [pytest.param(path, id=path.stem) for path in files]


def load(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text("ascii"))
    return loaded


def written(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for folder in make_vectors.FOLDERS
        for path in (root / folder).iterdir()
        if path.is_file()
    }


def test_the_makers_make_these_files_byte_for_byte(tmp_path: Path) -> None:
    make_vectors.write_vectors(tmp_path)
    made, kept = written(tmp_path), written(ROOT)
    assert sorted(made) == sorted(kept)
    assert [name for name in made if made[name] != kept[name]] == []


@pytest.mark.parametrize("path", vectors("bundles", 9))
def test_bundle(path: Path) -> None:
    expected = load(path)
    bundle = decode_bundle(path.with_suffix(".bin").read_bytes())
    header = expected["bundle"]
    assert bundle.seq == int(header["seq"])
    assert bundle.timestamp_us == int(header["timestamp_us"])
    assert len(bundle.frames) == header["camera_count"] == len(expected["cameras"])
    for frame, camera in zip(bundle.frames, expected["cameras"], strict=True):
        assert bytes(frame.payload).hex() == camera["payload"]
        assert len(frame.payload) == camera["payload_size"]
        fields = layout.CAMERA_FIELDS.keys() | layout.VIEW_FIELDS.keys()
        for name in fields - {"header_size", "payload_size", "reserved"}:
            assert getattr(frame, name) == int(camera[name]), name


NOT_REPEATED = (
    "longer_headers",
    "longer_view_headers",
    "default_view_with_fields",
    "unknown_values",
)
"""What a later version appended, and its flags, are not ours to repeat."""


@pytest.mark.parametrize("path", vectors("bundles", 9))
def test_a_bundle_is_encoded_to_the_same_bytes(path: Path) -> None:
    data = path.with_suffix(".bin").read_bytes()
    again = encode_bundle(decode_bundle(data))
    if path.stem in NOT_REPEATED:
        assert decode_bundle(again) == decode_bundle(data)
        assert again != data
    else:
        assert again == data


@pytest.mark.parametrize("path", vectors("bad/bundles", 25))
def test_bad_bundle(path: Path) -> None:
    with pytest.raises(WireError) as caught:
        decode_bundle(path.with_suffix(".bin").read_bytes())
    assert caught.value.what == load(path)["where"]


@pytest.mark.parametrize("path", vectors("packets", 7))
def test_packets(path: Path) -> None:
    packets = receive_data(PacketSplitter(), path.with_suffix(".bin").read_bytes())
    assert [{"kind": p.kind, "payload": bytes(p.payload).hex()} for p in packets] == load(path)[
        "packets"
    ]


@pytest.mark.parametrize("path", vectors("bad/packets", 10))
def test_bad_packets(path: Path) -> None:
    with pytest.raises(WireError) as caught:
        receive_data(PacketSplitter(), path.with_suffix(".bin").read_bytes())
    assert caught.value.what == load(path)["where"]


def crossings_of(text: str | bytes) -> list[Crossing[Any]]:
    """Return those that have a message of the text's type; all if it has none that is known."""
    found = [c for c in CROSSINGS for tag in c.classes if f'"type":"{tag}"' in str(text)]
    return found or list(CROSSINGS)


@pytest.mark.parametrize("path", vectors("messages", 18))
def test_message(path: Path) -> None:
    vector = load(path)
    for crossing in crossings_of(vector["text"]):
        message = crossing.decode(vector["text"])
        assert crossing.decode(vector["text"].encode()) == message
        if vector["expected"] is None:
            assert isinstance(message, UnknownMessage)
        else:
            assert whole(message) == vector["expected"]
            assert crossing.decode(crossing.encode(message)) == message


@pytest.mark.parametrize("path", vectors("bad/messages", 35))
def test_bad_message(path: Path) -> None:
    vector = load(path)
    text = vector["text"] if "text" in vector else bytes.fromhex(vector["hex"])
    for crossing in crossings_of(text):
        with pytest.raises(WireError) as caught:
            crossing.decode(text)
        assert caught.value.what == vector["where"]


def jpeg_size(data: bytes) -> tuple[int, int]:
    """Return width and height from the SOF0 segment (ITU-T T.81, B.2.2)."""
    offset = 2
    while data[offset : offset + 2] != b"\xff\xc0":
        assert data[offset] == 0xFF
        offset += 2 + int.from_bytes(data[offset + 2 : offset + 4], "big")
    height, width = data[offset + 5 : offset + 7], data[offset + 7 : offset + 9]
    return int.from_bytes(width, "big"), int.from_bytes(height, "big")


def test_the_jpegs_are_whole_and_of_the_size_that_their_headers_say() -> None:
    frames = decode_bundle((ROOT / "bundles" / "three_jpegs.bin").read_bytes()).frames
    assert len(frames) == 3
    for frame in frames:
        jpeg = bytes(frame.payload)
        assert (jpeg[:2], jpeg[-2:]) == (b"\xff\xd8", b"\xff\xd9")
        assert jpeg_size(jpeg) == (frame.width, frame.height)
