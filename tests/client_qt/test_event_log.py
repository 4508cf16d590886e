from __future__ import annotations

from typing import Any

import pytest
from msgspec import convert

from camstrm.viewing.texts import Texts
from camstrm.wire.server_operations import Event, Events
from client_qt.model.event_log import EventLog, event_text, is_back, is_fault
from tests.client_qt.viewing_vectors import vectors

VECTORS = vectors("event_log")


@pytest.mark.parametrize("case", VECTORS["logs"], ids=lambda case: case["name"])
def test_events_are_kept_newest_first(case: dict[str, Any]) -> None:
    log = EventLog()
    for step in case["steps"]:
        if "noted" in step:
            log.note(*step["noted"])
        else:
            assert log.add(convert(step["answer"], Events)) is step["new"]
    assert [event.kind for _, event in log.events] == case["kinds"]
    assert log.last == case["last"]


def test_as_many_are_kept_as_the_server_keeps() -> None:
    log, most = EventLog(), VECTORS["most"]
    log.add(Events(tuple(Event(10 + at, 10 + at, "lost") for at in range(most + 500)), 1))
    assert [len(log.events), log.events[0][0]] == [most, most + 509]


@pytest.mark.parametrize(("kinds", "words", "ids"), VECTORS["filters"])
def test_filters_go_by_kind_and_by_words(kinds: str, words: str, ids: list[int]) -> None:
    log = EventLog()
    log.add(Events(tuple(convert(event, Event) for event in VECTORS["chosen"]), 4))
    found = log.chosen(kinds, words, lambda event: f"{event.camera} {event.kind} {event.feature}")
    assert [event.id for event in found] == ids


@pytest.mark.parametrize(("kind", "worse", "better"), VECTORS["kinds"])
def test_kinds(kind: str, worse: bool, better: bool) -> None:
    assert [is_fault(kind), is_back(kind)] == [worse, better]


@pytest.mark.parametrize("case", VECTORS["said"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_events_in_words(case: dict[str, Any], language: str) -> None:
    assert event_text(convert(case["event"], Event), Texts(language)) == case[language]
