from __future__ import annotations

import logging

import pytest

from camstrm.acquisition.worker.outage_log import OutageLog
from tests.fakes.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def log(clock: FakeClock, caplog: pytest.LogCaptureFixture) -> OutageLog:
    caplog.set_level(logging.INFO)
    return OutageLog("left", clock.monotonic)


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records]


def test_an_outage_is_a_line_when_it_begins_and_one_when_it_ends(
    log: OutageLog, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    log.streams("streaming")
    for _ in range(40):
        log.failed("camera left: gone")
        clock.advance(1.0)
    log.streams("streaming")
    assert lines(caplog) == [
        "camera left: streaming",
        "camera left: gone (retrying)",
        "camera left: streaming, back after 40.0 s",
    ]
    assert [record.levelname for record in caplog.records] == ["INFO", "ERROR", "INFO"]


def test_a_process_that_takes_over_says_for_how_long_the_camera_was_away(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    log = OutageLog("left", clock.monotonic, clock.now_s - 3.0)
    log.streams("streaming")
    assert lines(caplog) == ["camera left: streaming, back after 3.0 s"]


def test_a_number_that_changes_makes_no_new_line_and_another_cause_does(
    log: OutageLog, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(20):
        log.failed(f"only incomplete frames ({number}) for {number / 7:.1f} s")
        log.failed("cannot be opened")
        clock.advance(1.0)
    assert lines(caplog) == [
        "only incomplete frames (0) for 0.0 s (retrying)",
        "cannot be opened (retrying)",
    ]


def test_what_stays_is_repeated_once_a_minute(
    log: OutageLog, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(600):
        log.failed("gone")
        log.failed("not listed")
        clock.advance(1.0)
    assert 10 <= len(caplog.records) <= 12


def test_a_camera_that_goes_and_comes_fills_no_log(
    log: OutageLog, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(300):
        log.streams("streaming")
        clock.advance(1.0)
        log.failed("gone")
        clock.advance(1.0)
    assert len(caplog.records) <= 6 * 10
    assert "lines like these before)" in caplog.text


def test_warnings_come_once_a_minute(
    log: OutageLog, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(180):
        log.note_warning(f"{number} % of frames incomplete")
        clock.advance(1.0)
    assert lines(caplog) == [
        f"camera left: {number} % of frames incomplete" for number in (0, 61, 122)
    ]
