"""``camstrm up``: another one beside it changes nothing, and Ctrl-C warns of nothing."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from camstrm.wire import Hello, Status
from tests.fakes.running_system import DEADLINE_S, Command, RunningSystem, camera_table


async def test_up_beside_another_up_ends_and_a_clean_stop_warns_of_nothing(tmp_path: Path) -> None:
    system = RunningSystem(tmp_path, camera_table("0", "red"))
    up = Command(["up", str(system.config)], tmp_path / "up.log")
    hellos: list[Hello] = []
    try:
        async with system.viewer() as viewer:
            await viewer.pictures({0})
            second = Command(["up", str(system.config)], tmp_path / "second.log")

            def ended(message: object) -> bool:
                if isinstance(message, Hello):
                    hellos.append(message)
                return isinstance(message, Status) and second.process.poll() is not None

            try:
                await viewer.until(ended)
            finally:
                second.end()
            assert second.process.returncode == 1
            assert "Traceback" not in second.text
            assert hellos == []
            # The second one's grabber may have come this far and been refused, with a warning.
            before = len(up.text)
            up.process.send_signal(signal.SIGINT)
            assert await asyncio.to_thread(up.process.wait, DEADLINE_S) == 0
    finally:
        up.end()
    assert "WARNING" not in up.text[before:]
    assert "Traceback" not in up.text
