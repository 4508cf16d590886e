from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from camstrm.cli import children as children_module
from camstrm.cli.children import ChildCommands
from camstrm.cli.signals import PARENT_VARIABLE
from tests.fakes.gentl.producers import child_environment

LONG_S = 30.0


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Children are shell scripts; looks and pauses are short."""
    shell = tmp_path / "python"
    shell.write_text('#!/bin/sh\nshift 2\nexec sh -c "$1"\n')
    shell.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(shell))
    monkeypatch.setattr(children_module, "_POLL_S", 0.002)
    monkeypatch.setattr(children_module, "_PAUSES_S", (0.001, 0.002))


class Running:
    """ChildCommands in a thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.children = ChildCommands()
        self.code: int | None = None
        self._thread = threading.Thread(target=self._run, name="children")

    def _run(self) -> None:
        self.code = self.children.run()

    def add(self, name: str, script: str) -> None:
        self.children.add(name, [f"cd {self.folder}; {script}"])

    def start(self) -> None:
        self._thread.start()

    def join(self) -> int:
        self._thread.join(LONG_S)
        assert self.code is not None
        return self.code

    def stop(self) -> int:
        self.children.stop()
        return self.join()

    def lines(self, name: str) -> list[str]:
        path = self.folder / name
        return path.read_text().splitlines() if path.exists() else []

    def wait_for(self, condition: Callable[[], object]) -> None:
        """Wait for what a child writes to a file."""
        never = threading.Event()
        for _ in range(int(LONG_S / 0.005)):
            if condition():
                return
            never.wait(0.005)
        raise AssertionError("that never came")


@pytest.fixture
def running(tmp_path: Path) -> Generator[Running, None, None]:
    running = Running(tmp_path)
    yield running
    running.children.stop()
    if running._thread.ident is not None:
        running._thread.join(LONG_S)
    running.children.end()


def test_children_run_until_stopped(running: Running) -> None:
    for name in ("bridge", "grabber"):
        running.add(
            name,
            f"trap 'echo {name} >> ended; exit 0' TERM; echo {name} >> up; "
            "while :; do sleep 0.01; done",
        )
    running.start()
    running.wait_for(lambda: len(running.lines("up")) == 2)
    assert running.stop() == 0
    assert running.lines("ended") == ["bridge", "grabber"], "one after the other"


def test_a_child_that_ends_is_started_again(
    running: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    running.add(
        "grabber", "echo x >> starts; [ $(wc -l < starts) -lt 4 ] && kill -SEGV $$; exec sleep 60"
    )
    running.add("bridge", "echo x >> others; exec sleep 60")
    running.start()
    running.wait_for(lambda: len(running.lines("starts")) == 4)
    assert running.stop() == 0
    assert capsys.readouterr().err == (
        "camstrm: grabber was ended by signal 11; starting it again\n" * 3
    )
    assert len(running.lines("others")) == 1


def test_a_child_that_ends_in_good_order_is_started_again_too(
    running: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    running.add("bridge", "echo x >> starts; [ $(wc -l < starts) -lt 2 ] || exec sleep 60")
    running.start()
    running.wait_for(lambda: len(running.lines("starts")) == 2)
    running.stop()
    assert "bridge ended with code 0; starting it again" in capsys.readouterr().err


@pytest.mark.parametrize("code", [1, 2])
def test_a_first_start_that_fails_ends_everything(running: Running, code: int) -> None:
    """Its message stands on standard error; another start would not mend it."""
    running.add("grabber", "echo x >> up; exec sleep 60")
    running.add("bridge", f"echo x >> starts; exit {code}")
    running.start()
    assert running.join() == code
    assert len(running.lines("starts")) == 1


def test_a_later_failure_is_no_reason_to_give_up(running: Running) -> None:
    running.add(
        "bridge",
        "echo x >> starts; case $(wc -l < starts) in 1) kill -KILL $$;; "
        "2|3) exit 1;; *) exec sleep 60;; esac",
    )
    running.start()
    running.wait_for(lambda: len(running.lines("starts")) == 4)
    assert running.stop() == 0


def test_a_usage_error_is_final_also_later(running: Running) -> None:
    running.add("bridge", "echo x >> starts; [ $(wc -l < starts) = 1 ] && kill -KILL $$; exit 2")
    running.start()
    assert running.join() == 2
    assert len(running.lines("starts")) == 2


def test_a_child_that_does_not_end_is_killed(running: Running) -> None:
    running.add("grabber", "trap '' TERM; echo $$ >> up; while :; do sleep 0.01; done")
    running.wait_for(lambda: running.lines("up"))
    running.children.end(timeout_s=0.05)
    pid = int(running.lines("up")[0])
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_stopped_before_it_runs(running: Running) -> None:
    running.add("grabber", "exec sleep 60")
    running.children.stop()
    running.start()
    assert running.join() == 0


def test_pauses_grow_and_begin_anew_after_a_child_ran_well(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children_module, "_PAUSES_S", (0.1, 0.5, 1.0))
    child = children_module._Child("x", ())
    pauses = []
    for ran_s in (0.0, 1.0, 1.0, 1.0, 9.0, 0.0):
        child.started_s = 100.0
        running.children._schedule(child, 3, 100.0 + ran_s)
        pauses.append(round(child.due_s - 100.0 - ran_s, 3))
    assert pauses == [0.1, 0.5, 1.0, 1.0, 0.1, 0.5]


def test_children_know_whose_they_are_and_read_no_input(running: Running) -> None:
    running.add(
        "bridge",
        f"echo ${PARENT_VARIABLE} > parent; cat > input; echo done > input2; exec sleep 60",
    )
    running.start()
    running.wait_for(lambda: running.lines("input2"))
    assert running.lines("parent") == [str(os.getpid())]
    assert running.lines("input") == []


def test_a_child_is_out_of_the_terminal_s_group(running: Running) -> None:
    running.add("bridge", "ps -o sid= -p $$ > sid; echo $$ >> up; exec sleep 60")
    running.wait_for(lambda: running.lines("up"))
    assert os.getsid(int(running.lines("up")[0])) != os.getsid(0)


def test_the_real_interpreter_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    done = subprocess.run(
        [sys.executable, "-m", "camstrm", "--version"],
        env=child_environment(),
        capture_output=True,
        text=True,
        timeout=LONG_S,
        check=True,
    )
    assert done.stdout.startswith("camstrm ")
