from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from camstrm.cli.signals import PARENT_VARIABLE, end_with_parent, stop_on_signals
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
