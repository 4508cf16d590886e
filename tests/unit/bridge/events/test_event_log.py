from __future__ import annotations

from camstrm.bridge.events.event_log import (
    KEPT_S,
    LONGEST_TEXT,
    MAX_EVENTS,
    EventLog,
)
from camstrm.wire import MAX_CAMERAS, TO_VIEWER, Reply, pack
from camstrm.wire.server_operations import MAX_EVENTS_AT_ONCE
from tests.fakes.clock import Clock

T0_US = 1_700_000_000_000_000


def log(clock: Clock | None = None, utc_us: int = T0_US) -> EventLog:
    return EventLog(clock or Clock(), lambda: utc_us)


def test_what_is_newer_comes_the_oldest_first() -> None:
    book = log()
    begin = book.since(0, None).last
    book.add("lost", "left", "unplugged", time_us=5)
    book.add("back", "left")
    found = book.since(begin, None)
    assert [(e.kind, e.camera, e.text, e.time_us) for e in found.events] == [
        ("lost", "left", "unplugged", 5),
        ("back", "left", "", T0_US),
    ]
    assert [e.id for e in found.events] == [begin + 1, begin + 2]
    assert found.last == begin + 2
    assert book.since(found.last, None).events == ()


def test_the_oldest_go_and_ids_stay() -> None:
    book = log()
    for number in range(MAX_EVENTS + 10):
        book.add("lost", str(number))
    first = book.since(0, None)
    assert first.events[0].camera == "10"
    assert len(first.events) == MAX_EVENTS_AT_ONCE
    seen, last = list(first.events), first.last
    while (found := book.since(last, None)).events:
        seen += found.events
        last = found.last
    assert [event.camera for event in seen] == [str(n) for n in range(10, MAX_EVENTS + 10)]


def test_after_a_day_an_event_is_forgotten() -> None:
    clock = Clock()
    book = log(clock)
    book.add("lost", "left")
    clock.now += KEPT_S - 1
    book.add("back", "left")
    assert len(book.since(0, None).events) == 2
    clock.now += 2
    assert [event.kind for event in book.since(0, None).events] == ["back"]


def test_ids_also_grow_over_a_restart_of_the_bridge() -> None:
    before = log()
    before.add("lost", "left")
    after = log(utc_us=T0_US + 1_000_000)
    after.add("lost", "right")
    assert after.since(before.last, None).events[0].camera == "right"
    assert after.last < 2**53, "JavaScript holds it exactly"


def test_an_after_that_cannot_be_is_taken_for_none() -> None:
    book = log()
    book.add("lost", "left")
    assert len(book.since(2**63, None).events) == 1


def test_a_share_hears_of_its_cameras_and_of_the_grabber_only() -> None:
    book = log()
    for camera in ("left", "right"):
        book.add("lost", camera)
    book.add("grabber lost")
    book.add("cameras", text="left, right")
    book.add("shared", text="right", person="kim")
    found = book.since(0, frozenset({"left"}))
    assert [(e.kind, e.camera) for e in found.events] == [("lost", "left"), ("grabber lost", "")]
    assert found.last == book.last, "the next answer begins behind what it may not hear of"


def test_a_share_hears_of_no_person() -> None:
    book = log()
    book.add("changed", "left", person="kim", feature="Gain", old=1, new=2)
    book.add("lease", "left", "kim", old="kim", new="lee")
    book.add("kept", "left", "/home/kim/camstrm.toml", person="kim")
    book.add("shared", "left", "ok until 2030: for lee", person="kim")
    found = book.since(0, frozenset({"left"})).events
    assert [(e.kind, e.person, e.feature, e.new) for e in found] == [("changed", "", "Gain", 2)]
    assert [e.person for e in book.since(0, None).events] == ["kim", "", "kim", "kim"]


def test_the_largest_answer_fits_into_a_message() -> None:
    book = log()
    wide = "\U0001f4f7"
    for _ in range(MAX_EVENTS_AT_ONCE):
        book.add(
            "changed",
            wide * 256,
            wide * 5000,
            person=wide * 64,
            feature="F" * 128,
            old=wide * 5000,
            new=wide * 5000,
        )
    found = book.since(0, None)
    assert len(found.events[0].text) == LONGEST_TEXT
    assert len(found.events) == MAX_EVENTS_AT_ONCE < MAX_CAMERAS
    TO_VIEWER.encode(Reply(1, ok=True, result=pack(found)))
