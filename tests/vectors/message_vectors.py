"""The control messages among the vectors that are right."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from tests.vectors.message_values import (
    CAMERA,
    CAMERA_STATUS,
    CAMERA_ZERO,
    GRANTED,
    LEASE,
    LIMITS,
    LIMITS_SAID,
    LONGEST,
    STATUS,
    T0,
    UPRIGHT,
    VIEWER,
    VIEWER_LATER,
)


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
