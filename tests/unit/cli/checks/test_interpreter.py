from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from camstrm import __version__
from camstrm.cli.checks.finding import Finding, Level
from camstrm.cli.checks.interpreter import interpreter_findings
from camstrm.profiles import load_profiles
from tests.fakes.gentl.error_texts import DECODES_ERROR_TEXTS
from tests.fakes.gentl.producers import child_environment

PROFILES = load_profiles()


def check(python: str, profile: str = "generic") -> Finding:
    (finding,) = interpreter_findings(python, child_environment(), PROFILES[profile])
    return finding


def answering(folder: Path, **changes: Any) -> str:
    """Write an interpreter that gives one answer to every question."""
    answer = {
        "version": [3, 12, 1],
        "camstrm": __version__,
        "harvesters": "1.4.3",
        "plain": "",
        "handled": "",
        "decodes": True,
        **changes,
    }
    script = folder / "python"
    script.write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps(answer)}\nEND\n")
    script.chmod(0o755)
    return str(script)


def test_this_interpreter() -> None:
    finding = check("", "hikrobot-u3v")
    assert (finding.subject, finding.level) == ("Python for hikrobot-u3v", Level.OK)
    assert sys.executable in finding.text
    handled = "handled by camstrm with harvesters 1.4.3"
    assert (handled in finding.text) == DECODES_ERROR_TEXTS


@pytest.mark.parametrize("decodes", [True, False])
def test_error_texts_are_named_where_the_interpreter_stumbles_over_them(
    tmp_path: Path, decodes: bool
) -> None:
    finding = check(answering(tmp_path, decodes=decodes), "hikrobot-u3v")
    assert ("error texts in gbk" in finding.text) == decodes


def test_what_is_no_interpreter() -> None:
    assert "cannot be started (No such file" in check("/no/python").text
    assert "is not a Python 3" in check("/bin/true").text
    assert "remove 'python'" in check("/no/python").remedy


@pytest.mark.parametrize(
    ("changes", "level", "text"),
    [
        ({}, Level.OK, "is Python 3.12.1"),
        ({"version": [3, 9, 0]}, Level.FAIL, "camstrm needs 3.10 or later"),
        ({"version": [3, 15, 0]}, Level.WARN, "tested up to 3.14"),
        ({"camstrm": None}, Level.FAIL, "without camstrm"),
        ({"camstrm": "0.0.1"}, Level.FAIL, "with camstrm 0.0.1, not"),
        ({"harvesters": "1.4.2"}, Level.FAIL, "with harvesters 1.4.2, wanted 1.4.3"),
        ({"harvesters": None}, Level.FAIL, "not installed"),
        ({"plain": "libpython3.12.so.1.0: cannot open"}, Level.OK, "works around the failing"),
        ({"plain": "x", "handled": "No module named 'genicam'"}, Level.FAIL, "'genicam'"),
    ],
)
def test_what_an_interpreter_lacks(
    tmp_path: Path, changes: dict[str, Any], level: Level, text: str
) -> None:
    finding = check(answering(tmp_path, **changes))
    assert finding.level is level
    assert text in finding.text
    assert bool(finding.remedy) == (level is Level.FAIL)
