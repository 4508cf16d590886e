from __future__ import annotations

import subprocess
import sys

import pytest

from tests.fakes.gentl.producers import child_environment

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


def test_a_text_with_line_ends_is_one_line() -> None:
    forging = (
        "import logging, sys; from camstrm.cli.log import set_up_logging; set_up_logging('info'); "
        "logging.getLogger('camstrm.x').info('%s', 'a\\n2026-01-01 12:00:00 INFO \\x1b[2J')"
    )
    done = subprocess.run(
        [sys.executable, "-c", forging],
        env=child_environment(),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    (line,) = done.stderr.splitlines()
    assert line.endswith(r"a\n2026-01-01 12:00:00 INFO \x1b[2J")
