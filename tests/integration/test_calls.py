"""Calls from a viewer to a camera and back, while processes are killed on the way."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest

from camstrm.wire import FROM_VIEWER, MAX_CALLS, Call, FrameBundle, Reply, Status, pack, unpack
from camstrm.wire.operations import FeatureValues, ReadValues, WatchValues
from tests.fakes.running_system import RunningSystem, Viewer
from tests.fakes.simulated_cameras import simulated_system
from tests.simulator.scenario import CameraSpec, RunnableScenario, Scenario

SERIALS = ("ONE", "TWO")
SCENARIO = Scenario(tuple(CameraSpec(serial, frame_rate=100.0) for serial in SERIALS))
PROCESS = "restart_delay_s = 0.05\nrestart_delay_max_s = 0.05\n"
MODEL = ("DeviceModelName",)
"""A feature that never changes: to watch it is a call that stays open."""


async def call(viewer: Viewer, *calls: Call) -> None:
    for one in calls:
        await viewer.ws.send_str(FROM_VIEWER.encode(one).decode())


async def reply(viewer: Viewer) -> Reply:
    found = await viewer.until(lambda m: isinstance(m, Reply))
    assert isinstance(found, Reply)
    return found


def values(call_id: int, camera: int = 0) -> Call:
    return Call(call_id, camera, "values", pack(ReadValues(MODEL)))


async def watch_all(viewer: Viewer, camera: int) -> None:
    """Let the viewer have as many open calls as it may."""
    await call(viewer, Call(1, camera, "watch", pack(WatchValues(MODEL))))
    first = await reply(viewer)
    assert first.ok, first
    revision = unpack(first.result, FeatureValues, "values").revision
    waiting = pack(WatchValues(MODEL, after=revision))
    await call(viewer, *(Call(i, camera, "watch", waiting) for i in range(MAX_CALLS)))
    await call(viewer, values(99))
    refused = await reply(viewer)
    assert (refused.id, refused.code) == (99, "busy"), "all places are taken"


async def all_gone(viewer: Viewer) -> set[str]:
    """Return what the open calls are answered, one reply each."""
    replies = [await reply(viewer) for _ in range(MAX_CALLS)]
    assert sorted(r.id for r in replies) == list(range(MAX_CALLS))
    assert {r.code for r in replies} == {"gone"}
    return {r.problem for r in replies}


async def answers_again(viewer: Viewer, camera: int = 0) -> None:
    """Ask until the camera is there again: all places are free, and each call has one reply."""
    for call_id in range(1000, 2000):
        await call(viewer, values(call_id, camera))
        found = await reply(viewer)
        assert found.id == call_id
        if found.ok:
            return
        assert found.code in ("gone", "failed"), found
        await viewer.until(lambda m: isinstance(m, Status))
    raise AssertionError("the camera did not come back")


@pytest.fixture
def system(tmp_path: Path) -> tuple[RunningSystem, RunnableScenario]:
    return simulated_system(tmp_path, SCENARIO, process=PROCESS)


async def test_kills_on_the_way_answer_every_call_and_leave_nothing(
    system: tuple[RunningSystem, RunnableScenario],
) -> None:
    running, run = system
    with running:
        async with running.viewer() as viewer:
            await viewer.pictures({0, 1})
            await watch_all(viewer, 0)
            with run.control("ONE") as control:
                pid = control["owner_pid"]
            os.kill(pid, signal.SIGKILL)
            (problem,) = await all_gone(viewer)
            assert "SIGKILL" in problem
            assert "started again" in problem
            await answers_again(viewer)

            await watch_all(viewer, 1)
            assert running.grabber is not None
            running.grabber.kill()
            assert await all_gone(viewer) == {"the grabber ended before it answered"}
            running.start_grabber()
            await answers_again(viewer, 1)

            await watch_all(viewer, 0)
            assert running.bridge is not None
            running.bridge.kill()
            with pytest.raises(EOFError):
                await all_gone(viewer)
        running.start_bridge()
        async with running.viewer() as viewer:
            await viewer.pictures({0, 1})
            await answers_again(viewer)
            await watch_all(viewer, 0)
            running.grabber.end()
            await all_gone(viewer)


async def overtaken(running: RunningSystem) -> float:
    """Return how many bundles the bridge has passed over for newer ones since its start."""
    _, metrics = await running.get("/metrics")
    found = re.search(rb"^camstrm_bundles_overtaken_total (\S+)", metrics, re.MULTILINE)
    assert found is not None
    return float(found[1])


async def test_calls_beside_the_stream_cost_no_bundle(
    system: tuple[RunningSystem, RunnableScenario],
) -> None:
    running, _ = system
    with running:
        async with running.viewer() as viewer:
            await viewer.pictures({0, 1})
            await answers_again(viewer)
            # Those of its start, when the cameras are being opened, are not of interest.
            before = await overtaken(running)
            seqs: list[int] = []
            replies: list[Reply] = []
            asked = 0
            while len(seqs) < 150 or len(replies) < asked:
                message = await viewer.next()
                if isinstance(message, Reply):
                    replies.append(message)
                elif isinstance(message, FrameBundle):
                    seqs.append(message.seq)
                    if len(seqs) < 150:  # 30 times a second
                        await call(viewer, values(asked, 0), values(asked + 1, 1))
                        asked += 2
            status = await running.status()
            passed_over = await overtaken(running) - before
    assert {r.code for r in replies} <= {"", "busy"}
    assert sorted(r.id for r in replies) == list(range(asked))
    assert sum(r.ok for r in replies) > 0.9 * asked
    missing = seqs[-1] - seqs[0] + 1 - len(seqs)
    assert missing <= passed_over, "a bridge without CPU passes on the newest; else none is missing"
    assert (status["status"]["bundles_dropped"], status["viewers"][0]["skipped"]) == (0, 0)
