"""The control messages among the vectors that must be refused."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass
class BadMessage:
    """Text (str) or bytes that must be refused: why, and what a WireError names."""

    reason: str
    where: str
    data: str | bytes

    def expected(self) -> dict[str, str]:
        form = {"text": self.data} if isinstance(self.data, str) else {"hex": self.data.hex()}
        return {"reason": self.reason, "where": self.where, **form}


def many_cameras(count: int, name: str = "a", *, index: int | None = None, vendor: str = "") -> str:
    """Return a hello with cameras of names that begin so, and of one index if it is given."""
    cameras = [
        {"index": place if index is None else index, "name": f"{name}{place or ''}"}
        for place in range(count)
    ]
    cameras[-1]["vendor"] = vendor
    hello = {"type": "hello", "session": "a", "cameras": cameras}
    return json.dumps(hello, ensure_ascii=False, separators=(",", ":"))


def bad_messages() -> dict[str, BadMessage]:
    any_message = "control message"

    def status(text: str) -> str:
        return '{"type":"status","time_us":1,' + text + "}"

    return {
        "no_text": BadMessage("empty", any_message, ""),
        "not_json": BadMessage("no JSON", any_message, "{type:ack}"),
        "cut": BadMessage("the end is missing", any_message, '{"type":"ack","seq":1'),
        "trailing": BadMessage("text after the object", any_message, '{"type":"stop"}{}'),
        "array": BadMessage("an array", any_message, '[{"type":"stop"}]'),
        "string": BadMessage("a string", any_message, '"stop"'),
        "no_type": BadMessage("no member type", any_message, '{"seq":1}'),
        "type_number": BadMessage("type is a number", any_message, '{"type":1}'),
        "type_null": BadMessage("type is null", any_message, '{"type":null}'),
        "not_utf8": BadMessage("a byte that is not UTF-8", any_message, b'{"type":"\xff"}'),
        "utf8_bom": BadMessage("a byte order mark", any_message, b'\xef\xbb\xbf{"type":"stop"}'),
        "utf16": BadMessage("UTF-16", any_message, '{"type":"stop"}'.encode("utf-16-le")),
        "half_pair": BadMessage(
            "half of a surrogate pair", any_message, '{"type":"hello","session":"\\ud83d"}'
        ),
        "half_pair_type": BadMessage(
            "half of a pair in the type", any_message, '{"type":"\\uDC00"}'
        ),
        "nan": BadMessage("NaN", any_message, status('"bundle_fps":NaN')),
        "infinity": BadMessage("Infinity", any_message, status('"bundle_fps":-Infinity')),
        "deep": BadMessage("10000 arrays in each other", any_message, "[" * 10_000),
        "digits": BadMessage(
            "an integer of 300 digits", "ack.seq", '{"type":"ack","seq":' + "9" * 300 + "}"
        ),
        "missing_field": BadMessage("a required member is missing", "ack", '{"type":"ack"}'),
        "required_null": BadMessage("null for an integer", "ack.seq", '{"type":"ack","seq":null}'),
        "integer_string": BadMessage(
            "a string for an integer", "ack.seq", '{"type":"ack","seq":"1"}'
        ),
        "integer_real": BadMessage("1.0 for an integer", "ack.seq", '{"type":"ack","seq":1.0}'),
        "integer_boolean": BadMessage(
            "true for an integer", "ack.seq", '{"type":"ack","seq":true}'
        ),
        "integer_negative": BadMessage("-1", "ack.seq", '{"type":"ack","seq":-1}'),
        "integer_too_large": BadMessage(
            "2^64", "ack.seq", '{"type":"ack","seq":18446744073709551616}'
        ),
        "skips_array": BadMessage(
            "an array for numbers by name",
            "status.viewer.skips",
            status('"viewer":{"id":1,"skips":[]}'),
        ),
        "skips_negative": BadMessage(
            "a negative number of skipped bundles",
            "status.viewer.skips[...]",
            status('"viewer":{"id":1,"skips":{"slow link":-1}}'),
        ),
        "hello_many": BadMessage(
            "more cameras than a bundle has", "hello.cameras", many_cameras(257)
        ),
        "hello_twice": BadMessage("two cameras of one index", "hello", many_cameras(2, index=7)),
        "hello_index": BadMessage(
            "an index beyond the last camera that may be",
            "hello.cameras[0].index",
            many_cameras(1, index=256),
        ),
        "hello_name_twice": BadMessage(
            "two cameras of one name",
            "hello",
            '{"type":"hello","session":"a","cameras":[{"index":0,"name":"a"},{"index":4,"name":"a"}]}',
        ),
        "hello_name_bytes": BadMessage(
            "a name of 86 characters and 258 bytes", "hello", many_cameras(1, "\ud55c" * 86)
        ),
        "hello_session_bytes": BadMessage(
            "a session of 256 characters and 512 bytes",
            "hello",
            '{"type":"hello","session":"' + "\u00e9" * 256 + '"}',
        ),
        "status_many": BadMessage(
            "more cameras than there may be",
            "status.cameras",
            status('"cameras":[' + ",".join(['{"index":0,"state":0}'] * 257) + "]"),
        ),
        "status_twice": BadMessage(
            "two cameras of one index",
            "status",
            status('"cameras":[{"index":3,"state":0},{"index":3,"state":2}]'),
        ),
        "status_index": BadMessage(
            "an index beyond the last camera that may be",
            "status.cameras[0].index",
            status('"cameras":[{"index":256,"state":0}]'),
        ),
        "status_format_long": BadMessage(
            "a pixel format of 257 characters",
            "status.cameras[0].pixel_format",
            status('"cameras":[{"index":0,"state":0,"pixel_format":"' + "x" * 257 + '"}]'),
        ),
        "hello_name_long": BadMessage(
            "a name of 257 characters", "hello.cameras[0].name", many_cameras(1, "\u00e9" * 257)
        ),
        "hello_vendor_long": BadMessage(
            "a maker of 257 characters, all beyond 16 bits",
            "hello.cameras[1].vendor",
            many_cameras(2, vendor="\U0001f4f7" * 257),
        ),
        "mirror_number": BadMessage(
            "a number for mirror",
            "hello.cameras[0].mirror",
            '{"type":"hello","session":"a","cameras":[{"index":0,"name":"a","mirror":1}]}',
        ),
        "number_boolean": BadMessage(
            "false for a number", "status.bundle_fps", status('"bundle_fps":false')
        ),
        "number_negative": BadMessage(
            "-0.5 frames a second", "status.bundle_fps", status('"bundle_fps":-0.5')
        ),
        "number_too_large": BadMessage("1e999", "status.bundle_fps", status('"bundle_fps":1e999')),
        "text_number": BadMessage("a number for a text", "status.input", status('"input":0')),
        "boolean_number": BadMessage(
            "a number for a boolean", "demand.refresh", '{"type":"demand","refresh":1}'
        ),
        "array_object": BadMessage(
            "an object for an array", "subscribe.cameras", '{"type":"subscribe","cameras":{}}'
        ),
        "array_item": BadMessage(
            "a wrong item in an array",
            "subscribe.cameras[1]",
            '{"type":"subscribe","cameras":[0,"1"]}',
        ),
        "object_array": BadMessage(
            "an array for an object", "hello.limits", '{"type":"hello","session":"a","limits":[]}'
        ),
        "region_short": BadMessage(
            "a region of three numbers",
            "subscribe.views[0].region",
            '{"type":"subscribe","views":[{"camera":0,"region":[0,0,8]}]}',
        ),
        "region_empty": BadMessage(
            "a region without width",
            "subscribe.views[0].region[2]",
            '{"type":"subscribe","views":[{"camera":0,"region":[0,0,0,8]}]}',
        ),
        "view_too_large": BadMessage(
            "a side larger than any JPEG",
            "subscribe.views[1].max_width",
            '{"type":"subscribe","views":[{"camera":0},{"camera":0,"max_width":65501}]}',
        ),
        "call_negative": BadMessage(
            "a negative id", "call.id", '{"type":"call","id":-1,"camera":0,"do":"values"}'
        ),
        "call_nan": BadMessage(
            "NaN in the arguments",
            any_message,
            '{"type":"call","id":1,"camera":0,"do":"set","with":{"value":NaN}}',
        ),
        "reply_ok": BadMessage(
            "a number for ok", "reply.ok", '{"type":"reply","id":1,"ok":1,"result":{}}'
        ),
        "setting_too_large": BadMessage(
            "a number that no double holds",
            "start.settings",
            '{"type":"start","settings":{"features":{"Gain":[1E400]}}}',
        ),
        "live_too_large": BadMessage(
            "a number that no double holds",
            "live.settings[0].value",
            '{"type":"live","camera":0,"settings":[{"feature":"Gain","value":-1e999}]}',
        ),
        "live_selector": BadMessage(
            "a selector that is neither a text nor an integer",
            "live.settings[0].selectors[...]",
            '{"type":"live","camera":0,"settings":'
            '[{"feature":"Gain","value":1,"selectors":{"GainSelector":1e999}}]}',
        ),
        "setting_array": BadMessage(
            "an array for a value",
            "live.settings[0].value",
            '{"type":"live","camera":0,"settings":[{"feature":"Gain","value":[]}]}',
        ),
        "settings_array": BadMessage(
            "an array for settings", "start.settings", '{"type":"start","settings":[]}'
        ),
        "nested": BadMessage(
            "a wrong member deep inside",
            "status.cameras[1].width",
            status('"cameras":[{"index":0,"state":0},{"index":1,"state":0,"width":"640"}]'),
        ),
        "nested_missing": BadMessage(
            "a required member is missing inside",
            "status.cameras[0]",
            status('"cameras":[{"state":0}]'),
        ),
    }
