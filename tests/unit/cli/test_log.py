from __future__ import annotations

import subprocess
import sys

import pytest

from tests.fakes.gentl import child_environment

SCRIPT = """
import logging, sys
from camstrm.cli.log import set_up_logging
set_up_logging(sys.argv[1])
for level in ("debug", "info", "warning", "error"):
    getattr(logging.getLogger("camstrm.x"), level)("a %s", level)
logging.getLogger("aiohttp.access").info("GET /cam/left.jpg")
"""


@pytest.mark.parametrize(("level", "lines"), [("debug", 4), ("info", 3), ("error", 1)])
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
    assert told[-1].endswith("ERROR   a error")
    assert done.stdout == ""
