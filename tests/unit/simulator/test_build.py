from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.simulator.build import SimulatorBuildError, build_simulator


def test_build_is_kept_and_says_what_is_missing(
    camsim: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = camsim.stat().st_mtime_ns
    assert build_simulator() == camsim
    assert camsim.stat().st_mtime_ns == before
    monkeypatch.setenv("CXX", "")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(SimulatorBuildError, match=r"no C\+\+ compiler"):
        build_simulator(tmp_path)


def test_failing_compiler_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiler = tmp_path / "c++"
    compiler.write_text("#!/bin/sh\necho this is no good\nexit 1\n")
    compiler.chmod(0o755)
    monkeypatch.setenv("CXX", str(compiler))
    with pytest.raises(SimulatorBuildError, match="this is no good"):
        build_simulator(tmp_path / "out")
    assert list((tmp_path / "out").rglob("*.cti")) == []
