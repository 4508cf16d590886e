from __future__ import annotations

import subprocess
import sys

import pytest

from camstrm.grab.camera import claim as claim_module
from camstrm.grab.camera.claim import CameraClaim
from tests.fakes.clock import FakeClock
from tests.fakes.gentl.producers import child_environment


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    clock = FakeClock()
    monkeypatch.setattr(claim_module, "time", clock)
    return clock


def test_it_waits_until_the_process_before_has_ended(clock: FakeClock) -> None:
    script = (
        "from camstrm.grab.camera.claim import CameraClaim\n"
        "claim = CameraClaim('/opt/a.cti', ['A', 'B'])\n"
        "print(flush=True)\n"
        "input()\n"
    )
    before = subprocess.Popen(
        [sys.executable, "-c", script],
        env=child_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert before.stdout is not None
    before.stdout.readline()

    def ends(_duration_s: float) -> None:
        if len(clock.slept) == 3:
            before.kill()
            before.communicate()

    clock.on_sleep = ends
    claim = CameraClaim("/opt/a.cti", ["B"])
    assert len(clock.slept) == 3
    claim.release()


def test_other_cameras_and_producers_are_nobody_s_business(clock: FakeClock) -> None:
    claims = [
        CameraClaim("/opt/a.cti", ["A"]),
        CameraClaim("/opt/a.cti", ["B"]),
        CameraClaim("/opt/b.cti", ["A", "\u00e4\ud800"]),
    ]
    assert clock.slept == []
    for claim in claims:
        claim.release()
    CameraClaim("/opt/b.cti", ["B", "A"]).release()
    assert clock.slept == []


def test_a_process_that_hangs_is_waited_for_once(clock: FakeClock) -> None:
    hanging = CameraClaim("/opt/a.cti", ["A", "B"])
    CameraClaim("/opt/a.cti", ["A", "B"]).release()
    assert sum(clock.slept) == pytest.approx(2.0)
    hanging.release()
