from __future__ import annotations

import logging

import pytest

from camstrm.acquisition.child_text import ChildText
from camstrm.grab.child_lines import LINES_A_SECOND, ChildLines
from camstrm.log_lines import RECORD_MARK, JsonFormatter, TextFormatter
from tests.fakes.clock import Clock


def shown(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the lines without their time."""
    return [line[24:] for line in caplog.handler.stream.getvalue().splitlines()]


@pytest.fixture(autouse=True)
def text_form(caplog: pytest.LogCaptureFixture) -> None:
    caplog.handler.setFormatter(TextFormatter())
    caplog.set_level(logging.INFO)


def test_a_record_and_the_words_of_a_library_name_the_camera(
    caplog: pytest.LogCaptureFixture,
) -> None:
    record = logging.makeLogRecord(
        {"name": "camstrm.a", "levelno": 20, "levelname": "INFO", "msg": "camera left: streams"}
    )
    line = JsonFormatter(RECORD_MARK).format(record)
    ChildLines("left", "DA1").show(f"{line}\nfree(): \x1b[1minvalid\n\n".encode() + b"\xff\n")
    assert shown(caplog) == [
        "INFO    camera left (DA1): streams",
        r"WARNING camera left (DA1): free(): \x1b[1minvalid",
        r"WARNING camera left (DA1): \xff",
    ]
    assert caplog.records[0].name == "camstrm.a"


def test_a_library_that_never_stops_talking_is_counted(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    lines = ChildLines("left", "DA1", clock)
    lines.show(b"noise\n" * 10_000)
    assert len(caplog.records) == LINES_A_SECOND
    clock.now += 1.0
    lines.show(b"last\n")
    assert caplog.records[-1].getMessage() == (
        f"last (and {10_000 - LINES_A_SECOND} lines before this one)"
    )


def test_the_cause_of_an_abort_is_never_a_log_record() -> None:
    text = ChildText()
    text.feed(b"free(): invalid pointer\n" + RECORD_MARK.encode() + b'{"level": "info"}\n')
    assert text.describe_end(-6) == "was ended by SIGABRT (free(): invalid pointer)"
