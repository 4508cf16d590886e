from __future__ import annotations

import logging

import pytest

from camstrm.repeat_log import RepeatLog
from tests.fakes.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


def make(clock: Clock, interval_s: float = 1.0, **options: object) -> RepeatLog:
    return RepeatLog(logging.getLogger("t"), interval_s, clock=clock, **options)  # type: ignore[arg-type]


def test_first_at_once_then_the_sum(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    log = make(clock)
    written = [log.warning("bad %s", "x") for _ in range(4)]
    clock.now += 0.999
    written.append(log.warning("bad %s", "x"))
    clock.now += 0.001
    written.append(log.warning("bad %s", "y"))
    clock.now += 1.0
    log.warning("bad %s", "z")
    assert written == [True, False, False, False, False, True]
    assert caplog.messages == [
        "bad x",
        "bad y (and 4 more such since the last line)",
        "bad z",
    ]
    assert {record.levelno for record in caplog.records} == {logging.WARNING}


def test_kinds_are_counted_apart(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    log = make(clock)
    for key in "aabab":
        log.log(logging.ERROR, "%s", key, key=key)
    clock.now += 1.0
    log.log(logging.ERROR, "b", key="b")
    assert caplog.messages == ["a", "b", "b (and 1 more such since the last line)"]
    assert {record.levelno for record in caplog.records} == {logging.ERROR}


def test_several_lines_in_the_time(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    log = make(clock, 60.0, lines=2, more=" (and %d before)")
    for number in range(4):
        log.warning("%d", number)
        clock.now += 10.0
    # 60 s after the first line: there is room for one, not for two.
    clock.now += 20.0
    log.warning("later")
    log.warning("too much")
    assert caplog.messages == ["0", "1", "later (and 2 before)"]


def test_a_line_without_a_sum(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    log = make(clock, more="")
    for _ in range(3):
        log.warning("100 % bad")
        clock.now += 0.5
    assert caplog.messages == ["100 % bad", "100 % bad"]


def test_once_and_again_after_forget(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    log = make(clock, RepeatLog.ONCE)
    log.warning("seen twice")
    clock.now += 1e9
    assert not log.warning("seen twice")
    log.forget()
    assert log.warning("seen twice")
    assert caplog.messages == ["seen twice", "seen twice"]
