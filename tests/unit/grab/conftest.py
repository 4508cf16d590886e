"""A running loop's guard, bundle loops, stand-ins of camera processes, the producer with faults."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from camstrm.grab.running_clock import RunningClock
from tests.fakes.gentl.producers import forwarding_producer
from tests.fakes.grabber.bundle_loop_rig import Rig
from tests.fakes.grabber.camera_process import stand_in_python
from tests.fakes.grabber.grab_links import FakeLink
from tests.fakes.manual_loop import GuardedLoop


@pytest.fixture
def loop() -> Generator[GuardedLoop, None, None]:
    loop = GuardedLoop()
    yield loop
    loop.finish()


@pytest.fixture
def running(loop: GuardedLoop) -> Generator[RunningClock, None, None]:
    """The loop's clock that stands still while the process does."""
    running = RunningClock(loop)
    yield running
    running.stop()


@pytest.fixture
def stand_in(tmp_path: Path) -> str:
    """Path of an interpreter that starts the stand-in for the camera process."""
    return stand_in_python(tmp_path)


@pytest.fixture(scope="session")
def forwarding(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Path of the producer that makes faults."""
    return forwarding_producer(tmp_path_factory)


@pytest.fixture
def one() -> Rig:
    """A bundle loop of one camera."""
    return Rig(FakeLink(0))


@pytest.fixture
def two() -> Rig:
    """A bundle loop of two cameras, each with a process of its own."""
    return Rig(FakeLink(0), FakeLink(1))
