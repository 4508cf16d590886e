from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys

import pytest

from camstrm.cli import signals
from camstrm.cli.signals import (
    PARENT_VARIABLE,
    end_with_parent,
    hangup_waits,
    reload_on_hangup,
    stop_on_signals,
)
from tests.fakes.gentl.producers import child_environment


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_asks_to_stop(number: signal.Signals) -> None:
    stops: list[int] = []
    with stop_on_signals(lambda: stops.append(1)):
        os.kill(os.getpid(), number)
        assert stops == [1]


def test_a_second_ctrl_c_ends_at_once() -> None:
    with stop_on_signals(lambda: None):
        assert signal.getsignal(signal.SIGINT) is not signal.SIG_DFL
        os.kill(os.getpid(), signal.SIGTERM)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL


def test_the_handlers_before_are_restored_whatever_happens() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

    def fail() -> None:
        with stop_on_signals(lambda: None):
            os.kill(os.getpid(), signal.SIGINT)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_without_a_supervisor_nobody_s_end_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PARENT_VARIABLE, raising=False)
    end_with_parent()


CHILD = """
import signal
from camstrm.cli.signals import end_with_parent
end_with_parent()
print("ready", flush=True)
signal.pause()
"""

PARENT = f"""
import os, signal, subprocess, sys
child = subprocess.Popen(
    [sys.executable, "-c", {CHILD!r}],
    env={{**os.environ, {PARENT_VARIABLE!r}: str(os.getpid())}},
)
print(child.pid, flush=True)
signal.pause()
"""


def test_a_child_ends_when_its_supervisor_is_killed() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], env=child_environment(), stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    with parent.stdout as output:
        lines = {output.readline().strip(), output.readline().strip()}
        assert b"ready" in lines
        parent.kill()
        parent.wait(30)
        # The child holds the other end of the pipe until it ends.
        assert output.read() == b""


def test_a_child_whose_supervisor_is_gone_already_does_not_start() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        env=child_environment(**{PARENT_VARIABLE: "1"}),
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, b"")


def test_a_hangup_is_a_wish_to_reload() -> None:
    wishes: list[str] = []
    before = signal.getsignal(signal.SIGHUP)
    with reload_on_hangup(lambda: wishes.append("reload"), lambda: wishes.append("stop")):
        os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGHUP)
    assert wishes == ["reload", "reload"]
    assert signal.getsignal(signal.SIGHUP) is before


@pytest.mark.parametrize(("ignored", "wish"), [(False, "stop"), (True, "reload")])
def test_a_closed_terminal_ends_what_nohup_has_not_detached(
    monkeypatch: pytest.MonkeyPatch, ignored: bool, wish: str
) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN if ignored else signal.SIG_DFL)
    terminals = [True, False]
    monkeypatch.setattr(signals, "_has_terminal", lambda: terminals.pop(0) if terminals else False)
    wishes: list[str] = []
    try:
        with reload_on_hangup(lambda: wishes.append("reload"), lambda: wishes.append("stop")):
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
    assert wishes == [wish]


@pytest.mark.parametrize(("number", "there"), [(errno.ENXIO, False), (errno.EMFILE, True)])
def test_without_a_free_descriptor_the_terminal_is_not_gone(
    monkeypatch: pytest.MonkeyPatch, number: int, there: bool
) -> None:
    def fail(*_: object) -> int:
        raise OSError(number, "")

    monkeypatch.setattr(os, "open", fail)
    assert signals._has_terminal() == there


HANGUP_CHILD = """
import os, sys
from camstrm.cli.signals import reload_on_hangup
sys.stdin.read()  # until the parent has sent the signal
wishes = []
with reload_on_hangup(lambda: wishes.append("reload"), lambda: wishes.append("stop")):
    print(wishes)
"""


def test_a_hangup_during_the_start_is_kept_for_the_handler() -> None:
    with hangup_waits():
        child = subprocess.Popen(
            [sys.executable, "-c", HANGUP_CHILD],
            env=child_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
    child.send_signal(signal.SIGHUP)
    assert child.communicate(timeout=30)[0] == b"['reload']\n"
