"""The real commands on a scenario of the simulator producer, and what healthy cameras show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from camstrm.wire import CameraState, FrameBundle, Status
from tests.fakes.running_system import RunningSystem
from tests.simulator.build import build_simulator
from tests.simulator.scenario import RunnableScenario, Scenario

__all__ = ["check_undisturbed", "picture_after", "simulated_system", "status_of"]

BUFFERS = 200
"""Seconds of frames: a busy machine does not count as a fault of another camera."""


def simulated_system(
    folder: Path,
    scenario: Scenario,
    *,
    process: str = "",
    producer: str = "",
    tables: Mapping[str, str] | None = None,
    cti: str = "",
) -> tuple[RunningSystem, RunnableScenario]:
    """Prepare a system with all cameras of a scenario, named after their serial numbers.

    ``process``: lines of [process]; ``producer``: of [[producer]]; ``tables``: of a
    camera's [[camera]], by serial number, in place of the many buffers.
    """
    run = scenario.write(folder)
    cameras = "".join(
        f'[[camera]]\nserial = "{camera.serial}"\n'
        + (tables or {}).get(camera.serial, f"num_buffers = {BUFFERS}\n")
        for camera in scenario.cameras
    )
    system = RunningSystem(
        folder,
        # The producer's table is the last one before the cameras'.
        producer + cameras,
        stream=f"[process]\n{process}",
        cti=cti or str(build_simulator()),
        environment=run.variables,
    )
    return system, run


def status_of(count: int, holds: Callable[[Status], bool] = lambda _: True) -> Callable[..., bool]:
    """Return a test for a status message with so many cameras."""
    return lambda m: isinstance(m, Status) and len(m.cameras) == count and holds(m)


def picture_after(index: int, time_us: int) -> Callable[..., bool]:
    """Return a test for a bundle with a picture of a camera that was taken after a time."""
    return lambda m: (
        isinstance(m, FrameBundle)
        and len(m.frames) > index
        and len(m.frames[index].payload) > 0
        and m.frames[index].capture_time_us > time_us
    )


def check_undisturbed(run: RunnableScenario, status: Status, cameras: Mapping[str, int]) -> None:
    """Check that cameras (serial number: index) were opened once and lost no frame."""
    for serial, index in cameras.items():
        camera = status.cameras[index]
        with run.control(serial) as control:
            counters = control.counters()
        assert camera.state == CameraState.STREAMING, serial
        assert (camera.incomplete, camera.underrun, camera.rejected) == (0, 0, 0), serial
        # What the simulated sensor itself skipped, because the machine stood still.
        assert camera.gaps <= counters["behind"], serial
        assert (camera.reconnects, camera.restarts) == (0, 0), serial
        assert (counters["opens"], counters["starts"], counters["underrun"]) == (1, 1, 0), serial
        assert counters["lost"] == counters["dropped"] == 0, serial
        # Those that are on their way, and those that came since the status was made.
        assert camera.delivered <= counters["delivered"] <= counters["produced"], serial
