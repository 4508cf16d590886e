from __future__ import annotations

from typing import Any

import pytest

from client_qt.model.value_scale import (
    ValueScale,
    format_number,
    format_value,
    parse_number,
)
from tests.client_qt.viewing_vectors import digits, info, state, vectors

VECTORS = vectors("value_scale")


@pytest.mark.parametrize("vector", VECTORS["scales"], ids=lambda vector: vector["info"]["name"])
def test_slider(vector: dict[str, Any]) -> None:
    scale = ValueScale.of(info(vector["info"]), state(vector["state"]))
    assert scale is not None
    assert scale.logarithmic == vector["logarithmic"]
    for value, position in vector["positions"]:
        assert digits(scale.position(value)) == digits(position), value
    for position, value in vector["values"]:
        assert digits(scale.value(position)) == digits(value), position
    for value, found in vector["nearest"]:
        assert digits(scale.nearest(value)) == digits(found), value
    for value, direction, large, found in vector["stepped"]:
        assert digits(scale.stepped(value, direction, large=large)) == digits(found)


def test_no_slider_without_limits() -> None:
    for vector in VECTORS["without"]:
        assert ValueScale.of(info(vector["info"]), state(vector["state"])) is None


@pytest.mark.parametrize("vector", VECTORS["parse"], ids=lambda vector: repr(vector["text"]))
def test_what_is_typed(vector: dict[str, Any]) -> None:
    limits = state(vector["state"]) if "state" in vector else None
    typed = parse_number(vector["text"], info(vector["info"]), limits)
    assert typed.value == vector.get("value")
    assert typed.problem == vector.get("problem", "")
    assert typed.values == vector.get("values", {})


def test_an_integer_that_is_typed_is_an_integer() -> None:
    typed = parse_number("640.0", info({"name": "Width", "type": "integer"}))
    assert isinstance(typed.value, int)


def test_what_is_shown() -> None:
    for vector in VECTORS["format"]:
        feature = info(vector["info"])
        assert format_number(vector["value"], feature) == vector["number"]
        assert format_value(vector["value"], feature) == vector["text"]
    for vector in VECTORS["words"]:
        assert format_value(vector["value"], info(vector["info"])) == vector["text"]
