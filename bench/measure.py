"""What the parts of the benchmark share: CPU time of processes, medians, turns."""

from __future__ import annotations

import contextlib
import os
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

__all__ = ["cpu_s", "in_turns", "percentile", "resident_bytes", "scheduled_s"]

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(*pids: int) -> float:
    """Return the CPU time in seconds that processes have used, all threads, to 10 ms."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / _TICKS


def scheduled_s(*pids: int) -> float:
    """Return the CPU time in seconds of the threads that processes have now.

    To much less than a tick, from the scheduler's own account; as :func:`cpu_s` where the
    kernel keeps none.
    """
    total_ns = 0
    for pid in pids:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError):  # it ended just now, or there is none
                total_ns += int((thread / "schedstat").read_text().split()[0])
    return total_ns / 1e9 or cpu_s(*pids)


def resident_bytes(pid: int) -> int:
    """Return the anonymous memory of a process in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    return 0


def in_turns(calls: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """Return the median time in seconds of each call; they are called A B C A B C ..."""
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(rounds):
        for call, row in zip(calls, times, strict=True):
            begin = time.perf_counter()
            call()
            row.append(time.perf_counter() - begin)
    return [statistics.median(row) for row in times]


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that ``percent`` of ``values`` do not exceed; NaN without values."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
