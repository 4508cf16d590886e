"""A display that cannot be reached is a sentence and exit code 2, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "XAUTHORITY")

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only X11 and Wayland can be missing"
)


def view(environ: dict[str, str], code: str = "") -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in DISPLAYS}
    command = ["-c", code] if code else ["-m", "client_qt", "ws://127.0.0.1:9"]
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT, env=clean | environ, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("environ", "reason"),
    [
        ({"DISPLAY": ":99"}, "the display :99 cannot be reached (DISPLAY=:99)"),
        (
            {"WAYLAND_DISPLAY": "wayland-9", "XDG_RUNTIME_DIR": "/nowhere"},
            "the Wayland display cannot be reached: No such file or directory",
        ),
        ({"QT_QPA_PLATFORM": "nonsense"}, "Qt has no platform plugin 'nonsense'"),
        ({"QT_QPA_PLATFORM": "xcb"}, "DISPLAY is not set (QT_QPA_PLATFORM=xcb)"),
        ({}, "no display for the viewer (DISPLAY and WAYLAND_DISPLAY are not set)"),
    ],
)
def test_an_unreachable_display_is_one_sentence(environ: dict[str, str], reason: str) -> None:
    ended = view(environ)
    assert ended.returncode == 2
    assert ended.stderr.startswith("camstrm view: ")
    assert reason in ended.stderr
    assert len(ended.stderr.splitlines()) == 1, ended.stderr


def test_a_display_that_never_answers_is_given_up() -> None:
    """As one on a machine that is switched off."""
    code = (
        "import client_qt.session.display_probe as probe, time\n"
        "import PySide6.QtGui as gui\n"
        "gui.QGuiApplication = lambda _: time.sleep(60)\n"
        "print(probe.no_window_because(0.2))"
    )
    ended = view({"QT_QPA_PLATFORM": "offscreen"}, code)
    assert ended.stdout.startswith("the display did not answer within 0 s"), ended.stderr


def test_a_display_that_works_is_no_reason() -> None:
    code = "import client_qt.session.display_probe as p; print([p.no_window_because()])"
    assert view({"QT_QPA_PLATFORM": "offscreen"}, code).stdout == "['']\n"
