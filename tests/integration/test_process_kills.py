"""kill -9 of camera processes at random moments while all cameras stream."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from camstrm.wire import CameraState, CameraStatus, Status
from tests.fakes.simulated_cameras import picture_after, simulated_system, status_of
from tests.simulator.scenario import CameraSpec, RunnableScenario, Scenario

FPS = 100.0
SERIALS = ("ONE", "TWO", "THREE")
SCENARIO = Scenario(tuple(CameraSpec(serial, frame_rate=FPS) for serial in SERIALS))
SEED = 20240607

PROCESS = "restart_delay_s = 0.05\nrestart_delay_max_s = 0.05\n"
"""A process that ends again and again would wait longer and longer for its next start."""

LONGEST_PAUSE_S = 0.3


def owner(run: RunnableScenario, serial: str) -> int:
    with run.control(serial) as control:
        return control["owner_pid"]


async def kill_many(folder: Path, count: int) -> None:
    """Kill so many processes, each as soon as all cameras stream; nobody else loses a frame."""
    # Not for secrets: the same moments and victims each time.
    chance = random.Random(SEED)
    system, run = simulated_system(folder, SCENARIO, process=PROCESS)
    killed: Counter[int] = Counter()
    times_s: list[float] = []
    with system:
        async with system.viewer() as viewer:
            await viewer.pictures({0, 1, 2})
            for _ in range(count):
                await asyncio.sleep(chance.uniform(0.0, LONGEST_PAUSE_S))
                victim = chance.randrange(len(SERIALS))
                pid = owner(run, SERIALS[victim])
                os.kill(pid, signal.SIGKILL)
                begin_us, begin_s = time.time_ns() // 1000, time.monotonic()
                killed[victim] += 1
                await viewer.until(picture_after(victim, begin_us))
                times_s.append(time.monotonic() - begin_s)
                assert owner(run, SERIALS[victim]) != pid
            status: Status = await viewer.until(
                status_of(
                    len(SERIALS),
                    lambda s: all(
                        c.state == CameraState.STREAMING and c.restarts == killed[c.index]
                        for c in s.cameras
                    ),
                )
            )
            assert system.grabber is not None
            assert len(system.grabber.children()) == len(SERIALS)
    print(
        f"{count} processes killed, back after {sum(times_s) / count:.2f} s "
        f"(at most {max(times_s):.2f} s)"
    )
    for serial, camera in zip(SERIALS, status.cameras, strict=True):
        check_no_frame_lost(run, serial, camera)


def check_no_frame_lost(run: RunnableScenario, serial: str, camera: CameraStatus) -> None:
    """Only frames that were with a process when it died are missing."""
    with run.control(serial) as control:
        counters = control.counters()
    print(
        f"{serial}: killed {camera.restarts} times, {counters['produced']} frames produced, "
        f"{counters['delivered']} delivered, skipped by the sensor {counters['behind']}"
    )
    assert (camera.incomplete, camera.underrun, camera.rejected) == (0, 0, 0), serial
    assert camera.gaps <= counters["behind"], serial
    assert (counters["underrun"], counters["lost"], counters["dropped"]) == (0, 0, 0), serial
    assert counters["opens"] == camera.restarts + 1, serial
    assert 0 <= counters["produced"] - counters["delivered"] <= camera.restarts, serial
    assert camera.delivered <= counters["delivered"], serial


async def test_killed_processes_are_back_and_nobody_else_loses_a_frame(tmp_path: Path) -> None:
    await kill_many(tmp_path, 3)


@pytest.mark.slow
async def test_two_hundred_killed_processes(tmp_path: Path) -> None:
    await kill_many(tmp_path, 200)
