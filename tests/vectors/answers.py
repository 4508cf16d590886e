"""What a decoder made of bytes, as JSON that other languages' answers can be compared with."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from msgspec import structs

from camstrm.wire.bundle import FrameBundle
from camstrm.wire.messages import Message, tag_of
from camstrm.wire.views import Region

__all__ = ["bundle_as_json", "whole"]

_SIXTY_FOUR_BITS = frozenset(
    ("frame_id", "device_timestamp_ns", "capture_time_us", "encoded_time_us", "state_since_us")
)


def whole(value: Any) -> Any:
    """Return a message as JSON with all members, also those that are left out where they say
    nothing.
    """
    if isinstance(value, msgspec.Raw):
        return json.loads(bytes(value))
    if isinstance(value, (tuple, list)):
        return [whole(item) for item in value]
    if isinstance(value, dict):
        return {name: whole(item) for name, item in value.items()}
    if isinstance(value, Region):
        return whole(structs.astuple(value))
    if not isinstance(value, msgspec.Struct):
        return value
    members = {f.encode_name: whole(getattr(value, f.name)) for f in structs.fields(value)}
    return {"type": tag_of(value), **members} if isinstance(value, Message) else members


def bundle_as_json(bundle: FrameBundle) -> dict[str, Any]:
    """Return a bundle under the names of FORMAT.md, u64 as decimal strings, payloads as hex."""
    return {
        "bundle": {
            "seq": str(bundle.seq),
            "timestamp_us": str(bundle.timestamp_us),
            "camera_count": len(bundle.frames),
        },
        "cameras": [
            {
                f.name: str(value) if f.name in _SIXTY_FOUR_BITS else value
                for f in structs.fields(frame)
                if (value := getattr(frame, f.name)) is not frame.payload
            }
            | {"payload": bytes(frame.payload).hex()}
            for frame in bundle.frames
        ],
    }
