"""Viewers that come and go leave nothing behind in bridge and grabber."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from bench.whole_way.process_state import ProcessState, changes, probed, state_of
from tests.fakes.running_system import RunningSystem, camera_table

ROOT = Path(__file__).parents[2]
JOINS = 20
TRIES = 200


async def states(system: RunningSystem, answers: Path) -> dict[str, ProcessState]:
    processes = {"bridge": system.bridge, "grabber": system.grabber}
    return {
        name: await asyncio.to_thread(state_of, command.process.pid, answers)
        for name, command in processes.items()
        if command is not None
    }


async def join(system: RunningSystem) -> None:
    async with system.viewer() as viewer:
        await viewer.pictures({0})


async def test_viewers_that_come_and_go_leave_nothing_behind(tmp_path: Path) -> None:
    with probed() as answers, RunningSystem(tmp_path, camera_table("0", "red")) as system:
        # The first ones make what stays: a bridge imports late.
        for _ in range(3):
            await join(system)
        before = await states(system, answers)
        for _ in range(JOINS // 5):
            await asyncio.gather(*(join(system) for _ in range(5)))
        for _ in range(TRIES):
            after = await states(system, answers)
            if not changes(before, after):
                break
            await asyncio.sleep(0.05)  # nothing says when the last connection is closed
        assert changes(before, after) == []
        assert before["bridge"].tasks > 0


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_two_minutes_of_viewers_that_come_and_go() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.whole_way.long_run", "2", "--joins", "5", "--small"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
