"""The FrameBundles among the vectors, good and bad."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.vectors.layout import (
    BUNDLE_FIELDS,
    CAMERA_FIELDS,
    VIEW_FIELDS,
    Values,
    as_json,
    pack,
)

JPEG_DIR = Path(__file__).with_name("jpeg")

HEADER = 32
CAMERA = 72
VIEW = 96
T0 = 1_700_000_000_000_000
MONO8, BAYER_RG8, BAYER_RG12P = 0x01080001, 0x01080009, 0x010C0059


@dataclass
class BundleVector:
    """Field values of one bundle; ``header`` and cameras override what would be right."""

    about: str
    cameras: list[tuple[Values, bytes]] = field(default_factory=list)
    header: Values = field(default_factory=dict)
    seq: int = 1
    tail: bytes = b""

    def bundle_values(self) -> Values:
        size = max(int(self.header.get("header_size", HEADER)), HEADER)
        for values, payload in self.cameras:
            size += max(int(values.get("header_size", CAMERA)), CAMERA) + len(payload)
        return {
            "magic": b"CSFB",
            "version": 1,
            "header_size": HEADER,
            "camera_count": len(self.cameras),
            "total_size": size + len(self.tail),
            "seq": self.seq,
            "timestamp_us": T0,
            **self.header,
        }

    def camera_values(self) -> list[Values]:
        return [
            {"header_size": CAMERA, "payload_size": len(payload), **values}
            for values, payload in self.cameras
        ]

    def encode(self) -> bytes:
        parts = [pack(BUNDLE_FIELDS, self.bundle_values())]
        for values, (_, payload) in zip(self.camera_values(), self.cameras, strict=True):
            parts += [_camera_header(values), payload]
        return b"".join(parts) + self.tail

    def expected(self) -> dict[str, Any]:
        return {
            "about": self.about,
            "bundle": as_json(BUNDLE_FIELDS, self.bundle_values()),
            "cameras": [
                {**_camera_json(values), "payload": payload.hex()}
                for values, (_, payload) in zip(self.camera_values(), self.cameras, strict=True)
            ],
        }


def _camera_header(values: Values) -> bytes:
    if int(values["header_size"]) < VIEW:
        return pack(CAMERA_FIELDS, values)
    return pack({**CAMERA_FIELDS, **VIEW_FIELDS}, values)


def _camera_json(values: Values) -> dict[str, int | str]:
    """Return the header as JSON; those of a view are 0 in the default view."""
    there = values if int(values["header_size"]) >= VIEW and values.get("view") else {}
    return {**as_json(CAMERA_FIELDS, values), **as_json(VIEW_FIELDS, there)}


def _picture(index: int, width: int, height: int, pixel_format: int, frame_id: int) -> Values:
    return {
        "camera_index": index,
        "state": 2,
        "encoding": 1,
        "flags": 3,
        "pixel_format": pixel_format,
        "frame_id": frame_id,
        "device_timestamp_ns": 987_654_321_000 + frame_id,
        "capture_time_us": T0 - 4_000 - index,
        "encoded_time_us": T0 - 1_000 - index,
        "state_since_us": T0 - 60_000_000,
        "width": width,
        "height": height,
    }


def _without_picture(index: int, state: int) -> Values:
    return {"camera_index": index, "state": state, "state_since_us": T0 - 1_000_000 * index}


def good_bundles() -> dict[str, BundleVector]:
    grey = (JPEG_DIR / "grey_64x48.jpg").read_bytes()
    colour = (JPEG_DIR / "colour420_64x48.jpg").read_bytes()
    large = (JPEG_DIR / "colour444_83x72.jpg").read_bytes()
    left = {**_picture(0, 64, 48, MONO8, 4321), "source_width": 640, "source_height": 480}
    right = {**_picture(1, 64, 48, BAYER_RG8, 4322), "source_width": 640, "source_height": 480}
    wide = {**_picture(2, 83, 72, BAYER_RG12P, 96), "source_width": 2656, "source_height": 2304}
    sensor: Values = {"source_width": 2656, "source_height": 2304}
    part: Values = {
        **_picture(2, 64, 48, BAYER_RG12P, 96),
        **sensor,
        "header_size": VIEW,
        "view": 0xDEADBEEF,
        "x": 1200,
        "y": 808,
        "region_width": 64,
        "region_height": 48,
    }
    small: Values = {
        **_picture(2, 64, 48, BAYER_RG12P, 96),
        **sensor,
        "header_size": VIEW,
        "view": 1,
        "region_width": 2656,
        "region_height": 2304,
    }
    top: Values = {name: 2 ** (8 * size) - 1 for name, size in _unsigned_camera_fields().items()}
    view_top: Values = dict.fromkeys(VIEW_FIELDS.keys() - {"reserved"}, 2**32 - 1)
    return {
        "empty": BundleVector("no camera at all"),
        "three_jpegs": BundleVector(
            "three cameras with a grey, a 4:2:0 and a 4:4:4 JPEG",
            [(left, grey), (right, colour), (wide, large)],
            seq=1234,
        ),
        "no_pictures": BundleVector(
            "cameras without a new picture: a header and no bytes",
            [(_without_picture(0, 4), b""), (_without_picture(1, 3), b"")],
        ),
        "some_pictures": BundleVector(
            "a picture between two cameras without one; indices in any order",
            [(_without_picture(7, 5), b""), (left, grey), (_without_picture(3, 2), b"")],
        ),
        "every_state": BundleVector(
            "states 0 to 8", [(_without_picture(state, state), b"") for state in range(9)]
        ),
        "unknown_values": BundleVector(
            "state, encoding and flags of a later version: passed on, not refused",
            [({"state": 200, "encoding": 9, "flags": 0xFFFF, "pixel_format": 1}, b"\x00\xff")],
            {"flags": 0xA5, "reserved": 0xBEEF},
        ),
        "longer_headers": BundleVector(
            "headers of a later version with fields appended: stepped over",
            [({**left, "header_size": 80}, grey), ({**_without_picture(1, 2)}, b"")],
            {"header_size": 41},
        ),
        "views": BundleVector(
            "a camera's default view, a region of it, a smaller whole picture; one without news",
            [
                (wide, large),
                (part, colour),
                (small, grey),
                ({**part, "view": 2, "encoding": 0, "width": 0, "height": 0}, b""),
            ],
            seq=1235,
        ),
        "longer_view_headers": BundleVector(
            "a header that ends one byte before the end of a view's fields has none of them; "
            "a longer one has them",
            [({**left, "header_size": VIEW - 1}, grey), ({**part, "header_size": 104}, colour)],
        ),
        "default_view_with_fields": BundleVector(
            "view 0 in a long header: the default view, whatever the fields after it say",
            [({**part, "view": 0, "reserved": 9}, grey)],
        ),
        "largest_values": BundleVector(
            "every field of the camera and every u64 at its largest",
            [(top, b"\x01"), ({**top, **view_top, "header_size": VIEW}, b"\x01")],
            {"timestamp_us": 2**64 - 1},
            seq=2**64 - 1,
        ),
        "max_cameras": BundleVector(
            "256 cameras, the most that a bundle may hold",
            [(_without_picture(index, 1), b"") for index in range(256)],
        ),
    }


def _unsigned_camera_fields() -> dict[str, int]:
    sizes = {"B": 1, "H": 2, "I": 4, "Q": 8}
    fixed = {"header_size", "payload_size"}
    return {name: sizes[code] for name, code in CAMERA_FIELDS.items() if name not in fixed}


@dataclass
class BadVector:
    """Bytes that must be refused: why, and the structure that a WireError names."""

    reason: str
    where: str
    data: bytes


def bad_bundles() -> dict[str, BadVector]:
    one: tuple[Values, bytes] = ({"state": 2, "encoding": 1, "width": 8, "height": 8}, b"abcdefgh")
    good = BundleVector("", [one, one]).encode()

    def header(reason: str, where: str = "FrameBundleHeader", **values: int | bytes) -> BadVector:
        return BadVector(reason, where, BundleVector("", [one], dict(values)).encode())

    def camera(reason: str, where: str, **values: int) -> BadVector:
        return BadVector(reason, where, BundleVector("", [one, ({**values}, b"12345678")]).encode())

    def cut(at: int) -> bytes:
        return good[:12] + at.to_bytes(4, "little") + good[16:at]

    first, second = "CameraFrameHeader 0", "CameraFrameHeader 1"
    after_first = HEADER + CAMERA + 8
    many = BundleVector("", [({"camera_index": i}, b"") for i in range(257)])
    lone = BundleVector("", [one]).encode()
    small_camera = BundleVector("", [({"header_size": CAMERA}, b"")]).encode()
    return {
        "no_bytes": BadVector("an empty message", "FrameBundleHeader", b""),
        "bundle_header_cut": BadVector("31 of 32 bytes", "FrameBundleHeader", good[:31]),
        "camera_header_cut": BadVector(
            "71 of 72 bytes, total_size agrees", first, cut(HEADER + CAMERA - 1)
        ),
        "second_header_cut": BadVector(
            "the second camera's header has 1 byte", second, cut(after_first + 1)
        ),
        "second_header_missing": BadVector(
            "camera_count 2, one is there", second, cut(after_first)
        ),
        "payload_cut": BadVector(
            "the last payload lacks its last byte", second, cut(len(good) - 1)
        ),
        "wrong_magic": header("magic CSFC", magic=b"CSFC"),
        "packet_magic": header("magic of a packet", magic=b"CSPK"),
        "version_0": header("version 0", version=0),
        "version_2": header("version 2", version=2),
        "bundle_header_too_small": BadVector(
            "header_size 31", "FrameBundleHeader", lone[:6] + b"\x1f\x00" + lone[8:]
        ),
        "bundle_header_beyond_end": BadVector(
            "header_size 65535 in a short message",
            "FrameBundleHeader",
            lone[:6] + b"\xff\xff" + lone[8:],
        ),
        "empty_bundle_header_beyond_end": BadVector(
            "header_size 33, no camera, 32 bytes",
            "FrameBundleHeader",
            pack(BUNDLE_FIELDS, {**BundleVector("").bundle_values(), "header_size": 33})[:HEADER],
        ),
        "camera_header_too_small": camera("header_size 71", second, header_size=71),
        "camera_header_size_0": camera("header_size 0", second, header_size=0),
        "camera_header_beyond_end": BadVector(
            "header_size 73, one byte more than there is",
            first,
            small_camera[:HEADER] + b"\x49\x00" + small_camera[HEADER + 2 :],
        ),
        "view_header_cut": BadVector(
            "header_size 96, 80 bytes are there", first, lone[:HEADER] + b"\x60\x00" + lone[34:]
        ),
        "payload_beyond_end": camera("payload_size one too large", second, payload_size=9),
        "payload_size_huge": camera("payload_size 2^32 - 1", second, payload_size=2**32 - 1),
        "total_size_too_small": header("total_size one too small", total_size=len(lone) - 1),
        "total_size_too_large": header("total_size one too large", total_size=len(lone) + 1),
        "total_size_0": header("total_size 0", total_size=0),
        "total_size_above_limit": header("total_size 64 MiB + 1", total_size=64 * 2**20 + 1),
        "too_many_cameras": BadVector(
            "257 cameras, all of them there", "FrameBundleHeader", many.encode()
        ),
        "trailing_byte": BadVector(
            "one byte after the last camera, total_size agrees",
            "FrameBundle",
            BundleVector("", [one], tail=b"\x00").encode(),
        ),
        "camera_count_too_small": header(
            "camera_count 0, one is there", "FrameBundle", camera_count=0
        ),
    }
