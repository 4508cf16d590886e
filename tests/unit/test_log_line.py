from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from camstrm.acquisition.child import show_text
from camstrm.log_line import LineFormatter, one_line

FORGED = "left\n2026-11-27 12:00:00,000 INFO    all is well"
ESCAPES = "\x1b[2J\x1b]0;title\x07"


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LineFormatter("%(levelname)s %(message)s"))
    logger = logging.getLogger("a logger of this test")
    logger.addHandler(handler)
    yield logger, stream
    logger.removeHandler(handler)
    handler.close()


@pytest.mark.parametrize("text", ["", "left", "왼쪽 카메라", "Größe 5 µm", "a\tb", "C:\\new"])
def test_what_can_be_read_stays(text: str) -> None:
    assert one_line(text) == text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\nb", r"a\nb"),
        ("a\r\nb", r"a\r\nb"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x9b31m", r"\x9b31m"),
        ("gpj\u202eexe", r"gpj\u202eexe"),
        ("a\u2028b", r"a\u2028b"),
        ("\0\x7f", r"\x00\x7f"),
        ("half \ud800", r"half \ud800"),
    ],
)
def test_what_cannot_be_seen_is_escaped(text: str, line: str) -> None:
    assert one_line(text) == line


def test_text_from_outside_forges_no_line(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = log
    logger.warning("grabber refused (%s): %s", FORGED, ESCAPES)
    (line,) = stream.getvalue().splitlines()
    assert line.startswith("WARNING grabber refused (left\\n2026")
    assert "\x1b" not in line


def test_an_exceptions_text_forges_no_line(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = log
    try:
        try:
            raise ValueError(FORGED)
        except ValueError as error:
            raise RuntimeError(ESCAPES) from error
    except RuntimeError:
        logger.exception("camera %s", 1)
    text = stream.getvalue()
    assert "\x1b" not in text
    assert not [line for line in text.splitlines() if line.startswith("2026")]
    assert text.splitlines()[1] == "Traceback (most recent call last):"
    assert r"ValueError: left\n2026-11-27" in text


def test_what_a_child_writes_has_no_escape_sequences(capsys: pytest.CaptureFixture[str]) -> None:
    show_text(b"first\r\n\x1b[2Jsecond\nthird")
    assert capsys.readouterr().err == "first\n\\x1b[2Jsecond\nthird"
