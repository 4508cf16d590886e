"""A camera that is unplugged and plugged in again, many times, between two healthy ones."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from camstrm.wire import CameraState, FrameBundle, Status
from tests.fakes.running_system import RunningSystem, Viewer
from tests.fakes.simulated_cameras import (
    check_undisturbed,
    picture_after,
    simulated_system,
    status_of,
)
from tests.simulator.control import CameraControl
from tests.simulator.scenario import CameraSpec, InterfaceSpec, Scenario

FPS = 100.0
PLUGGED = "PLUGGED"
SERIALS = ("GOOD1", PLUGGED, "GOOD2")
HEALTHY = {"GOOD1": 0, "GOOD2": 2}
SCENARIO = Scenario(
    tuple(CameraSpec(serial, frame_rate=FPS) for serial in SERIALS),
    (InterfaceSpec("usb-a"), InterfaceSpec("usb-b")),
)
DOWN = (CameraState.STALLED, CameraState.LOST, CameraState.BACKING_OFF, CameraState.OPENING)

PROCESS = "stall_timeout_s = 0.5\n"
"""Not the 2 s of the factory: only the test's length depends on it."""

WARM_UP = 10
GROWTH = 0.01


@dataclass(frozen=True)
class Cycle:
    """How the camera goes (loud or silent) and where it comes back."""

    loud: bool = False
    interface_number: int | None = None
    port_number: int | None = None


CYCLES = (
    Cycle(),
    Cycle(loud=True),
    Cycle(loud=True, interface_number=2),
    Cycle(port_number=3),
    Cycle(interface_number=1, port_number=1),
)


def with_state(wanted: Callable[[CameraState], bool]) -> Callable[[object], bool]:
    return lambda m: (
        isinstance(m, FrameBundle) and len(m.frames) == 3 and wanted(CameraState(m.frames[1].state))
    )


async def unplug_and_replug(viewer: Viewer, control: CameraControl, cycle: Cycle) -> float:
    """Return the seconds from the replugging to a new picture."""
    control.unplug(loud=cycle.loud)
    await viewer.until(with_state(lambda state: state in DOWN))
    control.replug(interface_number=cycle.interface_number, port_number=cycle.port_number)
    begin_us, begin_s = time.time_ns() // 1000, time.monotonic()
    await viewer.until(picture_after(1, begin_us))
    return time.monotonic() - begin_s


def resident_bytes(pid: int) -> int:
    """Return the memory that is the process's own; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon:"))


def memory(system: RunningSystem) -> dict[int, int]:
    """Return the memory of the grabber and of each camera process, by process id."""
    assert system.grabber is not None
    pids = [system.grabber.process.pid, *system.grabber.children()]
    return {pid: resident_bytes(pid) for pid in pids}


async def run_cycles(folder: Path, warm_up: int, count: int) -> list[str]:
    """Return what grew too much, after ``count`` cycles; all of them must recover."""
    system, run = simulated_system(folder, SCENARIO, process=PROCESS, tables={PLUGGED: ""})
    times_s: list[float] = []
    with system:
        async with system.viewer() as viewer:
            await viewer.pictures({0, 1, 2})
            with run.control(PLUGGED) as control:
                before = memory(system)
                for number, cycle in zip(range(warm_up + count), itertools.cycle(CYCLES)):
                    if number == warm_up:
                        before = memory(system)
                    times_s.append(await unplug_and_replug(viewer, control, cycle))
            after = memory(system)
            status: Status = await viewer.until(
                status_of(3, lambda s: s.cameras[1].state == CameraState.STREAMING)
            )
    print(f"recovered {len(times_s)} of {warm_up + count}, slowest {max(times_s):.2f} s")
    check_undisturbed(run, status, HEALTHY)
    return grown(before, after)


def grown(before: dict[int, int], after: dict[int, int]) -> list[str]:
    """Return a line for each process, the grabber's own first, that grew by more than GROWTH."""
    lines = []
    for pid, old in before.items():
        line = f"process {pid}: {old / 1e6:.2f} MB, then {after.get(pid, 0) / 1e6:.2f} MB"
        print(line)
        if after.get(pid, 0) > old * (1 + GROWTH):
            lines.append(line)
    return lines


async def test_a_camera_is_found_again_after_each_unplugging(tmp_path: Path) -> None:
    await run_cycles(tmp_path, 0, 3)


@pytest.mark.slow
async def test_a_hundred_unpluggings_cost_no_memory(tmp_path: Path) -> None:
    assert not await run_cycles(tmp_path, WARM_UP, 100)
