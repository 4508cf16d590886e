"""A control thread with its camera open, ended after the test."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.fakes.gentl.control_desk import LONG_S, Desk


@pytest.fixture
def desk() -> Generator[Desk, None, None]:
    desk = Desk()
    yield desk
    desk.go_on.set()
    desk.control.end()
    assert desk.control.join(LONG_S)
