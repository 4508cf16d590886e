"""CPU time and memory of camstrm's processes, without what the simulated cameras cost."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["CpuTimes", "busy_cores_s", "cpu_times"]

_SIMULATOR_THREAD = "camsim-frames"
"""What the simulator calls the threads that play its cameras, inside camera processes."""

_IDLE, _IOWAIT = 3, 4
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class CpuTimes:
    """Seconds of CPU time, to the nanosecond: of camstrm's code, and of the simulator's."""

    own_s: float
    simulator_s: float


def cpu_times(pids: Iterable[int]) -> CpuTimes:
    """Return what the living threads of processes have used; a process that is gone, nothing."""
    own = simulator = 0
    for pid in pids:
        for task in _tasks(pid):
            with contextlib.suppress(OSError):
                used = int((task / "schedstat").read_text().split()[0])
                if (task / "comm").read_text().strip() == _SIMULATOR_THREAD:
                    simulator += used
                else:
                    own += used
    return CpuTimes(own / 1e9, simulator / 1e9)


def busy_cores_s() -> float:
    """Return the CPU time in seconds that the whole machine has used since its start."""
    with Path("/proc/stat").open() as file:
        fields = [int(field) for field in file.readline().split()[1:9]]
    return (sum(fields) - fields[_IDLE] - fields[_IOWAIT]) / _TICKS


def _tasks(pid: int) -> list[Path]:
    with contextlib.suppress(OSError):
        return list(Path(f"/proc/{pid}/task").iterdir())
    return []
