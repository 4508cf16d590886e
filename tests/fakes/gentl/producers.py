"""The GenTL producers of the tests: the simulator of the genicam wheel, and one with faults.

Loading a producer leaves its library in the process, and two Harvesters on one .cti in
one process see no device. So tests in pytest's own process hold one producer at a time,
only the simulator, and close it again (open and close take 10 ms); everything with
faults runs in a child (:mod:`tests.fakes.gentl.scenes_in_child`) or in a camera process.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FORWARDING_SOURCE = Path(__file__).with_name("forwarding_producer.c")

SERIALS = ("0", "1", "2")
"""Serial numbers of the simulator's devices."""


def simulator() -> str:
    """Return the path of viky.cti, without importing genicam."""
    package = importlib.util.find_spec("genicam")
    assert package is not None
    assert package.origin is not None
    return str(Path(package.origin).with_name("viky.cti"))


def compile_library(source: Path, target: Path) -> str:
    """Compile one C file to a shared library; return its path."""
    if shutil.which("cc") is None:
        pytest.skip("no C compiler")
    command = ["cc", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror"]
    done = subprocess.run(
        [*command, "-o", str(target), str(source), "-ldl"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return str(target)


def forwarding_producer(factory: pytest.TempPathFactory, name: str = "forwarding.cti") -> str:
    """Compile the forwarding producer once in a test run; ``name`` decides the profile."""
    folder = factory.getbasetemp() / "forwarding"
    folder.mkdir(exist_ok=True)
    target = folder / name
    return str(target) if target.exists() else compile_library(FORWARDING_SOURCE, target)


def fault_variables(faults: str, *, once: Path | None = None) -> dict[str, str]:
    """Return the variables that make the forwarding producer show ``faults``."""
    variables = {"CAMSTRM_FORWARD_TO": simulator(), "CAMSTRM_FORWARD_FAULTS": faults}
    if once is not None:
        variables["CAMSTRM_FORWARD_ONCE"] = str(once)
    return variables


def child_environment(**variables: str) -> dict[str, str]:
    """Return this process's environment, with the project on the path of a child."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    return {**os.environ, "PYTHONPATH": path, **variables}
