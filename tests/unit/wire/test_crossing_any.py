"""What holds of any message and any text."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camstrm.errors import WireError
from camstrm.wire.messages import Message, UnknownMessage
from tests.unit.wire.each_crossing import any_message, decode_message, encode_message
from tests.unit.wire.strategies import json_values


@given(any_message)
def test_round_trip(message: Message) -> None:
    text = encode_message(message)
    assert decode_message(text) == message
    assert decode_message(text.encode()) == message


def decodes_or_is_refused(text: str | bytes) -> None:
    """Check the law: a message that can be sent on, or a WireError."""
    try:
        message = decode_message(text)
    except WireError:
        return
    if isinstance(message, UnknownMessage):
        message.name.encode()
        return
    assert decode_message(encode_message(message).encode()) == message


@given(st.binary(max_size=100) | st.text(max_size=100) | json_values.map(json.dumps))
def test_any_text(text: str | bytes) -> None:
    decodes_or_is_refused(text)


@given(any_message, st.data())
def test_any_cut_and_any_changed_byte(message: Message, data: st.DataObject) -> None:
    text = bytearray(encode_message(message).encode())
    cut = data.draw(st.integers(0, len(text) - 1))
    with pytest.raises(WireError):
        decode_message(text[:cut])
    text[cut] = data.draw(st.integers(0, 255))
    decodes_or_is_refused(bytes(text))


@given(any_message, json_values, st.data())
def test_any_member_of_any_type(message: Message, value: Any, data: st.DataObject) -> None:
    body = json.loads(encode_message(message))
    spot: Any = body
    while True:
        keys = list(range(len(spot))) if isinstance(spot, list) else list(spot)
        key = data.draw(st.sampled_from(keys))
        if not (isinstance(spot[key], (dict, list)) and spot[key] and data.draw(st.booleans())):
            break
        spot = spot[key]
    spot[key] = value
    decodes_or_is_refused(json.dumps(body))


@given(any_message)
def test_the_text_is_what_the_standard_library_makes_of_it(message: Message) -> None:
    """Numbers from 1e16 on and below 1e-4 are written with another exponent: 1e16, 0.00001."""
    body = msgspec.to_builtins(message, enc_hook=lambda raw: json.loads(bytes(raw)))
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    assert json.loads(encode_message(message)) == json.loads(text.encode("utf-8", "replace"))
    if "e-" not in text and "e+" not in text:
        assert encode_message(message).encode() == text.encode("utf-8", "replace")
