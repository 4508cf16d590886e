"""What calls and replies carry: structs to JSON and back, or a sentence that says what is wrong."""

from __future__ import annotations

import json
import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camstrm.errors import WireError
from camstrm.feature import FeatureChange, FeatureState
from camstrm.wire.calls import Call, Reply, pack, refusal, unpack
from camstrm.wire.crossing import CROSSINGS
from camstrm.wire.operations import (
    OPERATIONS,
    ChangeLease,
    ExecuteCommand,
    FeatureValues,
    LoadFeatures,
    Measure,
    ReadFeatures,
    SetFeature,
)
from camstrm.wire.views import Region
from tests.unit.wire.strategies import json_values, messages_of


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (ReadFeatures(), "{}"),
        (SetFeature("Gain", -2.0), '{"feature":"Gain","value":-2.0}'),
        (SetFeature("A", True, {"S": -1}, stop=True), None),
        (SetFeature("A", "null"), '{"feature":"A","value":"null"}'),
        (Measure(Region(8, 0, 16, 24), 0, (9, 1)), '{"region":[8,0,16,24],"bins":0,"point":[9,1]}'),
        (FeatureValues(3, {"Gain": FeatureState("RW", -1, -5, 5.5)}), None),
        (FeatureChange("Gain", None, applied=False), None),
    ],
)
def test_packs_and_unpacks(data: msgspec.Struct, text: str | None) -> None:
    packed = pack(data)
    if text is not None:
        assert bytes(packed).decode() == text
    again = unpack(packed, type(data), "with")
    assert again == data
    assert bytes(pack(again)) == bytes(packed), "1, 1.0 and true stay what they are"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_not_packed(value: float) -> None:
    with pytest.raises(WireError, match="SetFeature: cannot be written as JSON"):
        pack(SetFeature("Gain", value))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_not_taken_for_a_value_that_is_left_out(value: float) -> None:
    """Of these None has a default, which is not written; and one is written."""
    with pytest.raises(WireError, match="FeatureChange: cannot be written as JSON"):
        pack(FeatureChange("Gain", value, applied=True, old=1.0))
    with pytest.raises(WireError, match="FeatureValues: cannot be written as JSON"):
        pack(FeatureValues(3, {"Gain": FeatureState("RW", 1.0, minimum=value)}))


def test_a_text_that_is_no_unicode_is_packed_readable() -> None:
    name = b"K\xfche".decode("utf-8", "surrogateescape")
    assert unpack(pack(SetFeature("A", name)), SetFeature, "with").value == "K?he"


@pytest.mark.parametrize(
    ("cls", "text", "sentence"),
    [
        (SetFeature, "{}", "with: field 'feature' is missing"),
        (SetFeature, "[]", "with: wanted a JSON object, got an array"),
        (SetFeature, "null", "with: wanted a JSON object, got null"),
        (SetFeature, '{"feature":"A","value":1,"x":2}', "with: field 'x' is not known"),
        (
            SetFeature,
            '{"feature":"A","value":[]}',
            ("with.value: wanted a boolean or an integer or a number or a string, got an array"),
        ),
        (
            SetFeature,
            '{"feature":"A","value":1,"stop":1}',
            "with.stop: wanted a boolean, got a number",
        ),
        (
            SetFeature,
            '{"feature":"\\ud800","value":1}',
            "with: not JSON (half of a surrogate pair)",
        ),
        (SetFeature, '{"feature":"A","value":18446744073709551616}', None),
        (ExecuteCommand, '{"feature":"A","selectors":{"S":1.5}}', None),
        (ChangeLease, '{"action":"steal"}', "with.action: 'steal' is none of the possible values"),
        (Measure, '{"bins":4097}', "with.bins: number out of range"),
        (Measure, '{"point":[1]}', "with.point: wanted an array of length 2, got 1"),
        (Measure, '{"region":[0,0,0,8]}', "with.region[2]: number out of range"),
    ],
)
def test_a_refusal_says_where_what_was_wanted_and_what_came(
    cls: type[msgspec.Struct], text: str, sentence: str | None
) -> None:
    with pytest.raises(WireError) as caught:
        unpack(msgspec.Raw(text.encode()), cls, "with")
    assert str(caught.value).startswith("with")
    if sentence is not None:
        assert str(caught.value) == sentence


def test_results_may_have_more_members_and_arguments_may_not() -> None:
    text = msgspec.Raw(b'{"later":1,"feature":"A","wanted":1,"applied":true}')
    assert unpack(text, FeatureChange, "result") == FeatureChange("A", 1, applied=True)
    for name, operation in OPERATIONS.items():
        with pytest.raises(WireError, match=r"'later' is not known|is missing"):
            unpack(msgspec.Raw(b'{"later":1}'), operation.arguments, name)


def test_a_refusal_is_a_reply_without_result() -> None:
    reply = refusal(7, "busy", "8 calls are open already", "wait for a reply")
    assert (reply.id, reply.ok, reply.code) == (7, False, "busy")
    assert bytes(reply.result) == b"{}"


arguments = st.one_of([messages_of(operation.arguments) for operation in OPERATIONS.values()])
results = st.one_of([messages_of(operation.result) for operation in OPERATIONS.values()])


@given(arguments | results)
def test_every_argument_and_result_comes_back_as_it_was(data: msgspec.Struct) -> None:
    packed = pack(data)
    again = unpack(packed, type(data), "it")
    assert again == data
    assert bytes(pack(again)) == bytes(packed)


@given(st.sampled_from(list(OPERATIONS.values())), json_values)
def test_any_json_is_an_argument_or_refused(operation: Any, value: Any) -> None:
    raw = msgspec.Raw(json.dumps(value).encode())
    try:
        data = unpack(raw, operation.arguments, "with")
    except WireError:
        return
    assert unpack(pack(data), operation.arguments, "with") == data


@given(json_values, st.text(max_size=8) | st.just("null"))
def test_carriers_pass_on_what_they_do_not_read(value: Any, text: str) -> None:
    """Byte for byte, whatever the other members are, at each crossing that calls take."""
    raw = json.dumps(value, indent=1).encode()
    for crossing in CROSSINGS:
        for message in (
            Call(1, 2, text, msgspec.Raw(raw)),
            Reply(1, ok=False, result=msgspec.Raw(raw), problem=text),
        ):
            if type(message) in crossing.classes.values():
                again = crossing.decode(crossing.encode(message))
                assert again == message
                assert isinstance(again, (Call, Reply))
                passed = again.with_ if isinstance(again, Call) else again.result
                assert bytes(passed) == raw


def test_numbers_that_nobody_can_hold_are_passed_on_and_refused_by_who_reads_them() -> None:
    text = '{"type":"call","id":1,"camera":0,"do":"null","with":{"feature":"A","value":1e999}}'
    for crossing in CROSSINGS:
        if Call in crossing.classes.values():
            call: Any = crossing.decode(text)
            assert crossing.encode(call).decode() == text
            with pytest.raises(WireError, match="with"):
                unpack(call.with_, SetFeature, "with")


def test_a_long_text_is_a_file_of_features() -> None:
    text = "Gain\t1\n" * 4000
    assert unpack(pack(LoadFeatures(text)), LoadFeatures, "with").text == text
