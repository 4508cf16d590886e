"""What is encoded with no viewer, with one and with many: the grabber's own counters."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from bench.broadcast.load_clients import run_load
from bench.measure import scheduled_s
from bench.report import Row
from tests.fakes.running_system import RunningSystem, camera_table

__all__ = ["rows"]

_CAMERAS = "".join(camera_table(str(index), f"c{index}", 100.0) for index in range(3))
_OPEN = "auth = false\n"

_START_S = 30.0


def rows(*, short: bool) -> list[Row]:
    """Return pictures encoded and CPU of the camera processes, by number of viewers."""
    seconds, counts = (1.0, (4,)) if short else (5.0, (1, 100))
    with (
        tempfile.TemporaryDirectory(prefix="camstrm-bench-") as folder,
        RunningSystem(Path(folder), _CAMERAS, bridge=_OPEN, max_viewers=200) as system,
    ):
        _wait_for_cameras(system)
        idle_fps, idle_cpu = _measure(system, 0, seconds)
        results = {count: _measure(system, count, seconds) for count in counts}
    found = [
        Row(
            "encoding without a viewer",
            idle_fps,
            "pictures a second of 3 cameras",
            target="0",
            met=idle_fps == 0,
            # Nobody would see them, but they cost CPU: that breaks the promise as a loss does.
            lost=round(idle_fps * seconds),
            note=f"camera processes {100 * idle_cpu:.1f} % of a core, the simulator's own",
        )
    ]
    one_fps, one_cpu = results[counts[0]]
    for count, (fps, cpu) in results.items():
        ratio, many = fps / max(one_fps, 1e-9), count != counts[0]
        cores = (cpu - idle_cpu) / max(one_cpu - idle_cpu, 1e-9)
        found.append(
            Row(
                f"encoding with {count} viewers",
                fps,
                "pictures a second of 3 cameras",
                ratio if many else None,
                f"with {counts[0]}" if many else "",
                target="1.0 x" if many else "",
                met=abs(ratio - 1) <= 0.05 if many else None,
                note=f"CPU of the camera processes for it {cores:.2f} x" if many else "",
            )
        )
    return found


def _wait_for_cameras(system: RunningSystem) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        try:
            cameras = asyncio.run(system.status())["status"]["cameras"]
        except OSError:
            cameras = []
        if sum(camera["delivered"] > 0 for camera in cameras) == 3:
            return
        time.sleep(0.1)
    raise RuntimeError("the simulated cameras do not start")


def _encoded(system: RunningSystem) -> int:
    """Return how many pictures were encoded, as soon as the grabber reports it again (1 Hz)."""
    deadline = time.monotonic() + _START_S
    before = -1
    while time.monotonic() < deadline:
        cameras = asyncio.run(system.status())["status"]["cameras"]
        delivered = sum(camera["delivered"] for camera in cameras)
        if before not in (-1, delivered):
            return sum(camera["encoded"] for camera in cameras)
        before = delivered
        time.sleep(0.03)
    raise RuntimeError("the grabber sends no status")


def _measure(system: RunningSystem, viewers: int, seconds: float) -> tuple[float, float]:
    """Return pictures encoded a second and the CPU of the camera processes in cores."""
    assert system.grabber is not None
    pids = system.grabber.children()
    found: list[tuple[float, float, int]] = []

    def look() -> None:
        encoded = _encoded(system)
        found.append((time.monotonic(), scheduled_s(*pids), encoded))

    if viewers:
        run_load("camstrm", system.port, viewers, seconds, begin=look, end=look)
    else:
        look()
        time.sleep(seconds)
        look()
    (begin_s, begin_cpu_s, begin), (end_s, end_cpu_s, end) = found
    spent = end_s - begin_s
    return (end - begin) / spent, (end_cpu_s - begin_cpu_s) / spent
