"""``camstrm up``: one SIGHUP reaches bridge and grabber; a mistake is reported once."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

from camstrm.wire import CameraState, Status
from tests.fakes.running_system import Command, RunningSystem, Viewer, camera_table

_RED = camera_table("0", "red")
_BLUE = camera_table("1", "blue")


async def test_one_hangup_reloads_both_and_nobody_is_disconnected(tmp_path: Path) -> None:
    system = RunningSystem(tmp_path, _RED + _BLUE)
    up = Command(["up", str(system.config)], tmp_path / "up.log")
    try:
        async with system.viewer() as viewer:
            await viewer.pictures({0, 1})
            children = up.children()
            assert len(children) == 2
            before = system.config.read_text()
            system.config.write_text(
                before.replace("max_clients = 64", "max_clients = 65").replace(
                    _RED, camera_table("0", "red", fps=30.0)
                )
                + '[log]\nlevel = "debug"\nformat = "json"\n'
            )
            up.process.send_signal(signal.SIGHUP)
            await _until_logged(viewer, up, lambda text: text.count("configuration reloaded") == 2)
            assert "bridge.max_clients" in up.text
            assert up.text.count("log.level, log.format") == 2
            assert "needs a restart" not in up.text
            await viewer.until(lambda m: isinstance(m, Status) and _fps(m, 0) < 45 < _fps(m, 1))
            # Also of a camera process, which is another one, or has just the new level.
            await _until_logged(viewer, up, lambda text: '"level": "debug"' in text)
            # A mistake: said once, not by each of the two, and what runs goes on with what it has.
            system.config.write_text(before.replace("max_clients = 64", 'max_clients = "many"'))
            up.process.send_signal(signal.SIGHUP)
            await _until_logged(
                viewer, up, lambda text: "not reloaded, nothing has changed" in text
            )
            await viewer.pictures({0, 1})
            assert up.text.count("not reloaded") == 1
            assert up.text.count("configuration reloaded") == 2
            assert up.children() == children
            assert "Traceback" not in up.text
    finally:
        up.end()


async def _until_logged(viewer: Viewer, up: Command, wanted: Callable[[str], bool]) -> None:
    await viewer.until(lambda m: isinstance(m, Status) and wanted(up.text))


def _fps(status: Status, index: int) -> float:
    """Return a camera's frame rate, 0 while it does not stream."""
    camera = status.cameras[index]
    return camera.grab_fps if camera.state == CameraState.STREAMING else 0.0
