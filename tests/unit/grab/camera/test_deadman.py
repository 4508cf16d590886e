from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from camstrm.grab.camera.deadman import GRACE_S
from tests.fakes.manual_loop import LONG_S

HEAD = """
import ctypes, os, signal, sys, time
from camstrm.grab.camera.deadman import Deadman
hold_gil = ctypes.PyDLL(None).usleep  # called with the GIL, as genicam calls a producer
deadman = Deadman(0.05)
"""


def child(script: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", HEAD + script], stdout=subprocess.PIPE)


def test_a_process_that_was_stopped_for_longer_goes_on() -> None:
    process = child(
        "os.kill(os.getpid(), signal.SIGSTOP)\n"
        "deadman.arm()\n"
        "os.kill(os.getpid(), signal.SIGSTOP)\n"  # once more: the mercy is not used up
        "deadman.arm()\n"
        "signal.setitimer(signal.ITIMER_REAL, 0)\n"
    )
    for _ in range(2):
        assert os.WIFSTOPPED(os.waitpid(process.pid, os.WUNTRACED)[1])
        # The alarm goes off in the kernel meanwhile.
        _wait_for_pending_alarm(process.pid)
        process.send_signal(signal.SIGCONT)
    process.communicate(timeout=LONG_S)
    assert process.returncode == 0


def test_a_process_that_hangs_with_the_gil_is_ended() -> None:
    process = child(
        "hold_gil(200_000)\n"
        "print(round(signal.getitimer(signal.ITIMER_REAL)[0]), flush=True)\n"
        # The second alarm, without the wait.
        "signal.setitimer(signal.ITIMER_REAL, 0.05)\n"
        "while True: hold_gil(900_000)\n"
    )
    output, _ = process.communicate(timeout=LONG_S)
    assert int(output) == GRACE_S
    assert process.returncode == -signal.SIGALRM


def test_a_process_that_arms_in_time_goes_on() -> None:
    process = child(
        "for _ in range(20):\n"
        "    time.sleep(0.01)\n"
        "    deadman.arm()\n"
        "signal.setitimer(signal.ITIMER_REAL, 0)\n"
    )
    process.communicate(timeout=LONG_S)
    assert process.returncode == 0


def _wait_for_pending_alarm(pid: int) -> None:
    bit = 1 << (signal.SIGALRM - 1)
    status = Path(f"/proc/{pid}/status")
    while True:
        pending = next(line for line in status.read_text().split("\n") if "ShdPnd" in line)
        if int(pending.split()[1], 16) & bit:
            return
        time.sleep(0.005)
