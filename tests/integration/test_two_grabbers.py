"""Two grabbers for one bridge: the first keeps the place while it lives, and only then."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

from camstrm.wire import FrameBundle, Hello, Status
from tests.fakes.running_system import Command, RunningSystem, Viewer
from tests.fakes.simulated_cameras import check_undisturbed, simulated_system, status_of
from tests.simulator.scenario import CameraSpec, Scenario

SCENARIO = Scenario(cameras=(CameraSpec("L1", frame_rate=60.0), CameraSpec("R1", frame_rate=60.0)))


async def test_the_second_of_two_grabbers_is_refused_and_the_stream_goes_on(
    tmp_path: Path,
) -> None:
    system, run = simulated_system(tmp_path, SCENARIO)
    with system:
        async with system.viewer() as viewer:
            await viewer.pictures({0, 1})
            first = system.grabber
            assert first is not None
            seen: list[Hello | Status | FrameBundle] = []
            second = second_grabber(system, tmp_path)
            code = await ended_while_watched(second, viewer, seen)
            # What it sent, had it sent anything, would have come by now.
            seen.append(await viewer.until(lambda m: isinstance(m, Status)))
            status = await viewer.until(status_of(2))
            assert code == 1
            assert second.text.count("refused this grabber") == 1
            assert f"another grabber (pid {first.process.pid}, session '" in second.text
            assert "Traceback" not in second.text
            assert [m for m in seen if isinstance(m, Hello)] == []
            sequence = [m.seq for m in seen if isinstance(m, FrameBundle)]
            assert sequence == sorted(set(sequence)), "of one run of one grabber"
            assert {m.input for m in seen if isinstance(m, Status)} == {"ok"}
            check_undisturbed(run, status, {"L1": 0, "R1": 1})
            assert first.process.poll() is None

            # A restart at once finds its own predecessor's end, not a rival.
            first.kill()
            again = system.start_grabber()
            await viewer.until(lambda m: isinstance(m, Hello))
            await viewer.pictures({0, 1})
            assert again.process.poll() is None
            assert "refused" not in again.text

            # One that is stopped is replaced when the silence limit is over.
            again.process.send_signal(signal.SIGSTOP)
            try:
                successor = system.start_grabber("--standby", "--config", str(system.config))
                await viewer.until(lambda m: isinstance(m, Hello))
                assert successor.process.poll() is None
            finally:
                again.process.send_signal(signal.SIGCONT)
            assert await asyncio.to_thread(again.process.wait, 30) == 1

            # An orderly end is not a warning.
            assert successor.end() == 0
            await viewer.until(lambda m: isinstance(m, Status) and m.input == "none")
        assert system.bridge is not None
        assert system.bridge.text.count("the grabber has stopped: no frame input") == 1
        assert system.bridge.text.count("grabber gone") == 1, "the one that was killed"


def second_grabber(system: RunningSystem, folder: Path) -> Command:
    words = ["grab", "--config", str(system.config)]
    return Command(words, folder / "second.log", **{**os.environ, **system.environment})


async def ended_while_watched(
    command: Command, viewer: Viewer, seen: list[Hello | Status | FrameBundle]
) -> int:
    """Keep what a viewer gets until the command has ended; return its exit code."""

    def ended(message: object) -> bool:
        assert isinstance(message, Hello | Status | FrameBundle)
        seen.append(message)
        return command.process.poll() is not None

    await viewer.until(ended)
    return command.process.wait()
