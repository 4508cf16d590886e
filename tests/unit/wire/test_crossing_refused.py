"""What a crossing refuses, on its way out and in, and what the error says."""

from __future__ import annotations

import math
import pathlib
from typing import Any

import pytest

from camstrm.errors import WireError
from camstrm.wire.crossing import (
    FEED_DOWN,
    FEED_UP,
    FROM_VIEWER,
    PROCESS_DOWN,
    PROCESS_UP,
    TO_VIEWER,
    Crossing,
)
from camstrm.wire.messages import (
    MAX_TEXT_SIZE,
    Hello,
    Message,
    Start,
    Status,
    Subscribe,
    UnknownMessage,
)
from tests.unit.wire.each_crossing import decode_message, encode_message


@pytest.mark.parametrize("message", [UnknownMessage("bye"), Hello("a"), Subscribe])
def test_what_belongs_elsewhere_is_not_sent(message: Any) -> None:
    with pytest.raises(WireError, match="is nothing a viewer sends"):
        FROM_VIEWER.encode(message)


@pytest.mark.parametrize(
    ("crossing", "text", "sentence"),
    [
        (FROM_VIEWER, '{"type":"hello","session":"a"}', "hello is nothing a viewer sends"),
        (FROM_VIEWER, '{"type":"request"}', "request is nothing a viewer sends"),
        (TO_VIEWER, '{"type":"ack","seq":1}', "ack is nothing a server sends"),
        (FEED_UP, '{"type":"demand"}', "demand is nothing a grabber sends"),
        (FEED_DOWN, '{"type":"stop"}', "stop is nothing a bridge sends"),
        (PROCESS_UP, '{"type":"goodbye"}', "goodbye is nothing a camera process sends"),
        (PROCESS_DOWN, '{"type":"report"}', "report is nothing a camera process's grabber sends"),
    ],
)
def test_what_belongs_elsewhere_is_refused(
    crossing: Crossing[Any], text: str, sentence: str
) -> None:
    with pytest.raises(WireError) as caught:
        crossing.decode(text)
    assert str(caught.value) == f"control message: {sentence}"


@pytest.mark.parametrize(
    "message",
    [
        Status(1, bundle_fps=math.nan),
        Subscribe(max_fps=math.inf),
        Start({"path": pathlib.PurePosixPath("a")}),
        Start({"gain": math.inf}),
    ],
)
def test_what_json_does_not_know_is_refused(message: Message) -> None:
    with pytest.raises(WireError, match="cannot be written as JSON"):
        encode_message(message)


def test_settings_that_are_too_deep_are_refused() -> None:
    settings: dict[str, Any] = {}
    # Far deeper than any Python allows; 3.13 no longer counts the encoder's C calls as its own.
    for _ in range(200_000):
        settings = {"a": settings}
    with pytest.raises(WireError, match="start: cannot be written as JSON"):
        encode_message(Start(settings))


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"hello","session":"\\ud800"}',
        '{"type":"hello","session":"\\uDC00\\uD800"}',
        '{"type":"\\udfff"}',
        '{"type":"start","settings":{"\\udabc":1}}',
        '{"type":"hello","session":"\ud800"}',
    ],
)
def test_half_of_a_surrogate_pair_is_refused(text: str) -> None:
    with pytest.raises(WireError, match="half of a surrogate pair"):
        decode_message(text)


def test_text_as_long_as_allowed_and_no_longer() -> None:
    frame = len(encode_message(Start({"a": ""})))
    largest = Start({"a": "x" * (MAX_TEXT_SIZE - frame)})
    text = encode_message(largest)
    assert len(text) == MAX_TEXT_SIZE
    assert decode_message(text) == decode_message(text.encode()) == largest
    with pytest.raises(WireError, match="start: 1048577 bytes, 1048576 at most"):
        encode_message(Start({"a": largest.settings["a"] + "x"}))
    for longer in (text + " ", text.encode() + b" "):
        with pytest.raises(WireError, match="control message: size 1048577, 1048576 at most"):
            decode_message(longer)


def test_the_encoder_counts_bytes_not_letters() -> None:
    with pytest.raises(WireError, match="bytes, 1048576 at most"):
        encode_message(Start({"a": "\u4e2d" * (MAX_TEXT_SIZE // 2)}))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"type":"ack","seq":1.0}', "ack.seq: wanted an integer, got a number"),
        ('{"type":"ack","seq":18446744073709551616}', "ack.seq: wanted an integer, got a number"),
        ('{"type":"subscribe","cameras":3}', "subscribe.cameras: wanted an array, got a number"),
        ('{"type":"subscribe","max_fps":1e301}', "subscribe.max_fps: number out of range"),
        ('{"type":"subscribe","max_fps":1e400}', "subscribe.max_fps: number out of range"),
        (
            '{"type":"status","time_us":1,"cameras":[{"index":0,"state":0},{"index":1}]}',
            "status.cameras[1]: field 'state' is missing",
        ),
        (
            '{"type":"report","cameras":[{"index":0,"state":"2"}]}',
            "report.cameras[0].state: wanted an integer, got a string",
        ),
        (b"\xff", "control message: not UTF-8 (invalid start byte)"),
        ("[]", "control message: wanted a JSON object, got an array"),
        ('"a"', "control message: wanted a JSON object, got a string"),
        ("null", "control message: wanted a JSON object, got null"),
        ("true", "control message: wanted a JSON object, got a boolean"),
        ("1.5", "control message: wanted a JSON object, got a number"),
        ("{}", "control message: 'type' must be a string, got null"),
        ('{"type":{}}', "control message: 'type' must be a string, got an object"),
        ('{"type":"ack"}', "ack: field 'seq' is missing"),
        ('{"type":"ack","seq":[]}', "ack.seq: wanted an integer, got an array"),
        ('{"type":"ack","seq":-1}', "ack.seq: number out of range"),
        ('{"type":"subscribe","max_fps":-1e-9}', "subscribe.max_fps: number out of range"),
        ('{"type":"subscribe","max_fps":"1"}', "subscribe.max_fps: wanted a number, got a string"),
        ('{"type":"ack","seq":NaN}', "control message: not JSON (NaN is not a number)"),
        (
            '{"type":"subscribe","views":[{"camera":0,"region":[0,0,8]}]}',
            "subscribe.views[0].region: wanted an array of at least length 4, got 3",
        ),
        (
            '{"type":"subscribe","views":[{"camera":0,"max_width":0}]}',
            "subscribe.views[0].max_width: number out of range",
        ),
    ],
)
def test_an_error_says_where_what_was_wanted_and_what_came(
    text: str | bytes, sentence: str
) -> None:
    with pytest.raises(WireError) as caught:
        decode_message(text)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    "later", ['"\\ud800"', "[NaN]", "[" * 100_000, '{"\\udfff":1}', "1,", "tru", '"\x01"']
)
def test_a_member_that_nobody_knows_must_be_json(later: str) -> None:
    with pytest.raises(WireError, match="control message: not JSON"):
        FROM_VIEWER.decode('{"type":"ack","seq":1,"later":' + later + "}")


def test_bytes_that_are_no_utf8_are_refused_in_a_member_that_nobody_knows() -> None:
    with pytest.raises(WireError, match="control message: not UTF-8"):
        FROM_VIEWER.decode(b'{"type":"ack","seq":1,"later":"\xed\xa0\x80"}')
