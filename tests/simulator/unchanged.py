"""Leaves out the simulator's own tests while it is as it was when they last passed.

They test a test double, which changes far less often than what is tested with it. They run
where it, they or the compiler differ from what is recorded in ``build/``, hence in every clean
checkout, and whenever they are named: ``pytest tests/unit/simulator``, ``make soak``.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.simulator.build import NoCompilerError, compiler

__all__ = ["SimulatorUnchanged"]

_SIMULATOR = Path("tests/simulator")
_TESTS = Path("tests/unit/simulator")
_RECORD = Path("build/simulator/tests-passed")
_NARROWING = ("keyword", "deselect", "ignore", "ignore_glob", "lf", "stepwise")
_WIDE_MARKERS = ("", "not slow", "slow or not slow")


def _digest(root: Path) -> str:
    """Hash names and contents of the simulator and its tests, and which compiler is there."""
    try:
        digest = hashlib.sha256(compiler().encode())
    except NoCompilerError:
        digest = hashlib.sha256()
    for folder in (_SIMULATOR, _TESTS):
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                name = path.relative_to(root).as_posix().encode()
                digest.update(b"%d %s %d " % (len(name), name, path.stat().st_size))
                digest.update(path.read_bytes())
    return digest.hexdigest()


class SimulatorUnchanged:
    """A plugin for pytest; in each process of pytest-xdist, of which the first one records."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._digest = _digest(root)
        self._tests = (root / _TESTS).resolve()

    def _unchanged(self, config: pytest.Config) -> bool:
        """Return whether they are left out: recorded as they are, and not asked for by name."""
        if any(path.is_relative_to(self._tests) for path in _paths(config)):
            return False
        record = self._root / _RECORD
        return record.exists() and record.read_text() == self._digest

    def pytest_report_header(self, config: pytest.Config) -> str:
        if not self._unchanged(config):
            return ""
        return f"{_TESTS}: left out, nothing has changed since they passed (name them to run them)"

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        if not self._unchanged(config):
            return
        mine = [item for item in items if item.path.is_relative_to(self._tests)]
        config.hook.pytest_deselected(items=mine)
        items[:] = [item for item in items if not item.path.is_relative_to(self._tests)]

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Record a run that passed and from which no option left out one of the tests."""
        config = session.config
        if hasattr(config, "workerinput") or exitstatus != pytest.ExitCode.OK:
            return
        whole = any(self._tests.is_relative_to(path) for path in _paths(config))
        narrowed = any(config.getoption(option, None) for option in _NARROWING)
        if whole and not narrowed and config.getoption("markexpr") in _WIDE_MARKERS:
            record = self._root / _RECORD
            record.parent.mkdir(parents=True, exist_ok=True)
            record.write_text(self._digest)


def _paths(config: pytest.Config) -> list[Path]:
    """Give the files and folders whose tests are run."""
    folder = config.invocation_params.dir
    return [(folder / argument.split("::")[0]).resolve() for argument in config.args]
