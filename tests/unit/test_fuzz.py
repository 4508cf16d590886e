"""The short form of ``make fuzz``: without atheris, the same targets on the same few inputs."""

from __future__ import annotations

import random

import pytest

from camstrm.wire import FROM_VIEWER
from tests.fuzz import targets
from tests.fuzz.__main__ import main
from tests.fuzz.page import compare, has_node
from tests.fuzz.seeds import seeds, words
from tests.fuzz.targets import TARGETS
from tests.fuzz.tokens import changed, with_numbers

INPUTS = {"bundles": 0, "packets": 0, "messages": 600, "calls": 600, "config": 40}
"""How many are made of the seeds; what bundles and packets are made of, test_bundle.py has."""


def inputs(name: str) -> list[bytes]:
    rng = random.Random(13)
    begins, known = seeds(name), words(name)
    made = (changed(rng.choice(begins), known, rng) for _ in range(INPUTS[name]))
    return [*begins, *made]


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_breaks_a_target(name: str) -> None:
    accepted = [TARGETS[name].check(data) for data in inputs(name)]
    assert {True, False} <= set(accepted)


@pytest.mark.skipif(not has_node(), reason="node is not installed")
@pytest.mark.parametrize("name", ["bundles", "messages"])
def test_the_page_answers_as_python_does(name: str) -> None:
    found = compare(name, inputs(name))
    assert found.differences == ()
    assert min(found.accepted, found.refused) > 10


@pytest.mark.skipif(not has_node(), reason="node is not installed")
def test_a_difference_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    ack = b'{"type":"ack","seq":1}'
    assert compare("messages", [ack]).differences == ()
    assert compare("bundles", [b"\x85\x1c\x0b" * 20]).refused == 1, "its sentence quotes them"
    other = FROM_VIEWER.decode(b'{"type":"ack","seq":2}')
    monkeypatch.setattr(type(FROM_VIEWER), "decode", lambda *_: other)
    (difference,) = compare("messages", [ack]).differences
    assert difference.data == ack
    assert "seq" in difference.problem


def test_a_target_sees_a_bundle_that_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    data = seeds("bundles")[0]
    monkeypatch.setattr(targets, "encode_bundle", lambda _: seeds("bundles")[1])
    with pytest.raises(AssertionError, match="changes when it is sent on"):
        TARGETS["bundles"].check(data)


def test_numbers_are_changed_and_texts_are_not() -> None:
    assert with_numbers(b'{"a1":1.0,"b":"2"}', lambda _: b"7") == b'{"a1":7,"b":"2"}'


def test_without_atheris_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tests.fuzz.__main__.importlib.util.find_spec", lambda _: None)
    assert main([]) == 2
    assert "make properties" in capsys.readouterr().err
