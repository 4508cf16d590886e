"""The commands see only the cameras that this test's own processes have open."""

from __future__ import annotations

import pytest

from camstrm.cli.checks import producers
from camstrm.cli.commands import doctor, list_cameras
from tests.fakes.own_marks import see_only_own_marks


@pytest.fixture(autouse=True)
def own_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what other tests and a running demo stream from the same simulator."""
    see_only_own_marks(monkeypatch, doctor, list_cameras, producers)
