from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camstrm.log_lines import (
    MAX_MESSAGE,
    RECORD_MARK,
    JsonFormatter,
    TextFormatter,
    about_camera,
    printable,
    record_from_line,
)

ANYTHING = st.text(st.characters(codec=None), max_size=60) | st.sampled_from(
    ["\ud800", "\x1b]0;owned\x07", "a\r\nb", "\u2028", "\u202egnp.exe", "\x9b31m", "\x00", '"}{']
)


def record(message: str, *values: object, **fields: object) -> logging.LogRecord:
    made = logging.LogRecord("camstrm.x", logging.WARNING, __file__, 1, message, values, None)
    made.created, made.msecs = 1_700_000_000.25, 250.0
    made.__dict__.update(fields)
    return made


def as_json(made: logging.LogRecord) -> dict[str, Any]:
    line = JsonFormatter().format(made)
    assert line.isascii()
    assert line.isprintable(), "one line, whatever reads it"
    value = json.loads(line, parse_constant=pytest.fail)
    assert isinstance(value, dict)
    return value


def strict_utf8(value: object) -> None:
    """Refuse halves of surrogate pairs, as most JSON parsers do."""
    json.dumps(value, ensure_ascii=False).encode()


def raised(error: Exception) -> Any:
    try:
        raise error
    except type(error):
        return sys.exc_info()


@settings(max_examples=25)
@given(ANYTHING, ANYTHING, ANYTHING, ANYTHING)
def test_whatever_comes_from_outside_is_one_json_object_on_one_line(
    text: str, camera: str, serial: str, field: str
) -> None:
    with about_camera(camera, serial):
        made = as_json(record("said %s", text, reason=field, **{f"odd{field}": field}))
    strict_utf8(made)
    assert made["level"] == "warning"
    assert made["logger"] == "camstrm.x"
    if not any("\ud800" <= c <= "\udfff" for c in text + camera):
        assert made["message"] == f"said {text}"
        assert made.get("camera", "") == camera


@settings(max_examples=25)
@given(ANYTHING, ANYTHING, ANYTHING)
def test_whatever_comes_from_outside_stays_on_its_line_of_text(
    text: str, camera: str, serial: str
) -> None:
    with about_camera(camera, serial):
        line = TextFormatter().format(record("%s", text))
    assert line.isprintable()


def test_a_forged_line_and_an_escape_sequence_are_shown_as_what_they_are() -> None:
    line = TextFormatter().format(record("session %s", "x\n2026-11-28 ERROR \x1b[31mred\u202e"))
    assert line.endswith(r"WARNING session x\n2026-11-28 ERROR \x1b[31mred\u202e")
    assert printable("왼쪽 카메라, µm") == "왼쪽 카메라, µm"


def test_a_traceback_is_no_record_of_its_own() -> None:
    made = record("it failed")
    made.exc_info = raised(ValueError("a\n2026-11-28 00:00:00,000 ERROR forged"))
    first, *others = TextFormatter().format(made).split("\n")
    assert first.endswith("WARNING it failed")
    assert len(others) >= 4
    assert all(line.startswith("    ") and line.isprintable() for line in others)
    assert "forged" in as_json(made)["exception"]


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("camera left: no frame", "camera left (DA1): no frame"),
        ("no frame", "camera left (DA1): no frame"),
        ("camera lefty: no frame", "camera left (DA1): camera lefty: no frame"),
    ],
)
def test_a_line_about_a_camera_names_it_once_with_its_serial_number(
    message: str, shown: str
) -> None:
    with about_camera("left", "DA1"):
        assert TextFormatter().format(record(message)).endswith(f"WARNING {shown}")
        made = as_json(record(message))
    assert (made["camera"], made["serial"], made["message"]) == ("left", "DA1", message)
    assert "camera" not in as_json(record(message))


def test_a_camera_that_is_called_by_its_serial_number_is_named_once() -> None:
    with about_camera("DA1", "DA1"):
        assert TextFormatter().format(record("x")).endswith("WARNING camera DA1: x")


def test_a_thread_speaks_of_its_own_camera() -> None:
    lines: dict[str, str] = {}

    def of(name: str) -> Callable[[], None]:
        def work() -> None:
            lines[name] = TextFormatter().format(record("x"))

        return about_camera(name, f"1-{name}")(work)

    with about_camera("other", "9"):
        threads = [threading.Thread(target=of(name)) for name in ("a", "b")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert {name: line.split("WARNING ")[1] for name, line in lines.items()} == {
        "a": "camera a (1-a): x",
        "b": "camera b (1-b): x",
    }


def test_what_is_too_long_is_cut() -> None:
    made = as_json(record("%s", "x" * 10**6, field="y" * 10**6))
    assert len(made["message"]) < MAX_MESSAGE + 100
    assert len(made["field"]) < 5 * MAX_MESSAGE
    failed = record("x")
    failed.exc_info = raised(ValueError("z" * 10**6))
    assert len(as_json(failed)["exception"]) < 5 * MAX_MESSAGE


def test_numbers_stay_numbers_and_what_json_does_not_have_is_text() -> None:
    made = as_json(record("x", count=3, rate=0.5, bad=float("nan"), path=object, none=None))
    assert (made["count"], made["rate"], made["bad"], made["none"]) == (3, 0.5, "nan", None)
    assert made["time"] == "2023-11-14T22:13:20.250000Z"


def test_a_record_crosses_the_pipe_of_a_camera_process_unchanged() -> None:
    made = record("said %s", "a\nb", step=3)
    made.exc_info = raised(ValueError("cause"))
    with about_camera("왼쪽", "id:1"):
        line = JsonFormatter(RECORD_MARK).format(made)
    came = record_from_line(line)
    assert came is not None
    assert JsonFormatter(RECORD_MARK).format(came) == line
    assert "cause" in TextFormatter().format(came)


@pytest.mark.parametrize(
    "line",
    [
        "free(): invalid pointer",
        '{"level": "info", "logger": "x", "message": "without the mark"}',
        RECORD_MARK,
        RECORD_MARK + "{",
        RECORD_MARK + "[" * 100_000,
        RECORD_MARK + "[1]",
        RECORD_MARK + "{}",
        RECORD_MARK + '{"level": 3, "logger": "x"}',
        RECORD_MARK + '{"level": "loud", "logger": "x", "message": "m"}',
    ],
)
def test_what_is_no_record_is_known_as_that(line: str) -> None:
    assert record_from_line(line) is None


@settings(max_examples=25)
@given(st.dictionaries(st.sampled_from([*dir(record("x")), "camera", "serial", "f"]), ANYTHING))
def test_fields_of_a_forged_record_break_no_formatter(fields: dict[str, str]) -> None:
    values = {**fields, "level": "info", "logger": "x", "message": "%s %d"}
    came = record_from_line(RECORD_MARK + json.dumps(values))
    assert came is not None
    assert TextFormatter().format(came).split("\n")[0].isprintable()
    as_json(came)
