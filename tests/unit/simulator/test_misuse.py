"""Wrong calls by the thousand: none crashes, each gets a GC_ERROR of the standard."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from camstrm.acquisition.gentl.library import GcError
from tests.fakes.gentl.producers import child_environment
from tests.simulator.build import build_simulator
from tests.simulator.scenario import RunnableScenario

KNOWN_CODES = {int(code) for code in GcError}


@pytest.fixture
def play(run: RunnableScenario) -> Callable[..., dict[int, int]]:
    """Make thousands of wrong calls in a child; return GC_ERROR: how often."""

    def run_child(cti: Path, calls: int, **variables: str) -> dict[int, int]:
        command = [sys.executable, "-m", "tests.simulator.misuse", str(cti), str(calls), "1"]
        done = subprocess.run(
            command,
            env=child_environment(**run.variables, **variables),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return {int(code): count for code, count in json.loads(done.stdout).items()}

    return run_child


def test_wrong_calls_never_crash(play: Callable[..., dict[int, int]], camsim: Path) -> None:
    counts = play(camsim, 20_000)
    assert set(counts) <= KNOWN_CODES
    assert len(counts) >= 9, f"the play is too simple: {counts}"


@pytest.mark.slow
def test_wrong_calls_are_clean_under_the_sanitizers(play: Callable[..., dict[int, int]]) -> None:
    preload = [
        subprocess.run(
            ["c++", f"-print-file-name={name}"], capture_output=True, text=True, check=True
        ).stdout.strip()
        for name in ("libasan.so", "libubsan.so")
    ]
    variables = {"LD_PRELOAD": " ".join(preload), "ASAN_OPTIONS": "detect_leaks=0"}
    assert set(play(build_simulator(sanitized=True), 20_000, **variables)) <= KNOWN_CODES
