"""The whole way: three cameras, grabber, bridge and viewers as processes."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from pathlib import Path

from camstrm.wire import FrameBundle, Status
from tests.bench.measure import cpu_s
from tests.bench.report import Findings, Row
from tests.fakes.running_system import RunningSystem, Viewer, camera_table

THREE = "".join(camera_table(str(index), f"c{index}", 200.0) for index in range(3))


def run(*, short: bool) -> Findings:
    """Return bundles a second, losses, CPU and age for some numbers of viewers."""
    seconds = 4.0 if short else 20.0
    rows = []
    for viewers in (1,) if short else (1, 8, 32):
        with tempfile.TemporaryDirectory(prefix="camstrm-bench-") as folder:
            rows += asyncio.run(_measure(Path(folder), viewers, seconds))
    return Findings(rows)


async def _measure(folder: Path, count: int, seconds: float) -> list[Row]:
    with RunningSystem(folder, THREE) as system:
        async with contextlib.AsyncExitStack() as stack:
            viewers = [await stack.enter_async_context(system.viewer()) for _ in range(count)]
            await viewers[0].pictures({0, 1, 2})
            status = await viewers[0].until(lambda m: isinstance(m, Status))
            lost = -sum(c.gaps + c.underrun + c.incomplete for c in status.cameras)
            assert system.bridge is not None
            assert system.grabber is not None
            pids = [system.grabber.process.pid, *system.grabber.children()]
            grabber, bridge = cpu_s(*pids), cpu_s(system.bridge.process.pid)
            begin = time.monotonic()
            results = await asyncio.gather(*(_watch(v, begin + seconds) for v in viewers))
            spent = time.monotonic() - begin
            grabber, bridge = cpu_s(*pids) - grabber, cpu_s(system.bridge.process.pid) - bridge
            status = await viewers[0].until(lambda m: isinstance(m, Status))
            lost += sum(c.gaps + c.underrun + c.incomplete for c in status.cameras)
    ages = sorted(age for _, row in results for age in row)
    bundles = sum(n for n, _ in results) / count / spent
    what = f"3 cameras at 200 fps, {count} viewers"
    p50, p99 = ages[len(ages) // 2] / 1e3, ages[len(ages) * 99 // 100] / 1e3
    return [
        Row(
            f"{what}: bundles",
            bundles,
            "a second and viewer",
            bundles / 30,
            "the stream rate",
            lost,
        ),
        Row(f"{what}: age", p50, "ms from arrival to viewer, p50", note=f"p99 {p99:.0f} ms"),
        Row(f"{what}: grabber", 100 * grabber / spent, "% of a core", note="simulators included"),
        Row(f"{what}: bridge", 100 * bridge / spent, "% of a core"),
    ]


async def _watch(viewer: Viewer, end: float) -> tuple[int, list[int]]:
    """Return the number of bundles and the age of each one's oldest picture in us."""
    bundles = 0
    ages: list[int] = []
    while time.monotonic() < end:
        message = await viewer.next()
        if isinstance(message, FrameBundle):
            bundles += 1
            times = [f.capture_time_us for f in message.frames if len(f.payload)]
            if times:
                ages.append(time.time_ns() // 1000 - min(times))
    return bundles, ages
