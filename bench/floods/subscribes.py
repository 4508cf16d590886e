"""Viewers that subscribe at random without end, beside some that only watch."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from bench.broadcast.client_protocols import CAMERAS
from bench.broadcast.fed_bridge import FedBridge
from bench.broadcast.load_clients import Load, run_load
from bench.child_process import ROOT, wait_or_kill
from bench.loads import small_cameras
from bench.measure import percentile, scheduled_s
from bench.report import Row
from bench.whole_way.watcher_process import WatcherProcess
from camstrm.camera_state import COUNTERS, CameraCounters
from tests.fakes.running_system import RunningSystem
from tests.simulator.build import build_simulator
from tests.simulator.scenario import Scenario

__all__ = ["flooded", "rows", "view_rows"]

GOOD = 8
FLOODERS = (0, 8, 40)
_VIEWS = 4
"""Of one message, at most; a server makes 8 of all viewers together beside the whole pictures."""

_SETTLE_S = 1.0
"""From the flood's begin to the begin of what is measured."""


@contextlib.contextmanager
def flooded(port: int, count: int, views: int = 0) -> Iterator[None]:
    """Let ``count`` viewers flood the bridge at ``port`` while the ``with`` block runs.

    Each of their messages wishes for up to ``views`` parts of pictures, too.
    """
    if not count:
        yield
        return
    command = [sys.executable, "-m", "bench.floods.flooding_viewers", str(port), str(count), "1"]
    command.append(str(views))
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        if process.stdout.readline().strip() != "ready":
            raise RuntimeError("the flooding viewers were refused")
        yield
        if process.poll() is not None:
            raise RuntimeError("the flooding viewers were thrown out")
    finally:
        process.stdin.close()
        process.stdout.read()
        process.stdout.close()
        wait_or_kill(process)


def rows(jpegs: Path, seconds: float) -> Iterator[Row]:
    """Yield what viewers that only watch get beside some that flood, and what it costs."""
    for count in FLOODERS:
        with FedBridge(jpegs) as bridge, flooded(bridge.port, count):
            cpu: list[float] = []

            def note(cpu: list[float] = cpu, pids: tuple[int, ...] = bridge.pids) -> None:
                cpu.append(scheduled_s(*pids))

            load = run_load("camstrm", bridge.port, GOOD, seconds, begin=note, end=note)
            name = f"{GOOD} viewers beside {count} that subscribe at random"
            yield Row(name, round(load.sets_per_s, 2), "bundles/s", note=_note(load, cpu, seconds))


def view_rows(folder: Path, seconds: float) -> Iterator[Row]:
    """Yield the same beside viewers that also wish for random views, which a real grabber makes."""
    scenario = Scenario(small_cameras(CAMERAS))
    for count in FLOODERS:
        below = folder / str(count)
        below.mkdir()
        run = scenario.write(below)
        tables = "".join(f'[[camera]]\nserial = "{one.serial}"\n' for one in scenario.cameras)
        system = RunningSystem(
            below,
            tables,
            bridge="auth = false\n",
            cti=str(build_simulator()),
            environment=run.variables,
            max_viewers=GOOD + count + 4,
        )
        with system, WatcherProcess(system.port, system.token_file, GOOD, CAMERAS) as watchers:
            assert system.bridge is not None
            assert system.grabber is not None
            with flooded(system.port, count, _VIEWS):
                time.sleep(_SETTLE_S)
                watchers.report()
                pids = (system.bridge.process.pid,)
                before = scheduled_s(*pids)
                time.sleep(seconds)
                report = watchers.report()
                share = (scheduled_s(*pids) - before) / report.seconds
                status = asyncio.run(system.status())
                lost = sum(_lost(camera) for camera in status["cameras"])
        got = sum(report.bundles) / GOOD
        missed = report.skipped / GOOD / (report.skipped / GOOD + got)
        age = f"age p99 {percentile(report.ages_us, 99) / 1000:.0f} ms"
        yield Row(
            f"{GOOD} viewers beside {count} that wish for random views, real grabber",
            round(got / report.seconds, 2),
            "bundles/s",
            lost=lost,
            note=f"missed {missed:.2%}; bridge {share:.0%} CPU; {age}; {len(report.closed)} closed",
        )


def _lost(camera: Mapping[str, int]) -> int:
    return msgspec.convert({n: camera.get(n, 0) for n in COUNTERS}, CameraCounters).lost


def _note(load: Load, cpu: list[float], seconds: float) -> str:
    share = (cpu[1] - cpu[0]) / seconds
    missed = max(gap / (gap + load.sets / load.clients) for gap in load.gaps)
    age = f"age p99 {load.age_p99_ms:.0f} ms"
    return f"worst viewer missed {missed:.2%}; bridge {share:.0%} CPU; {age}"
