"""The leak check that every test has sees what a test leaves behind."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests import leaks
from tests.leaks import Holdings

linux_only = pytest.mark.skipif(not leaks.PROC_SELF.exists(), reason="needs /proc")


@pytest.fixture(autouse=True)
def _no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaks, "GRACE_S", 0.02)


def test_nothing_held_is_no_leak() -> None:
    assert Holdings.now().leaks() == []


@pytest.mark.parametrize("daemon", [False, True])
def test_a_living_thread_is_named(daemon: bool) -> None:
    before, stop = Holdings.now(), threading.Event()
    thread = threading.Thread(target=stop.wait, args=(30,), name="drain-left", daemon=daemon)
    thread.start()
    assert before.leaks() == ["thread 'drain-left' is still alive"]
    stop.set()
    thread.join(30)
    assert before.leaks() == []


@linux_only
def test_a_child_process_is_named_until_it_was_waited_for() -> None:
    before = Holdings.now()
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert child.stdin
    (process, pipe) = before.leaks()
    assert process.startswith(f"child process {child.pid} ({sys.executable} -c")
    assert "pipe:" in pipe
    child.stdin.close()
    child.wait(30)
    assert before.leaks() == []


@linux_only
def test_an_open_socket_and_file_are_named(tmp_path: Path) -> None:
    before = Holdings.now()
    path = tmp_path / "left_open"
    with socket.socket(), path.open("w"):
        found = before.leaks()
    assert len(found) == 2
    assert any("socket:[" in line for line in found)
    assert any(str(path) in line for line in found)
    assert before.leaks() == []


@linux_only
def test_one_file_for_another_is_still_a_leak(tmp_path: Path) -> None:
    first = (tmp_path / "first").open("w")
    before = Holdings.now()
    first.close()
    with (tmp_path / "second").open("w"):
        (line,) = before.leaks()
    assert "second" in line
