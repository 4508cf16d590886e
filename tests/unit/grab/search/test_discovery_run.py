from __future__ import annotations

import os
from pathlib import Path

import pytest

from camstrm.acquisition.discovery.device_info import DeviceInfo
from camstrm.errors import ProducerError
from camstrm.grab.running_clock import RunningClock
from camstrm.grab.search import discovery_run as discovery_run_module
from camstrm.grab.search.discovery_run import DiscoveryRun
from tests.fakes.gentl.producers import SERIALS, child_environment, simulator
from tests.fakes.manual_loop import GuardedLoop

FAILED = "its cameras cannot be listed: the process that loads it "


class Scan:
    """A scan in a real loop, and what it told."""

    def __init__(self, loop: GuardedLoop, cti: str = "x.cti", **options: str) -> None:
        self.loop = loop
        self.devices: tuple[DeviceInfo, ...] | None = None
        self.error: ProducerError | None = None
        self.calls = 0
        self.running = RunningClock(loop)
        self.run = DiscoveryRun(
            loop, self.running, cti, self._done, environment=child_environment(), **options
        )

    def _done(self, cti: str, devices: tuple[DeviceInfo, ...], error: ProducerError | None) -> None:
        self.calls += 1
        self.devices, self.error = devices, error

    def wait(self) -> None:
        self.loop.run(lambda: self.calls)
        self.running.stop()
        assert self.calls == 1


def child(folder: Path, script: str) -> str:
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_the_cameras_of_the_simulator(loop: GuardedLoop) -> None:
    scan = Scan(loop, simulator())
    scan.wait()
    assert scan.devices is not None
    assert tuple(device.serial for device in scan.devices) == SERIALS
    assert scan.error is None


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("exit 1", FAILED + "ended with code 1"),
        ("echo nonsense", FAILED + "gave no answer but 'nonsense'"),
        ("kill -SEGV $$", FAILED + "was ended by SIGSEGV"),
        ('echo \'{"problem": "p", "remedy": "r"}\'; exit 3', "p"),
    ],
)
def test_a_scan_that_fails(loop: GuardedLoop, tmp_path: Path, script: str, problem: str) -> None:
    scan = Scan(loop, python=child(tmp_path, script))
    scan.wait()
    assert scan.devices == ()
    assert scan.error is not None
    assert scan.error.problem == problem


def test_a_long_answer_is_read_whole(loop: GuardedLoop, tmp_path: Path) -> None:
    answer = tmp_path / "answer"
    devices = ", ".join(f'{{"cti": "x", "serial": "{i:0200}"}}' for i in range(1000))
    answer.write_text(f'{{"devices": [{devices}]}}\n')
    scan = Scan(loop, python=child(tmp_path, f"cat '{answer}'"))
    scan.wait()
    assert scan.devices is not None
    assert len(scan.devices) == 1000


def test_a_child_that_talks_for_ever_is_ended(
    loop: GuardedLoop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discovery_run_module, "_MAX_OUTPUT", 10_000)
    scan = Scan(loop, python=child(tmp_path, "exec yes"))
    scan.wait()
    assert scan.error is not None


def test_a_child_that_never_ends_is_ended(
    loop: GuardedLoop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discovery_run_module, "_TIMEOUT_S", 0.05)
    scan = Scan(loop, python=child(tmp_path, "exec sleep 60"))
    scan.wait()
    assert scan.error is not None
    assert scan.error.problem == "listing its cameras did not end within 0.05 s"


def test_a_scan_that_is_cancelled_tells_nothing(loop: GuardedLoop, tmp_path: Path) -> None:
    scan = Scan(loop, python=child(tmp_path, "exec sleep 60"))
    scan.run.cancel()
    scan.run.cancel()
    fired: list[int] = []
    loop.call_later(0, lambda: fired.append(1))
    loop.run(lambda: fired)
    assert scan.calls == 0


def test_a_child_that_closes_its_output_and_lives_on_is_ended(
    loop: GuardedLoop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discovery_run_module, "_EXIT_S", 0.02)
    scan = Scan(loop, python=child(tmp_path, "exec >&-; exec sleep 60"))
    scan.wait()
    assert scan.error is not None
    assert scan.error.problem.endswith("was ended by SIGKILL")


def test_a_child_that_cannot_be_ended_holds_up_nobody(
    loop: GuardedLoop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It hangs in the kernel: the loop turns, and the scan fails."""
    monkeypatch.setattr(discovery_run_module, "_EXIT_S", 0.02)
    scan = Scan(loop, python=child(tmp_path, "exec >&-; exec sleep 60"))
    end = scan.run._process.kill
    monkeypatch.setattr(scan.run._process, "kill", lambda: None)
    waits: list[float] = []
    monkeypatch.setattr(scan.run._process, "wait", waits.append)
    scan.wait()
    assert scan.error is not None
    assert scan.error.problem == "the process that lists its cameras cannot be ended"
    assert waits == []
    monkeypatch.undo()
    end()
    scan.run._process.wait(30)


def test_a_pause_of_this_process_does_not_count(loop: GuardedLoop, tmp_path: Path) -> None:
    go_on = tmp_path / "go on"
    os.mkfifo(go_on)
    answer = f"read _ < '{go_on}'; echo '{{\"devices\": []}}'"
    scan = Scan(loop, python=child(tmp_path, answer))
    loop.stop_for(3600.0)
    for _ in range(3):
        loop.run(lambda: True)  # what is due comes
    descriptor = os.open(go_on, os.O_RDWR)
    os.write(descriptor, b"\n")
    scan.wait()
    os.close(descriptor)
    assert (scan.devices, scan.error) == ((), None)


def test_an_interpreter_that_is_not_there(loop: GuardedLoop) -> None:
    with pytest.raises(FileNotFoundError):
        Scan(loop, python="/no/python")
