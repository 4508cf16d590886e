"""A supervisor of stand-ins, stopped at the end."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from camstrm.grab.running_clock import RunningClock
from tests.fakes.grabber.supervisor_rig import Rig
from tests.fakes.manual_loop import GuardedLoop


@pytest.fixture
def rig(loop: GuardedLoop, running: RunningClock, stand_in: str) -> Generator[Rig, None, None]:
    rig = Rig(loop, running, stand_in)
    yield rig
    if rig.supervisor is not None:
        rig.stop(0.2)
