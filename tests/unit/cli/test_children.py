from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from types import SimpleNamespace

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
    """Its message is on standard error; another start would not help."""
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


HANGUPS = "trap 'echo x >> hangups' HUP; echo x >> up; while :; do sleep 0.01; done"


def test_a_wish_to_reload_goes_to_all_children(running: Running) -> None:
    for name in ("bridge", "grabber"):
        # A shell cannot lift the block with which children wait for their handler.
        running.add(name, f'exec env --default-signal=HUP --block-signal= sh -c "{HANGUPS}"')
    running.start()
    running.wait_for(lambda: len(running.lines("up")) == 2)
    running.children.reload()
    running.wait_for(lambda: len(running.lines("hangups")) == 2)
    assert running.stop() == 0
    assert len(running.lines("up")) == 2, "nobody was started again"


def test_a_wish_to_reload_a_bad_file_goes_no_further(tmp_path: Path) -> None:
    asked: list[int] = []

    def refuse() -> bool:
        asked.append(1)
        return False

    children = ChildCommands(refuse)
    sent: list[int] = []

    class Process:
        def send_signal(self, number: int) -> None:
            sent.append(number)

    child = children_module._Child("x", ())
    child.process = Process()  # type: ignore[assignment]
    children._children = [child]
    children._pass_on_reload()
    assert (asked, sent) == ([1], [])


class SilentChild:
    """A child that has given a sign of life at 100 s, and gives none any more."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ended: list[object] = []
        monkeypatch.setattr(children_module, "_abort", self.ended.append)
        self.children = ChildCommands()
        self.child = children_module._Child("grabber", ())
        self.child.process = self  # type: ignore[assignment]
        self.pid = 4711
        self.child.heard_s = 100.0
        self.children._children = [self.child]
        self.children._looked_s = 100.0

    def look(self, begin_s: float, end_s: float, step_s: float = 0.5) -> None:
        while begin_s < end_s:
            begin_s += step_s
            self.children._look(begin_s)


def test_a_child_that_stands_still_is_ended(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    silent = SilentChild(monkeypatch)
    silent.look(100.0, 110.0)
    assert silent.ended == []
    silent.look(110.0, 110.5)
    assert silent.ended == [silent]
    assert capsys.readouterr().err == "camstrm: grabber gave no sign of life for 10 s: ended\n"


class UndeadProcess:
    """A child that hangs in the kernel: a signal does nothing, and its end does not come."""

    pid = 4711

    def __init__(self) -> None:
        self.sent: list[int] = []

    def send_signal(self, number: int) -> None:
        self.sent.append(number)

    def kill(self) -> None:
        self.send_signal(9)

    def wait(self, timeout: float | None = None) -> int:
        assert timeout is not None, "it would wait for ever"
        raise subprocess.TimeoutExpired("x", timeout)


def test_nobody_waits_for_a_child_that_hangs_in_the_kernel(
    capsys: pytest.CaptureFixture[str],
) -> None:
    children, process = ChildCommands(), UndeadProcess()
    child = children_module._Child("grabber", ())
    child.process = process  # type: ignore[assignment]  # what is used of it
    child.heard_s = children._looked_s = 100.0
    children._children = [child]
    for now in (100.5 + 0.5 * look for look in range(40)):
        children._look(now)
    assert process.sent == [6, 18, 9], "its end is seen when it comes"
    assert capsys.readouterr().err.count("gave no sign of life") == 1
    children.end(timeout_s=0.0)
    assert process.sent == [6, 18, 9, 15, 9]


def test_a_child_that_is_still_starting_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = SilentChild(monkeypatch)
    silent.child.heard_s = None
    silent.look(100.0, 200.0)
    assert silent.ended == []


def test_time_in_which_this_process_was_stopped_counts_for_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    silent = SilentChild(monkeypatch)
    silent.children._look(160.0)
    silent.look(160.0, 169.0)
    assert silent.ended == []


def test_who_is_shouted_down_is_not_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any user of the machine may send to the watch, and so leave no room for a child's signs."""
    silent = SilentChild(monkeypatch)
    strangers: list[set[int]] = [{4, 5}]
    silent.children._watch = SimpleNamespace(heard=lambda: strangers[0])  # type: ignore[assignment]
    silent.look(100.0, 150.0)
    assert silent.ended == []
    strangers[0] = set()
    silent.look(150.0, 160.5)
    assert silent.ended == [silent]


def test_one_that_cannot_be_started_is_tried_again(
    running: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    process = running.children._process
    failures = [OSError(errno.EAGAIN, "Resource temporarily unavailable")] * 3

    def start(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
        if failures:
            raise failures.pop()
        return process(arguments)

    monkeypatch.setattr(running.children, "_process", start)
    running.add("bridge", "echo x >> up; exec sleep 60")
    running.start()
    running.wait_for(lambda: running.lines("up"))
    assert running.stop() == 0
    assert capsys.readouterr().err == (
        "camstrm: bridge cannot be started (Resource temporarily unavailable); trying again\n" * 3
    )


def test_signs_of_life_are_those_of_the_child_itself(running: Running) -> None:
    """A stopped one is ended, and started again: the real signals, the time is the test's."""
    address = "chr(0) + os.environ['NOTIFY_SOCKET'][1:]"
    say = f"import os, socket as s; s.socket(1, 2).sendto(b'WATCHDOG=1', {address})"
    python = os.path.realpath(f"/proc/{os.getpid()}/exe")
    running.add("grabber", f'echo x >> up; exec {python} -c "{say}; import time; time.sleep(60)"')
    child = running.children._children[0]

    def heard() -> bool:
        running.children._look(0.0)
        return child.heard_s is not None

    running.wait_for(heard)
    assert child.process is not None
    pid = child.process.pid
    os.kill(pid, 19)
    children_module._abort(child.process)
    assert child.process.returncode == -6
