from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

CONFTEST = """
from pathlib import Path
from tests.simulator.unchanged import SimulatorUnchanged

def pytest_configure(config):
    config.pluginmanager.register(SimulatorUnchanged(Path(__file__).parent))
"""
PASSES = "def test_it(): pass\n\ndef test_more(): pass\n"
FAILS = "def test_it(): assert 0\n"


class Project:
    """A project with a simulator, two files of tests for it and one other test."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("conftest.py", CONFTEST)
        self.write("pytest.ini", "[pytest]\naddopts = --import-mode=importlib\n")
        self.write("tests/simulator/camera.cpp", "int camera;")
        self.write("tests/unit/simulator/test_camera.py", PASSES)
        self.write("tests/unit/simulator/test_clock.py", PASSES)
        self.write("tests/unit/test_other.py", PASSES)

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run(self, *arguments: str) -> set[str]:
        """Run pytest and return the files whose tests ran."""
        command = [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", *arguments]
        output = subprocess.run(
            command,
            cwd=self.root,
            env=os.environ | {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        ).stdout
        names = ("test_camera", "test_clock", "test_other")
        results = [line for line in output.splitlines() if "PASSED" in line or "FAILED" in line]
        return {name for name in names if any(name in line for line in results)}


ALL = {"test_camera", "test_clock", "test_other"}
OTHERS = {"test_other"}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_they_run_in_a_clean_checkout_and_then_only_when_named(project: Project) -> None:
    assert project.run() == ALL
    os.utime(project.root / "tests/simulator/camera.cpp", (0, 0))
    assert project.run() == OTHERS
    assert project.run("tests/unit/simulator/test_camera.py") == {"test_camera"}


def test_they_run_in_several_processes_and_then_not_again(project: Project) -> None:
    processes = ("-p", "xdist", "-n", "2")
    assert project.run(*processes) == ALL
    assert project.run(*processes) == OTHERS


def test_they_run_when_they_or_the_simulator_or_the_compiler_changed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.run()
    project.write("tests/simulator/camera.cpp", "int other;")
    assert project.run() == ALL
    project.write("tests/simulator/new/clock.h", "")
    assert project.run() == ALL
    project.write("tests/unit/simulator/test_clock.py", PASSES + "\n")
    assert project.run() == ALL
    monkeypatch.setenv("CXX", sys.executable)
    assert project.run() == ALL
    assert project.run() == OTHERS


def test_they_run_until_all_of_them_have_passed(project: Project) -> None:
    project.write("tests/unit/simulator/test_clock.py", FAILS)
    project.run()
    project.write("tests/unit/simulator/test_clock.py", PASSES)
    project.run("tests/unit/simulator/test_camera.py")
    project.run("-k", "test_it")
    project.run("--deselect", "tests/unit/simulator/test_camera.py::test_it")
    assert project.run() == ALL
