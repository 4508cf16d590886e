from __future__ import annotations

import contextlib
import json
import subprocess
import sys

import pytest

from camstrm.cli.log import complain
from tests.fakes.gentl.producers import child_environment

AS_JSON = """
import logging, sys, threading, warnings
from camstrm.cli.log import complain, set_up_logging
set_up_logging("info")
set_up_logging("info", "json")
logging.getLogger("camstrm.x").info("said %s", "a\\n\\x1b[2J\\ud800")
warnings.warn("old")
complain("two\\nlines")
threading.Thread(target=lambda: 1 / 0, name="worker").start()
raise ValueError("cause")
"""

SCRIPT = """
import logging, sys
from camstrm.cli.log import set_up_logging
set_up_logging(sys.argv[1], access_log=len(sys.argv) > 2)
for level in ("debug", "info", "warning", "error"):
    getattr(logging.getLogger("camstrm.x"), level)("a %s", level)
logging.getLogger("aiohttp.access").info("GET /cam/left.jpg")
logging.getLogger("camstrm.bridge.access").debug("GET /cam/right.jpg")
"""


@pytest.mark.parametrize(("level", "lines"), [("debug", 5), ("info", 3), ("error", 1)])
def test_lines_of_a_level_and_above_go_to_standard_error(level: str, lines: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, level],
        env=child_environment(),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    told = done.stderr.splitlines()
    assert len(told) == lines
    assert told[3 if level == "debug" else -1].endswith("ERROR   a error")
    assert done.stdout == ""


def test_the_access_log_is_there_when_asked_for_at_any_level() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, "warning", "access"],
        env=child_environment(),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert [line.split()[-1] for line in done.stderr.splitlines()] == [
        "warning",
        "error",
        "/cam/right.jpg",
    ]


def test_as_json_all_that_a_process_says_is_json() -> None:
    done = subprocess.run(
        [sys.executable, "-c", AS_JSON],
        env=child_environment(),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(line["level"], line["message"].split(":")[0]) for line in lines] == [
        ("info", "said a\n\x1b[2J\\ud800"),
        ("warning", "<string>"),
        ("error", "two\nlines"),
        ("critical", "worker ends"),
        ("critical", "camstrm ends"),
    ]
    assert "ZeroDivisionError" in lines[3]["exception"]
    assert lines[4]["exception"].endswith("ValueError: cause")


def test_a_complaint_cannot_move_the_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    complain("no camera \x1b[2J\nnext line")
    assert capsys.readouterr().err == "camstrm: no camera \\x1b[2J\nnext line\n"


def test_a_complaint_that_cannot_be_written_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The supervisor of bridge and grabber complains, too."""
    with open("/dev/full", "w") as full:  # noqa: PTH123  closed below, which fails
        monkeypatch.setattr(sys, "stderr", full)
        complain("no room")
        monkeypatch.undo()
        with contextlib.suppress(OSError):
            full.close()
