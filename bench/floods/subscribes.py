"""Viewers that subscribe at random without end, beside some that only watch."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.broadcast.fed_bridge import FedBridge
from bench.broadcast.load_clients import Load, run_load
from bench.child_process import ROOT, wait_or_kill
from bench.measure import scheduled_s
from bench.report import Row

__all__ = ["flooded", "rows"]

GOOD = 8
FLOODERS = (0, 8, 40)


@contextlib.contextmanager
def flooded(port: int, count: int) -> Iterator[None]:
    """Let ``count`` viewers flood the bridge at ``port`` while the ``with`` block runs."""
    if not count:
        yield
        return
    command = [sys.executable, "-m", "bench.floods.flooding_viewers", str(port), str(count), "1"]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        if process.stdout.readline().strip() != "ready":
            raise RuntimeError("the flooding viewers were refused")
        yield
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


def _note(load: Load, cpu: list[float], seconds: float) -> str:
    share = (cpu[1] - cpu[0]) / seconds
    missed = max(gap / (gap + load.sets / load.clients) for gap in load.gaps)
    age = f"age p99 {load.age_p99_ms:.0f} ms"
    return f"worst viewer missed {missed:.2%}; bridge {share:.0%} CPU; {age}"
