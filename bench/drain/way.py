"""What a way of draining is to the benchmark, and what those in one process have in common."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from camstrm.frame import RawFrame
from camstrm.imaging import PictureEncoder

__all__ = [
    "FPS",
    "MAX_HEIGHT",
    "MAX_WIDTH",
    "QUALITY",
    "Encoded",
    "InProcess",
    "Job",
    "Way",
    "drain_ns",
]

FPS = 30.0
MAX_WIDTH, MAX_HEIGHT, QUALITY = 1328, 1152, 80

_SIMULATOR_THREAD = "camsim-frames"


@dataclass(frozen=True)
class Job:
    """What a child is given; see :func:`bench.drain.loads.measure`."""

    cti: str
    control: str
    cameras: list[dict[str, Any]]
    seconds: float
    encode: bool


@dataclass(frozen=True)
class Encoded:
    """A picture: bytes, and the camera's time stamp in ns (CLOCK_MONOTONIC here)."""

    size: int
    timestamp_ns: int


class Way(Protocol):
    """Opens cameras, drains them, encodes the newest frame of each when asked."""

    def start(self) -> None:
        """Open and start all cameras."""

    def round(self) -> list[Encoded | None]:
        """Encode the newest frame of each camera; None where there is no new one."""

    def drain_ns(self) -> int:
        """Return the CPU time of the draining threads in ns so far."""

    def gaps(self) -> int:
        """Return the frame ids that never came so far."""

    def stop(self) -> None:
        """Close all cameras."""


def drain_ns(pid: int, besides: Iterable[int]) -> int:
    """Return the CPU time in ns of a process's threads that drain.

    Those are all but the simulator's and the threads ``besides``.
    """
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        if int(task.name) in besides:
            continue
        if (task / "comm").read_text().strip() != _SIMULATOR_THREAD:
            total += int((task / "schedstat").read_text().split()[0])
    return total


class InProcess(ABC):
    """A way whose threads are in this process; pictures are encoded in a pool as in camstrm."""

    def __init__(self, job: Job) -> None:
        self.job = job
        count = len(job.cameras)
        self._encoders = [
            PictureEncoder(max_width=MAX_WIDTH, max_height=MAX_HEIGHT, quality=QUALITY)
            for _ in range(count)
        ]
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="encode")
        # All of the pool's threads: what comes later drains.
        list(self._pool.map(lambda _: Path("/proc/self/stat").read_text(), range(4 * count)))
        self._others = {int(task.name) for task in Path("/proc/self/task").iterdir()}

    @abstractmethod
    def take(self, index: int) -> RawFrame | None:
        """Return the newest frame of a camera, None if there is none since the last call."""

    def round(self) -> list[Encoded | None]:
        """Encode the newest frame of each camera."""
        return list(self._pool.map(self._picture, range(len(self._encoders))))

    def drain_ns(self) -> int:
        """Return the CPU time of the threads that were started after this object."""
        return drain_ns(os.getpid(), self._others)

    def close_pool(self) -> None:
        """End the encoding threads."""
        self._pool.shutdown()

    def _picture(self, index: int) -> Encoded | None:
        frame = self.take(index)
        if frame is None:
            return None
        with frame:
            jpeg = self._encoders[index].encode(frame).jpeg
            return Encoded(len(jpeg), frame.times.device_timestamp_ns or 0)
