"""A camera of the simulator, open in pytest's own process, and a worker whose camera is scripted.

See tests/fakes/gentl/producers.py and tests/fakes/grabber/scripted_camera.py.
"""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from camstrm.acquisition.camera import Camera
from camstrm.acquisition.gentl.producer import GentlProducer
from camstrm.acquisition.worker import diagnosis
from tests.fakes.gentl.producers import forwarding_producer, simulator
from tests.fakes.grabber.scripted_camera import MakeScene, Opening, Scene
from tests.fakes.own_marks import see_only_own_marks


@pytest.fixture(autouse=True)
def own_marks() -> Generator[None, None, None]:
    """Leave out what other tests and a running demo stream from the same simulator."""
    # Not the test's own monkeypatch: that is undone before the producer is closed.
    with pytest.MonkeyPatch.context() as patch:
        see_only_own_marks(patch, diagnosis)
        yield


@pytest.fixture(scope="session")
def forwarding(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Path of the producer that makes faults."""
    return forwarding_producer(tmp_path_factory)


@pytest.fixture
def producer(caplog: pytest.LogCaptureFixture) -> Generator[GentlProducer, None, None]:
    """The simulator's producer, open."""
    producer = GentlProducer(simulator())
    producer.open()
    yield producer
    caplog.clear()
    producer.close()
    # Whatever keeps it open here would be refused to all later tests of the process.
    assert "closing failed" not in caplog.text


@pytest.fixture
def pool() -> Generator[ThreadPoolExecutor, None, None]:
    """One thread to open cameras in: in the main thread Harvesters would take SIGINT."""
    with ThreadPoolExecutor(1, thread_name_prefix="camera") as pool:
        yield pool


@pytest.fixture
def camera(producer: GentlProducer, pool: ThreadPoolExecutor) -> Generator[Camera, None, None]:
    """The simulator's camera "1", open and stopped."""
    camera = Camera(producer, "1", name="left")
    pool.submit(camera.open).result()
    yield camera
    camera.close(answers=True)


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> MakeScene:
    """Make a worker on scripted openings of a camera."""

    def make(*openings: Opening, **settings: Any) -> Scene:
        return Scene(monkeypatch, *openings, **settings)

    return make
