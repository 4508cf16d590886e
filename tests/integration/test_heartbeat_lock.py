"""GigE cameras stay locked after their user's death until the heartbeat time is over.

Attempts to open a locked camera may keep it locked (the knob ``retry_lock_ms``; observed
with a GigE Vision producer), so a grabber must wait, but not longer than needed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from camstrm.wire import CameraState
from tests.fakes.running_system import DEADLINE_S, RunningSystem, Viewer
from tests.fakes.simulated_cameras import picture_after, simulated_system, status_of
from tests.simulator.control import CameraControl
from tests.simulator.scenario import CameraSpec, Scenario

FPS = 100.0
LOCKED = "LOCKED"


@dataclass(frozen=True)
class Lock:
    """``heartbeat_s``: of the camera once it is set up, 0 for a bus that has none.

    ``features``: the user's. ``retry_lock_ms``: see the knob.
    """

    name: str
    bus: str
    heartbeat_s: float
    profile: str = "generic"
    retry_lock_ms: int = 0
    features: str = ""
    slow: bool = False


LOCKS = (
    Lock("GigE", "GEV", 3.0),
    Lock("GigE, attempts keep it locked", "GEV", 3.0, retry_lock_ms=3200),
    Lock("GigE, heartbeat of the profile", "GEV", 5.0, "hikrobot-gev", slow=True),
    Lock("the same, attempts keep it locked", "GEV", 5.0, "hikrobot-gev", 5000, slow=True),
    Lock(
        "GigE, a longer heartbeat of the user's, attempts keep it locked",
        "GEV",
        7.0,
        retry_lock_ms=7000,
        features="GevHeartbeatTimeout = 7000",
        slow=True,
    ),
    Lock("USB", "U3V", 0.0),
)

FACTORY_MS = 9000
"""Longer than what any camera is set to."""

MOST_REFUSED = 2


@contextlib.asynccontextmanager
async def streaming(
    folder: Path, lock: Lock
) -> AsyncIterator[tuple[RunningSystem, Viewer, CameraControl]]:
    """Run a system whose one camera streams to a viewer, and locks itself from now on."""
    camera = CameraSpec(
        LOCKED,
        vendor="Hikrobot",
        flavour="hikrobot",
        bus=lock.bus,
        frame_rate=FPS,
        heartbeat_ms=FACTORY_MS,
    )
    producer = f'profile = "{lock.profile}"\n'
    tables = {LOCKED: f"features = {{ {lock.features} }}\n"}
    system, run = simulated_system(folder, Scenario((camera,)), producer=producer, tables=tables)
    with system:
        async with system.viewer() as viewer:
            await viewer.pictures({0})
            with run.control(LOCKED) as control:
                control.set(retry_lock_ms=lock.retry_lock_ms)
                yield system, viewer, control


@contextlib.asynccontextmanager
async def held_until_refused(control: CameraControl, lock: Lock) -> AsyncIterator[None]:
    """Keep a camera with a heartbeat locked until somebody was refused, however late that is.

    On a busy machine the lock may be over before a new process has started.
    """
    if not lock.heartbeat_s:
        yield
        return
    refused = control["refused_opens"]
    control.set(busy=1)
    try:
        yield
        came = await asyncio.to_thread(
            control.wait_until, lambda c: c["refused_opens"] > refused, DEADLINE_S
        )
        assert came, "nobody tried to open the camera"
    finally:
        control.set(busy=0)


async def streams_again(
    viewer: Viewer,
    control: CameraControl,
    lock: Lock,
    begin_us: int,
    what: str,
    wanted_refused: tuple[int, int],
) -> None:
    await viewer.until(picture_after(0, begin_us))
    seconds = (time.time_ns() // 1000 - begin_us) / 1e6
    refused = control["refused_opens"]
    print(f"{lock.name}, {what}: back after {seconds:.2f} s, {refused} attempts refused")
    if lock.heartbeat_s:
        assert control["heartbeat_ms"] == 1000 * lock.heartbeat_s
    # More would be an attempt a second and keep some cameras locked for ever. The successor of
    # a camera process knows how long the lock takes, a new grabber does not.
    least, most = wanted_refused
    assert least <= refused <= most


@pytest.mark.parametrize(
    "lock",
    [pytest.param(k, id=k.name, marks=[pytest.mark.slow] if k.slow else []) for k in LOCKS],
)
async def test_a_killed_camera_process_gets_its_camera_back(tmp_path: Path, lock: Lock) -> None:
    async with streaming(tmp_path, lock) as (_, viewer, control):
        pid = control["owner_pid"]
        os.kill(pid, signal.SIGKILL)
        begin_us = time.time_ns() // 1000
        await streams_again(viewer, control, lock, begin_us, "camera process", (0, 0))
        assert control["owner_pid"] != pid
        # The grabber's own status comes each second; before the first one the bridge knows the
        # state from the pictures and no counter.
        status = await viewer.until(
            status_of(
                1,
                lambda s: (
                    s.cameras[0].state == CameraState.STREAMING and s.cameras[0].delivered > 0
                ),
            )
        )
        assert status.cameras[0].restarts == 1


@pytest.mark.parametrize(
    "lock",
    [
        pytest.param(k, id=k.name, marks=[] if k.retry_lock_ms == 3200 else pytest.mark.slow)
        for k in LOCKS
    ],
)
async def test_a_grabber_that_was_killed_gets_its_camera_back(tmp_path: Path, lock: Lock) -> None:
    async with streaming(tmp_path, lock) as (system, viewer, control):
        assert system.grabber is not None
        # All at once, as by the host's memory guard: nobody closes the camera.
        async with held_until_refused(control, lock):
            os.kill(control["owner_pid"], signal.SIGKILL)
            system.grabber.kill()
            begin_us = time.time_ns() // 1000
            system.start_grabber()
        wanted = (int(bool(lock.heartbeat_s)), MOST_REFUSED)
        await streams_again(viewer, control, lock, begin_us, "grabber", wanted)
