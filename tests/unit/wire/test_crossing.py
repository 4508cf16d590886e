from __future__ import annotations

import json
import math
import sys

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camstrm.errors import WireError
from camstrm.feature import FeatureSetting
from camstrm.wire.calls import Call, Reply, refusal
from camstrm.wire.crossing import FEED_UP, FROM_VIEWER, TO_VIEWER, Crossing, SharedStatus
from camstrm.wire.messages import (
    Ack,
    CameraInfo,
    CameraLease,
    CameraStatus,
    Demand,
    FrameRequest,
    GrantedView,
    Hello,
    Leases,
    Limits,
    Live,
    LogLevel,
    Message,
    Report,
    Start,
    Status,
    Stop,
    Subscribe,
    UnknownMessage,
    ViewerStatus,
    Views,
)
from camstrm.wire.views import Region, View
from tests.unit.wire.each_crossing import decode_message, encode_message
from tests.unit.wire.strategies import messages_of


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (Ack(7), '{"type":"ack","seq":7}'),
        (Stop(), '{"type":"stop"}'),
        (LogLevel("DEBUG"), '{"type":"log_level","level":"DEBUG"}'),
        (
            Subscribe(),
            '{"type":"subscribe","cameras":null,"max_fps":null,"views":[],"reduce":true}',
        ),
        (
            Subscribe((0, 2), 15.0, (View(1, Region(8, 16, 64, 48), max_width=320), View(0))),
            (
                '{"type":"subscribe","cameras":[0,2],"max_fps":15.0,"views":[{"camera":1,'
                '"region":[8,16,64,48],"max_width":320},{"camera":0}],"reduce":true}'
            ),
        ),
        (
            Views((GrantedView(7, 0, Region(8, 16, 64, 48)), GrantedView(0, 1, refused="no"))),
            (
                '{"type":"views","views":[{"view":7,"camera":0,"region":[8,16,64,48]},'
                '{"view":0,"camera":1,"refused":"no"}]}'
            ),
        ),
        (
            Leases((CameraLease(0, "kim", 3, 5),)),
            '{"type":"leases","leases":[{"camera":0,"holder":"kim","viewer":3,"until_us":5}]}',
        ),
        (
            Call(7, 2, "set", msgspec.Raw(b'{"value": -1.50,"a":null}')),
            '{"type":"call","id":7,"camera":2,"do":"set","with":{"value": -1.50,"a":null}}',
        ),
        (Call(1, 0, "values"), '{"type":"call","id":1,"camera":0,"do":"values","with":{}}'),
        (Reply(1, ok=True), '{"type":"reply","id":1,"ok":true}'),
        (
            refusal(1, "refused", "null is adjusted by kim", "ask kim"),
            (
                '{"type":"reply","id":1,"ok":false,"problem":"null is adjusted by kim",'
                '"remedy":"ask kim","code":"refused"}'
            ),
        ),
        (
            Live(0, (FeatureSetting("Gain", -2.0), FeatureSetting("A", "B", {"S": 1}))),
            (
                '{"type":"live","camera":0,"settings":[{"feature":"Gain","value":-2.0},'
                '{"feature":"A","value":"B","selectors":{"S":1}}]}'
            ),
        ),
        (
            Demand(None),
            '{"type":"demand","cameras":null,"max_fps":null,"refresh":false,"views":[]}',
        ),
        (
            FrameRequest(3, (1,)),
            (
                '{"type":"request","seq":3,"cameras":[1],"refresh":[],"quality":100,"halvings":0,'
                '"views":[],"within_us":1000000}'
            ),
        ),
        (Start({"a": [1, None]}), '{"type":"start","settings":{"a":[1,null]}}'),
        (
            Report(fatal="no license"),
            '{"type":"report","cameras":[],"infos":[],"heartbeats_s":[],"fatal":"no license"}',
        ),
        (
            Hello("5f1c", cameras=(CameraInfo(0, "K\u00fche", "S1"),)),
            (
                '{"type":"hello","session":"5f1c","server":"","protocol":1,"cameras":[{"index":0,'
                '"name":"K\u00fche","serial":"S1","model":"","vendor":"","rotation":0,"mirror":false}],'
                '"limits":{"window":2,"max_message_size":4096,"stream_fps":30.0,"max_calls":0,'
                '"max_views":0}}'
            ),
        ),
        (
            Status(5, viewer=ViewerStatus(1)),
            (
                '{"type":"status","time_us":5,"input":"ok","input_since_us":0,"bundle_fps":0.0,'
                '"bundles":0,"bundles_dropped":0,"cameras":[],"viewers":0,"viewer":{"id":1,"sent":0,'
                '"skipped":0,"reason":"","in_flight":0,"sent_fps":0.0,"name":"","role":"",'
                '"reduced":0,"window":0,"round_trip_us":0,"skips":{}}}'
            ),
        ),
    ],
)
def test_encodes_and_decodes_this_text(message: Message, text: str) -> None:
    assert encode_message(message) == text
    assert decode_message(text) == message


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_decodes_any_buffer(kind: type) -> None:
    assert decode_message(kind(b'{"seq":1,"type":"ack"}')) == Ack(1)


def test_unknown_members_are_skipped_and_defaults_filled_in() -> None:
    assert decode_message('{"type":"hello","session":"a","limits":{"x":1},"new":[]}') == Hello("a")
    assert decode_message('{"type":"hello","session":"a","limits":{"window":5}}') == Hello(
        "a", limits=Limits(window=5)
    )


def test_an_unknown_type_is_a_message_to_ignore_with_a_short_name() -> None:
    assert decode_message('{"type":"bye","seq":"x"}') == UnknownMessage("bye")
    assert decode_message(json.dumps({"type": "x" * 1000})) == UnknownMessage("x" * 64)


def test_a_whole_number_does_for_a_real_one_and_becomes_one() -> None:
    message = decode_message('{"type":"subscribe","max_fps":15}')
    assert isinstance(message, Subscribe)
    assert isinstance(message.max_fps, float)


@pytest.mark.parametrize("value", [0, 2**64 - 1])
def test_the_whole_range_of_integers(value: int) -> None:
    assert decode_message(encode_message(Ack(value))) == Ack(value)


def test_a_name_that_is_no_unicode_is_sent_readable() -> None:
    # What os.fsdecode and surrogateescape make of Latin-1 bytes in a camera's name.
    name = b"K\xfche".decode("utf-8", "surrogateescape")
    text = encode_message(Hello("a", cameras=(CameraInfo(0, name),)))
    decoded = decode_message(text.encode())
    assert isinstance(decoded, Hello)
    assert decoded.cameras[0].name == "K?he"


def test_a_whole_surrogate_pair_is_a_letter() -> None:
    assert decode_message('{"type":"hello","session":"\\ud83d\\udcf7"}') == Hello("\U0001f4f7")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"type":"ack","seq":1,"seq":2}', Ack(2)),
        ('{"type":"ack","seq":"1","seq":2}', Ack(2)),
        ('{"type":"ack","seq":1,"type":"subscribe"}', Subscribe()),
        ('{"type":"ack","seq":1,"later":1e400}', Ack(1)),
        ('{"type":"ack","seq":1,"later":18446744073709551616}', Ack(1)),
        ('{"type":"ack","seq":-0}', Ack(0)),
        ('{"\\u0074ype":"ack","seq":1}', Ack(1)),
    ],
)
def test_oddities_of_json(text: str, message: Message) -> None:
    """The last of two members counts; numbers of members that nobody knows are not read."""
    assert FROM_VIEWER.decode(text) == message


@given(messages_of(Status), st.lists(messages_of(ViewerStatus), max_size=3))
def test_a_shared_status_is_what_each_viewer_would_get(
    status: Status, viewers: list[ViewerStatus]
) -> None:
    shared = SharedStatus(status)
    for viewer in viewers:
        whole = msgspec.structs.replace(status, viewer=viewer)
        assert TO_VIEWER.decode(shared.to(viewer)) == whole
        assert shared.to(viewer) == TO_VIEWER.encode(whole)


@pytest.mark.parametrize("name", ["", "null", "K\udcfche"])
def test_a_shared_status_has_numbers_as_the_whole_one_has(name: str) -> None:
    """Whatever else is in it: 1e16 is "1e16" in each of its parts."""
    viewer = ViewerStatus(1, sent_fps=1e16, name=name)
    status = Status(1, bundle_fps=1e16, viewer=viewer)
    text = SharedStatus(status).to(viewer)
    assert text == TO_VIEWER.encode(status)
    assert text.count(b":1e16,") == 2


class Setting(Message, frozen=True, tag="setting"):
    """A message of a test: its value is of any kind, and negative."""

    value: bool | int | float | str
    offset: int = 0


SETTINGS: Crossing[Setting | Ack] = Crossing("a test", Setting, Ack)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (-2, "-2"),
        (-2.5, "-2.5"),
        (-2.0, "-2.0"),
        ("null", '"null"'),
        ("K\u00fcche", '"K\u00fcche"'),
    ],
)
def test_a_value_may_be_of_several_types_and_negative(
    value: bool | int | float | str, text: str
) -> None:
    message = Setting(value, -1)
    data = SETTINGS.encode(message)
    assert data.decode() == '{"type":"setting","value":' + text + ',"offset":-1}'
    decoded = SETTINGS.decode(data)
    assert decoded == message
    assert isinstance(decoded, Setting)
    assert type(decoded.value) is type(value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_is_a_number_all_the_same(value: float) -> None:
    with pytest.raises(WireError, match="setting: cannot be written as JSON"):
        SETTINGS.encode(Setting(value))


def test_an_error_names_all_types_that_a_value_may_have() -> None:
    with pytest.raises(WireError) as caught:
        SETTINGS.decode('{"type":"setting","value":[]}')
    assert str(caught.value) == (
        "setting.value: wanted a boolean or an integer or a number or a string, got an array"
    )


def test_many_messages_leave_no_memory_behind() -> None:
    # A codec over dataclasses once left 12,000 tuples in CPython 3.11's free lists.
    status = Status(1, cameras=(CameraStatus(0, 2), CameraStatus(1, 2)), viewer=ViewerStatus(1))
    report = Report((CameraStatus(0, 2),), (CameraInfo(0, "left"),), (3.0,))
    texts = [encode_message(message) for message in (status, report)]

    def work() -> None:
        for text in texts:
            encode_message(decode_message(text))

    # CPython 3.11 keeps the first 2,000 freed tuples of 20 items and never uses them again: a
    # CameraStatus has 20 members.
    for _ in range(1000):
        work()
    before = sys.getallocatedblocks()
    for _ in range(2500):
        work()
    assert sys.getallocatedblocks() - before < 1000


@pytest.mark.parametrize(
    ("said", "cut"),
    [
        ("left", "left"),
        ("왼쪽 카메라\u3000", "왼쪽 카메라\u3000"),
        ("a\nb\x1b[2J\x9b", r"a\nb\x1b[2J\x9b"),
        ("\u2028", r"\u2028"),
        ("한" * 86, "한" * 85),
        ("x" * 300, "x" * 256),
    ],
)
def test_what_a_camera_says_of_itself_is_cut_to_what_a_message_holds(said: str, cut: str) -> None:
    info = CameraInfo(0, "left", vendor=said).cut()
    assert info == CameraInfo(0, "left", vendor=cut)
    assert info.cut() == info
    FEED_UP.decode(FEED_UP.encode(Hello("a", cameras=(info,))))
