"""SIGTERM at any moment of the start: a clean end, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.fakes.running_system import DEADLINE_S, Command, RunningSystem, camera_table

AT_MOMENT = Path(__file__).parents[1] / "fakes" / "at_moment"
MARK = "CAMSTRM_TEST_MARK"

EARLY, LATER = "import:20", "import:150"
MOMENTS = {
    "bridge": (EARLY, LATER, "import:500", "socket.bind:1", "socket.bind:2"),
    "grab": (EARLY, LATER, "subprocess.Popen:1", "subprocess.Popen:2", "socket.__new__:3"),
    "up": (LATER, "subprocess.Popen:1", "subprocess.Popen:2"),
    "demo": (LATER, "tempfile.mkdtemp:1", "os.mkdir:1", "subprocess.Popen:1", "subprocess.Popen:2"),
    "view": (LATER, "import:500", "ctypes.dlopen:1"),
}
"""Audit events: modules that are imported, folders, sockets and children that are made."""


def marked(mark: str) -> list[str]:
    """Return the command lines of processes whose environment has the mark."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if f"{MARK}={mark}".encode() in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_text().replace("\0", " "))
        except OSError:
            pass  # no process, ended, or somebody else's
    return [line for line in found if line]


@pytest.mark.parametrize(
    ("command", "moment"), [(name, moment) for name, list_ in MOMENTS.items() for moment in list_]
)
def test_sigterm_during_the_start(tmp_path: Path, command: str, moment: str) -> None:
    if command == "view":
        pytest.importorskip(
            "PySide6.QtWidgets", reason="PySide6 cannot be loaded", exc_type=ImportError
        )
    system = RunningSystem(tmp_path, camera_table("0", "red"))
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    arguments = {
        "demo": ["demo", "--port", str(system.port)],
        "view": ["view", f"ws://127.0.0.1:{system.port}"],
    }.get(command, [command, "--config", str(system.config)])
    if command == "up":
        arguments = ["up", str(system.config)]
    started = Command(
        arguments,
        tmp_path / "log",
        PYTHONPATH=os.pathsep.join([str(AT_MOMENT), os.environ.get("PYTHONPATH", "")]),
        CAMSTRM_SIGNAL_AT=moment,
        CAMSTRM_TEST_MARK=str(tmp_path),
        TMPDIR=str(temporary),
        XDG_STATE_HOME=str(tmp_path / "state"),
        XDG_CONFIG_HOME=str(tmp_path / "config"),
        QT_QPA_PLATFORM="offscreen",
    )
    try:
        code = started.process.wait(DEADLINE_S)
    finally:
        started.end()
    assert code in (0, -signal.SIGTERM), started.text
    assert "Traceback" not in started.text
    # The kernel signals its parent's end to each child.
    deadline = time.monotonic() + DEADLINE_S
    while (left := marked(str(tmp_path))) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert left == []
    assert not list(tmp_path.glob("s.sock*")), "the socket and its lock"
    assert not list(temporary.glob("camstrm*"))
