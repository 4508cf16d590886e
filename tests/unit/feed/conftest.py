"""The bridge's end of the feed runs in the loop that serves the viewers: nothing may block it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.bridge.feed_hub import FakeHub
from tests.no_blocking import loop_is_never_blocked

__all__ = ["loop_is_never_blocked"]


@pytest.fixture
def hub() -> FakeHub:
    return FakeHub()


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "b.sock")
