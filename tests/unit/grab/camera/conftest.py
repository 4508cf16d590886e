"""A channel with its clock; a camera in memory that answers calls."""

from __future__ import annotations

import pytest

from camstrm.grab.camera import channel as camera_channel_module
from tests.fakes.clock import FakeClock
from tests.fakes.grabber.asked_camera import Asked
from tests.fakes.grabber.channel_rig import Rig


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    clock = FakeClock()
    monkeypatch.setattr(camera_channel_module, "time", clock)
    return clock


@pytest.fixture
def rig(clock: FakeClock) -> Rig:
    return Rig()


@pytest.fixture
def asked() -> Asked:
    return Asked()
