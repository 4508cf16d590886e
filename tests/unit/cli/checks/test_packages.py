from __future__ import annotations

import importlib.metadata
import importlib.util
import sys

import pytest

from camstrm.cli.checks.finding import Finding, Level
from camstrm.cli.checks.packages import package_findings


def packages() -> dict[str, Finding]:
    return {finding.subject: finding for finding in package_findings()}


def test_packages_that_are_missing_or_of_the_wrong_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    missing = {"harvesters": False, "aiohttp": True, "PySide6": True, "cv2": True}
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if missing.get(name) else find_spec(name)
    )
    version = importlib.metadata.version
    monkeypatch.setattr(
        importlib.metadata, "version", lambda n: "1.5.0" if n == "harvesters" else version(n)
    )
    found = packages()
    assert found["harvesters"].level is Level.FAIL
    assert found["harvesters"].remedy == f"{sys.executable} -m pip install harvesters==1.4.3"
    assert found["opencv-python-headless"].level is Level.FAIL
    assert found["aiohttp"].level is Level.WARN
    assert not any(subject.startswith("PySide6") for subject in found), "a server needs no viewer"


def test_a_module_of_another_package_is_as_good(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name == "opencv-python-headless":
            raise importlib.metadata.PackageNotFoundError(name)
        return "1.4.3"

    monkeypatch.setattr(importlib.metadata, "version", version)
    finding = packages()["opencv-python-headless"]
    assert (finding.level, finding.text) == (Level.OK, "installed, version unknown")
