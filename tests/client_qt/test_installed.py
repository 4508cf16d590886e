"""The viewer as pipx and uvx install it: a wheel in an environment of its own (make try-viewer)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from camstrm.wire import Hello
from tests.fakes.bridge.viewer_server import ViewerServer, WaitUntil

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_installed_programs_show_a_server(tmp_path: Path, wait_until: WaitUntil) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    venv.create(tmp_path / "venv", with_pip=True)
    programs = tmp_path / "venv" / "bin"
    subprocess.run([programs / "pip", "install", "-q", f"{wheel}[viewer]"], check=True)
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    environment.pop("PYTHONPATH", None)
    for program in (["camstrm-viewer"], ["camstrm", "view"]):
        command = [str(programs / program[0]), *program[1:]]
        assert shown(command, tmp_path, environment, wait_until) == (0, "")


def shown(
    command: list[str], folder: Path, environment: dict[str, str], wait_until: WaitUntil
) -> tuple[int, str]:
    """Let a program show a server and end it; return its exit code, and its traceback if any."""
    server = ViewerServer(hello=Hello("s1"))
    started = subprocess.Popen(
        [*command, server.url], cwd=folder, env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        wait_until(lambda: server.viewers or started.poll() is not None)
        started.send_signal(signal.SIGTERM)
        _, errors = started.communicate(timeout=30)
    finally:
        started.kill()
        started.wait(30)
        server.close()
    return started.returncode, errors if "Traceback" in errors else ""
