from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator

import pytest

from camstrm.grab.camera.last_step import LastStep, StepDeaths, StepWriter


@pytest.fixture
def last() -> Generator[LastStep, None, None]:
    last = LastStep()
    yield last
    last.close()
    last.close()


def test_a_step_outlives_the_process_that_dies_in_it(last: LastStep) -> None:
    code = (
        "import os, signal, sys\n"
        "from camstrm.grab.camera.last_step import StepWriter\n"
        "writer = StepWriter(sys.argv[1])\n"
        "writer.note('A a longer step than the next')\n"
        "writer.note('')\n"
        "writer.note('A\\nExposureTime')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, last.path], check=False)
    assert done.returncode < 0
    assert last.take() == "A\nExposureTime"
    assert last.take() == "", "it is reported once"


def test_a_step_that_is_over_is_none(last: LastStep) -> None:
    writer = StepWriter(last.path)
    writer.note("A\nGain")
    writer.note("x" * 5000)
    assert len(last.take()) == 256
    writer.note("A\nGain")
    writer.note("")
    writer.close()
    writer.close()
    assert last.take() == ""


@pytest.mark.parametrize("path", ["", "/no/such/file", "/proc/self/fd/9999"])
def test_without_a_file_nothing_is_noted(path: str) -> None:
    writer = StepWriter(path)
    writer.note("A\nGain")
    writer.close()


def test_a_feature_is_left_out_after_its_second_death() -> None:
    deaths = StepDeaths()
    assert deaths.count("") is None
    assert deaths.count("A\nGain") is None
    assert deaths.count("B\nGain") is None
    assert deaths.left_out() == {}
    assert deaths.count("A\nGain") == ("A", "Gain")
    assert deaths.count("A\nGain") is None, "it is reported once"
    assert deaths.count("A\nBlackLevel") is None
    assert deaths.count("A\nBlackLevel") == ("A", "BlackLevel")
    assert deaths.left_out() == {"A": ("BlackLevel", "Gain")}
