"""kill -9 of each process: the others live on, and everything comes back by itself."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from camstrm.wire import CameraState, FrameBundle, Hello, Status
from tests.fakes.running_system import DEADLINE_S, RunningSystem, camera_table, is_running

STOPPED_S = 3.0
"""Twice the silence for which a camera process is ended."""

THREE = camera_table("0", "red") + camera_table("1", "green") + camera_table("2", "blue")


def with_camera(state: CameraState, index: int) -> Callable[[object], bool]:
    return lambda m: (
        isinstance(m, FrameBundle) and len(m.frames) > index and m.frames[index].state == state
    )


async def test_viewers_outlive_the_grabber(tmp_path: Path) -> None:
    with RunningSystem(tmp_path, THREE) as system:
        async with system.viewer() as viewer:
            await viewer.pictures({0, 1, 2})
            assert system.grabber is not None
            cameras = system.grabber.children()
            assert len(cameras) == 3
            spares = {*system.grabber.all_children()} - {*cameras}
            assert len(spares) == 1
            system.grabber.kill()
            await viewer.until(lambda m: isinstance(m, Status) and m.input == "none")
            for pid in (*cameras, *spares):
                # The end of the grabber is the end of its camera processes.
                await asyncio.wait_for(gone(pid), 20)
            system.start_grabber()
            await viewer.until(lambda m: isinstance(m, Hello))
            await viewer.pictures({0, 1, 2})
            status = await viewer.until(lambda m: isinstance(m, Status))
            assert status.input == "ok"


async def test_the_grabber_outlives_the_bridge(tmp_path: Path) -> None:
    with RunningSystem(tmp_path, THREE) as system:
        async with system.viewer() as viewer:
            await viewer.pictures({0, 1, 2})
            assert system.bridge is not None
            system.bridge.kill()
            with pytest.raises(EOFError):
                await viewer.until(lambda _: False)
        system.start_bridge()
        async with system.viewer() as viewer:
            await viewer.pictures({0, 1, 2})
            status = await viewer.until(
                lambda m: isinstance(m, Status) and any(c.delivered for c in m.cameras)
            )
            # The cameras were grabbed all the time. A busy machine may lose single frames.
            assert [c.reconnects + c.restarts for c in status.cameras] == [0, 0, 0]
            assert all(c.gaps <= c.delivered / 2 for c in status.cameras)


async def test_the_other_cameras_lose_nothing_when_a_camera_process_dies(tmp_path: Path) -> None:
    """Its log is JSON here, also what camera processes and their library say."""
    with RunningSystem(tmp_path, THREE, stream='[log]\nformat = "json"\n') as system:
        async with system.viewer() as viewer:
            await viewer.pictures({0, 1, 2})
            await kill_camera(system, 1)
            await viewer.until(lambda m: isinstance(m, Status) and m.cameras[1].restarts > 0)
            assert system.grabber is not None
            log = [json.loads(line) for line in system.grabber.text.splitlines()]
            lines = [line for line in log if "SIGKILL" in line["message"]]
            assert [(line["camera"], line["serial"]) for line in lines] == [("green", "1")]
            streams = [line for line in log if ": streaming (" in line["message"]]
            assert {(line["camera"], line["serial"]) for line in streams} >= {
                ("red", "0"),
                ("green", "1"),
                ("blue", "2"),
            }
            assert system.bridge is not None
            for text in system.bridge.text.splitlines():
                for_a_person = not text or text.startswith("  ")  # addresses, on standard output
                assert for_a_person or json.loads(text)["level"]
            await viewer.until(with_camera(CameraState.STREAMING, 1))
            await viewer.pictures({0, 1, 2})
            before = await viewer.until(
                lambda m: isinstance(m, Status) and m.cameras[1].state == CameraState.STREAMING
            )
            assert [before.cameras[i].gaps for i in (0, 2)] == [0, 0]
            assert [before.cameras[i].underrun for i in (0, 2)] == [0, 0]
            assert [before.cameras[i].incomplete for i in (0, 2)] == [0, 0]
            assert [c.restarts for c in before.cameras] == [0, 1, 0]


async def test_a_hung_camera_process_is_ended_and_started_again(tmp_path: Path) -> None:
    process = "[process]\nsilence_timeout_s = 2.0\n"
    with RunningSystem(tmp_path, THREE, stream=process) as system:
        async with system.viewer() as viewer:
            await viewer.pictures({0, 1, 2})
            pid = await camera_process(system, 0)
            os.kill(pid, signal.SIGSTOP)
            # The others go on while it hangs.
            await viewer.until(
                lambda m: (
                    isinstance(m, FrameBundle)
                    and not len(m.frames[0].payload)
                    and len(m.frames[1].payload) > 0
                    and len(m.frames[2].payload) > 0
                )
            )
            status = await viewer.until(
                lambda m: isinstance(m, Status) and m.cameras[0].restarts == 1
            )
            assert [status.cameras[i].restarts for i in (1, 2)] == [0, 0]
            await viewer.until(with_camera(CameraState.STREAMING, 0))
            await viewer.pictures({0, 1, 2})


@pytest.mark.parametrize("all_of_them", [False, True], ids=["grabber", "grabber_and_cameras"])
async def test_no_camera_process_is_ended_because_the_grabber_was_stopped(
    tmp_path: Path, all_of_them: bool
) -> None:
    """A signal or a debugger stops the grabber alone, a paused machine stops all of them."""
    process = f"[process]\nsilence_timeout_s = {STOPPED_S / 2}\nstall_timeout_s = 1.0\n"
    with RunningSystem(tmp_path, THREE, stream=process) as system:
        async with system.viewer() as viewer:
            await viewer.pictures({0, 1, 2})
            assert system.grabber is not None
            cameras = system.grabber.children()
            stopped = [system.grabber.process.pid, *(cameras if all_of_them else ())]
            for pid in stopped:
                os.kill(pid, signal.SIGSTOP)
            await asyncio.sleep(STOPPED_S)
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)
            begin_us = time.time_ns() // 1000
            status = await viewer.until(
                lambda m: isinstance(m, Status) and m.time_us > begin_us + 1_500_000
            )
            assert [c.state for c in status.cameras] == [CameraState.STREAMING] * 3
            assert [(c.restarts, c.reconnects) for c in status.cameras] == [(0, 0)] * 3
            assert system.grabber.children() == cameras


@pytest.mark.slow
async def test_camera_processes_killed_many_times(tmp_path: Path) -> None:
    # A process that ends again and again would wait longer and longer for its next start.
    process = "[process]\nrestart_delay_s = 0.05\nrestart_delay_max_s = 0.05\n"
    with RunningSystem(tmp_path, THREE, stream=process) as system:
        async with system.viewer() as viewer:
            await viewer.pictures({0, 1, 2})
            assert system.grabber is not None
            victim = await camera_process(system, 1)
            others = {*system.grabber.children()} - {victim}
            for count in range(1, 21):
                os.kill(victim, signal.SIGKILL)
                await viewer.until(restarted(1, count))
                await viewer.until(with_camera(CameraState.STREAMING, 1))
                await viewer.pictures({0, 1, 2})
                (victim,) = {*system.grabber.children()} - others
            status = await viewer.until(lambda m: isinstance(m, Status))
            assert [status.cameras[i].gaps for i in (0, 2)] == [0, 0]


def restarted(index: int, times: int) -> Callable[[object], bool]:
    return lambda m: isinstance(m, Status) and m.cameras[index].restarts == times


async def kill_camera(system: RunningSystem, index: int) -> None:
    os.kill(await camera_process(system, index), signal.SIGKILL)


async def camera_process(system: RunningSystem, index: int) -> int:
    """Return the process of a camera: they are started in the order of the configuration."""
    assert system.grabber is not None
    children = sorted(system.grabber.children())
    assert len(children) == 3
    return children[index]


async def gone(pid: int) -> None:
    """Wait until the process has ended."""
    deadline_s = time.monotonic() + DEADLINE_S
    while is_running(pid):
        assert time.monotonic() < deadline_s
        await asyncio.sleep(0.05)
