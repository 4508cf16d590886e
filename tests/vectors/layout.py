"""The headers of FORMAT.md, written out by hand and packed without camstrm's code.

A vector must be able to disagree with the codec that is held to it, so nothing here
imports camstrm.
"""

from __future__ import annotations

import struct

BUNDLE_FIELDS = {
    "magic": "4s",
    "version": "B",
    "flags": "B",
    "header_size": "H",
    "camera_count": "H",
    "reserved": "H",
    "total_size": "I",
    "seq": "Q",
    "timestamp_us": "Q",
}

CAMERA_FIELDS = {
    "header_size": "H",
    "camera_index": "H",
    "state": "B",
    "encoding": "B",
    "flags": "H",
    "payload_size": "I",
    "pixel_format": "I",
    "frame_id": "Q",
    "device_timestamp_ns": "Q",
    "capture_time_us": "Q",
    "encoded_time_us": "Q",
    "state_since_us": "Q",
    "width": "I",
    "height": "I",
    "source_width": "I",
    "source_height": "I",
}

VIEW_FIELDS = {
    "view": "I",
    "reserved": "I",
    "x": "I",
    "y": "I",
    "region_width": "I",
    "region_height": "I",
}
"""What follows CAMERA_FIELDS in the header of a view."""

PACKET_FIELDS = {
    "magic": "4s",
    "version": "B",
    "header_size": "B",
    "kind": "H",
    "size": "I",
    "reserved": "I",
}

APPENDED = b"\xee"
"""What the bytes of a longer header are filled with; a reader must step over them."""

Values = dict[str, int | bytes]


def pack(fields: dict[str, str], values: Values) -> bytes:
    """Pack ``values``; what is missing is 0, ``header_size`` beyond the layout is padded."""
    layout = "<" + "".join(fields.values())
    packed = struct.pack(layout, *(values.get(name, 0) for name in fields))
    extra = int(values.get("header_size", 0)) - len(packed)
    return packed + APPENDED * max(extra, 0)


def as_json(fields: dict[str, str], values: Values) -> dict[str, int | str]:
    """Return the header as JSON: u64 as decimal strings, so that JavaScript stays exact."""
    out: dict[str, int | str] = {}
    for name, code in fields.items():
        value = values.get(name, 0)
        if isinstance(value, bytes):
            out[name] = value.decode("ascii")
        else:
            out[name] = str(value) if code == "Q" else value
    return out
