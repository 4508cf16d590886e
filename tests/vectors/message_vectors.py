"""The control messages among the vectors, good and bad."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

T0 = 1_700_000_000_000_000

LIMITS = {
    "window": 2,
    "max_message_size": 4096,
    "stream_fps": 30.0,
    "max_calls": 0,
    "max_views": 0,
}
LIMITS_SAID = {
    "window": 4,
    "max_message_size": 1024,
    "stream_fps": 15.5,
    "max_calls": 8,
    "max_views": 3,
}
CAMERA = {
    "index": 0,
    "name": "left",
    "serial": "DA9795503",
    "model": "MV-CA003",
    "vendor": "Hik",
    "rotation": 270,
    "mirror": True,
}
LONGEST = {"name": "\U0001f4f7" * 64, "vendor": "e" * 256}
UPRIGHT = {"rotation": 0, "mirror": False}
CAMERA_STATUS = {
    "index": 0,
    "state": 2,
    "since_us": T0,
    "reason": "",
    "pixel_format": "BayerRG8",
    "width": 640,
    "height": 480,
    "delivered": 12000,
    "incomplete": 1,
    "rejected": 2,
    "underrun": 3,
    "overwritten": 11100,
    "gaps": 4,
    "encoded": 900,
    "missed": 5,
    "reconnects": 6,
    "restarts": 7,
    "reconfigured": 8,
    "grab_fps": 400.125,
    "sent_fps": 30.0,
    "interval_us": 2500,
    "differs": 2,
}
CAMERA_ZERO = {
    key: 0 if isinstance(value, int) else 0.0 if isinstance(value, float) else ""
    for key, value in CAMERA_STATUS.items()
}
VIEWER = {
    "id": 1,
    "sent": 900,
    "skipped": 3,
    "reason": "slow",
    "in_flight": 1,
    "sent_fps": 29.5,
    "name": "kim",
    "role": "control",
    "reduced": 640,
    "window": 2,
    "round_trip_us": 21000,
    "skips": {"slow link": 2, "max_fps": 1},
}
VIEWER_LATER = ("name", "role", "reduced", "window", "round_trip_us", "skips")
"""Members that older servers do not say."""
STATUS = {
    "type": "status",
    "time_us": T0,
    "input": "ok",
    "input_since_us": T0 - 1,
    "bundle_fps": 30.0,
    "bundles": 900,
    "bundles_dropped": 8,
    "cameras": [CAMERA_STATUS],
    "viewers": 2,
    "viewer": VIEWER,
}


GRANTED = {"view": 0, "camera": 0, "region": None, "refused": ""}
LEASE = {"camera": 0, "holder": "", "viewer": 0, "until_us": 0, "asked_by": ""}


def without(body: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return ``body`` as an older peer sends it."""
    return {name: value for name, value in body.items() if name not in names}


@dataclass
class MessageVector:
    """What is sent (``body``) and the whole message that it means.

    That is ``body`` without the members ``unknown`` to version 1, with ``rest``: what a
    reader fills in. ``escape``: the text has JSON escapes for all beyond ASCII. ``first``: members
    before all others, as text.
    """

    about: str
    body: dict[str, Any]
    rest: dict[str, Any] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    escape: bool = False
    ignored: bool = False
    first: str = ""

    def expected(self) -> dict[str, Any]:
        text = json.dumps(self.body, ensure_ascii=self.escape, separators=(",", ":"))
        text = "{" + self.first + text[1:]
        known = {key: value for key, value in self.body.items() if key not in self.unknown}
        meaning = None if self.ignored else {**known, **self.rest}
        return {"about": self.about, "text": text, "expected": meaning}


def good_messages() -> dict[str, MessageVector]:
    hello = {"type": "hello", "session": "5f1c"}
    hello_rest = {"server": "", "protocol": 1, "cameras": [], "limits": LIMITS}
    odd = {**CAMERA, "name": 'K\u00fc\u4e2d\U0001f4f7 "\\/\b\f\n\r\t\x00\x7f'}
    named = {"server": "", "protocol": 1, "cameras": [odd], "limits": LIMITS}
    no_input = {"type": "status", "time_us": T0, "input": "none"}
    status_rest = {
        "input_since_us": 0,
        "bundle_fps": 0.0,
        "bundles": 0,
        "bundles_dropped": 0,
        "cameras": [],
        "viewers": 0,
        "viewer": None,
    }
    subscribe_rest: dict[str, Any] = {
        "cameras": None,
        "max_fps": None,
        "views": [],
        "reduce": True,
    }
    whole = {"region": None, "max_width": None, "max_height": None, "quality": None}
    region = {"camera": 2, "region": [1200, 804, 640, 480], "max_width": 1280, "quality": 90}
    return {
        "hello": MessageVector(
            "all fields",
            {**hello, "server": "camstrm 0.1.0", "protocol": 1, "cameras": [CAMERA]}
            | {"limits": LIMITS_SAID},
        ),
        "hello_older": MessageVector(
            "of a server that knows no calls, no views and no way to show pictures",
            {
                **hello,
                "cameras": [without(CAMERA, *UPRIGHT)],
                "limits": {"window": 1, "max_message_size": 4096, "stream_fps": 30.0},
            },
            {
                **hello_rest,
                "cameras": [{**CAMERA, **UPRIGHT}],
                "limits": {**LIMITS, "window": 1},
            },
        ),
        "hello_largest": MessageVector(
            "as many cameras as may be, one with the longest names and the largest index",
            {
                **hello,
                "cameras": [
                    {**CAMERA, **LONGEST, "index": 255},
                    *({**CAMERA, "name": str(i), "index": i} for i in range(255)),
                ],
            },
            {"server": "", "protocol": 1, "limits": LIMITS},
        ),
        "hello_short": MessageVector("only what is required", hello, hello_rest),
        "hello_later": MessageVector(
            "members of a later version are skipped",
            {**hello, "protocol": 2, "codec": ["h265"], "nested": {"a": [None, 1.5, {}]}},
            {**hello_rest, "protocol": 2},
            unknown=("codec", "nested"),
        ),
        "hello_names": MessageVector(
            "names beyond ASCII and with everything that JSON escapes", {**hello, **named}
        ),
        "hello_escapes": MessageVector(
            "the same with surrogate pairs as escapes", {**hello, **named}, escape=True
        ),
        "status": MessageVector("all fields", STATUS),
        "status_older": MessageVector(
            "of a server that knows no live settings, names and smaller pictures",
            {
                **STATUS,
                "cameras": [without(CAMERA_STATUS, "differs")],
                "viewer": without(VIEWER, *VIEWER_LATER),
            },
            {
                "cameras": [{**CAMERA_STATUS, "differs": 0}],
                "viewer": {
                    **without(VIEWER, *VIEWER_LATER),
                    "name": "",
                    "role": "",
                    "reduced": 0,
                    "window": 0,
                    "round_trip_us": 0,
                    "skips": {},
                },
            },
        ),
        "status_no_input": MessageVector("no grabber connected", no_input, status_rest),
        "ack": MessageVector("bundle 1234 is on the screen", {"type": "ack", "seq": 1234}),
        "ack_largest": MessageVector(
            "the largest integer that JavaScript holds exactly", {"type": "ack", "seq": 2**53 - 1}
        ),
        "subscribe": MessageVector(
            "two cameras, and no smaller pictures",
            {"type": "subscribe", "cameras": [0, 2], "max_fps": 15, "reduce": False},
            {"views": []},
        ),
        "subscribe_views": MessageVector(
            "no whole picture, a region and a small picture of one camera",
            {
                "type": "subscribe",
                "cameras": [],
                "views": [region, {"camera": 1, "max_width": 320, "max_height": 240}],
            },
            {
                "max_fps": None,
                "reduce": True,
                "views": [
                    {**whole, **region},
                    {**whole, "camera": 1, "max_width": 320, "max_height": 240},
                ],
            },
        ),
        "subscribe_all": MessageVector("nothing said: all", {"type": "subscribe"}, subscribe_rest),
        "subscribe_none": MessageVector(
            "no camera",
            {"type": "subscribe", "cameras": []},
            {"max_fps": None, "views": [], "reduce": True},
        ),
        "views": MessageVector(
            "one granted, the whole picture granted, one refused",
            {
                "type": "views",
                "views": [
                    {"view": 0xDEADBEEF, "camera": 2, "region": [1200, 800, 640, 488]},
                    {"view": 7, "camera": 1},
                    {"view": 0, "camera": 0, "refused": "8 different views are watched already"},
                ],
            },
            {
                "views": [
                    {**GRANTED, "view": 0xDEADBEEF, "camera": 2, "region": [1200, 800, 640, 488]},
                    {**GRANTED, "view": 7, "camera": 1},
                    {**GRANTED, "refused": "8 different views are watched already"},
                ]
            },
        ),
        "leases": MessageVector(
            "one camera is held, somebody asks for another",
            {
                "type": "leases",
                "leases": [
                    {"camera": 0, "holder": "kim", "viewer": 12, "until_us": T0},
                    {"camera": 2, "holder": "lee", "viewer": 13, "asked_by": "kim"},
                ],
            },
            {
                "leases": [
                    {**LEASE, "holder": "kim", "viewer": 12, "until_us": T0},
                    {**LEASE, "camera": 2, "holder": "lee", "viewer": 13, "asked_by": "kim"},
                ]
            },
        ),
        "leases_none": MessageVector("nobody", {"type": "leases"}, {"leases": []}),
        "call": MessageVector(
            "arguments are any JSON object, with negative numbers too",
            {
                "type": "call",
                "id": 7,
                "camera": 2,
                "do": "set",
                "with": {"feature": "BlackLevel", "value": -1.5, "selectors": {"A": "B", "C": -3}},
            },
        ),
        "call_short": MessageVector(
            "without arguments",
            {"type": "call", "id": 2**53 - 1, "camera": 0, "do": "reconnect"},
            {"with": {}},
        ),
        "call_later": MessageVector(
            "an operation of a later version: answered, not refused as a message",
            {"type": "call", "id": 1, "camera": 0, "do": "fly", "with": {"a": [None, {"b": []}]}},
        ),
        "reply": MessageVector(
            "the camera rounded what was asked for",
            {
                "type": "reply",
                "id": 7,
                "ok": True,
                "result": {
                    "feature": "BlackLevel",
                    "wanted": -1.5,
                    "applied": True,
                    "value": -1.48,
                    "old": 0.0,
                    "reason": "rounded to a step of 0.04",
                    "changed": {"Gain": -2},
                },
            },
            {"problem": "", "remedy": "", "code": ""},
        ),
        "reply_short": MessageVector(
            "with nothing to say",
            {"type": "reply", "id": 8, "ok": True},
            {"result": {}, "problem": "", "remedy": "", "code": ""},
        ),
        "reply_refused": MessageVector(
            "a call that failed",
            {
                "type": "reply",
                "id": 9,
                "ok": False,
                "code": "refused",
                "problem": "camera 2 (left) is adjusted by kim",
                "remedy": "ask kim for it, or wait until 14:32",
            },
            {"result": {}},
        ),
        "demand": MessageVector(
            "from bridge to grabber",
            {"type": "demand", "cameras": [0, 2], "max_fps": 30.0, "refresh": True},
            {"views": []},
        ),
        "demand_all": MessageVector(
            "every camera",
            {"type": "demand", "cameras": None},
            {"max_fps": None, "refresh": False, "views": []},
        ),
        "demand_views": MessageVector(
            "one view and no whole picture",
            {"type": "demand", "cameras": [], "views": [region]},
            {"max_fps": None, "refresh": False, "views": [{**whole, **region}]},
        ),
        "refused": MessageVector(
            "from bridge to grabber: there is another one",
            {"type": "refused", "reason": "another grabber (pid 812) sends its cameras here"},
        ),
        "refused_short": MessageVector("no reason given", {"type": "refused"}, {"reason": ""}),
        "goodbye": MessageVector("from grabber to bridge, without members", {"type": "goodbye"}),
        "start": MessageVector(
            "settings are any JSON object",
            {
                "type": "start",
                "settings": {"serial": "1", "features": {"Gain": 1.5, "Off": [None]}},
            },
        ),
        "request": MessageVector(
            "from grabber to camera process",
            {
                "type": "request",
                "seq": 9,
                "cameras": [0, 1],
                "refresh": [1],
                "quality": 65,
                "halvings": 1,
                "views": [region],
                "within_us": 30000,
            },
            {"views": [{**whole, **region}]},
        ),
        "report": MessageVector(
            "from camera process to grabber",
            {
                "type": "report",
                "cameras": [{"index": 1, "state": 4}],
                "infos": [{"index": 1, "name": "a"}],
                "heartbeats_s": [3],
            },
            {
                "cameras": [{**CAMERA_ZERO, "index": 1, "state": 4}],
                "infos": [
                    {"index": 1, "name": "a", "serial": "", "model": "", "vendor": "", **UPRIGHT}
                ],
                "heartbeats_s": [3.0],
                "fatal": "",
            },
        ),
        "live": MessageVector(
            "what was set of a camera while it ran: values of each kind",
            {
                "type": "live",
                "camera": 1,
                "settings": [
                    {"feature": "ExposureTime", "value": 5000.5},
                    {"feature": "Gain", "value": -3, "selectors": {"GainSelector": "All"}},
                    {"feature": "ReverseX", "value": True},
                    {"feature": "ExposureAuto", "value": "Off"},
                ],
            },
            {
                "settings": [
                    {"feature": "ExposureTime", "value": 5000.5, "selectors": {}},
                    {"feature": "Gain", "value": -3, "selectors": {"GainSelector": "All"}},
                    {"feature": "ReverseX", "value": True, "selectors": {}},
                    {"feature": "ExposureAuto", "value": "Off", "selectors": {}},
                ]
            },
        ),
        "stop": MessageVector("without members", {"type": "stop"}),
        "ack_twice": MessageVector(
            "two members of one name: the last one counts",
            {"type": "ack", "seq": 7},
            first='"type":"bye","seq":"x",',
        ),
        "call_twice": MessageVector(
            "two members of one name in a message that is passed on",
            {
                "type": "call",
                "id": 7,
                "camera": 2,
                "do": "set",
                "with": {"feature": "Gain", "value": -1.5},
            },
            first='"camera":-1,"with":null,',
        ),
        "reply_twice": MessageVector(
            "half of a surrogate pair in a member that does not count",
            {"type": "reply", "id": 7, "ok": True, "result": {"file": ""}},
            {"problem": "", "remedy": "", "code": ""},
            first='"type":"\\ud800",',
        ),
        "unknown_type": MessageVector(
            "a type of a later version: ignored", {"type": "bye", "why": 1}, ignored=True
        ),
    }


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
