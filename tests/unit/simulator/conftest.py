"""The simulator, built once, and scenarios for it in pytest's own process."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from tests.simulator.build import SimulatorBuildError, build_simulator
from tests.simulator.control import CameraControl
from tests.simulator.raw_gentl import OpenCamera, RawGentl
from tests.simulator.scenario import CameraSpec, RunnableScenario, Scenario


@pytest.fixture(scope="session")
def camsim() -> Path:
    """Path of the simulator; built once for all test runs."""
    try:
        return build_simulator()
    except SimulatorBuildError as error:
        if "no C++ compiler" in str(error):
            pytest.skip(str(error))
        raise


@pytest.fixture
def write_scenario(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Scenario], RunnableScenario]:
    """Write a scenario and make it that of this process and its children."""

    def write(scenario: Scenario) -> RunnableScenario:
        run = scenario.write(tmp_path)
        for name, value in run.variables.items():
            monkeypatch.setenv(name, value)
        return run

    return write


@pytest.fixture
def run(
    request: pytest.FixtureRequest, write_scenario: Callable[[Scenario], RunnableScenario]
) -> RunnableScenario:
    """The scenario of ``@pytest.mark.parametrize("run", ..., indirect=True)``, or one camera."""
    cameras = getattr(request, "param", None) or (CameraSpec("A1", frame_rate=500.0),)
    return write_scenario(Scenario(tuple(cameras)))


@pytest.fixture
def gentl(camsim: Path, run: RunnableScenario) -> Generator[RawGentl, None, None]:
    """The simulator's C functions, initialised with the scenario ``run``."""
    with RawGentl(camsim) as gentl:
        yield gentl


@pytest.fixture
def camera(gentl: RawGentl) -> Generator[OpenCamera, None, None]:
    """The camera "A1" of the scenario, open."""
    with OpenCamera(gentl, gentl.open_interfaces(), "A1") as camera:
        yield camera


@pytest.fixture
def control(run: RunnableScenario) -> Generator[CameraControl, None, None]:
    """The knobs and counters of the camera "A1"."""
    with run.control("A1") as control:
        yield control


@pytest.fixture
def streaming(camera: OpenCamera) -> OpenCamera:
    """The camera "A1", after its first frame."""
    camera.start(buffers=64)
    camera.next_frame()
    return camera
