"""Measure what the simulator's own threads cost: ``python -m tests.simulator.cost [SECONDS]``."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.simulator.build import DEFAULT_FOLDER, build_simulator
from tests.simulator.raw_gentl import GentlError, OpenCamera, RawGentl
from tests.simulator.scenario import Scenario, reference_cameras

__all__ = ["SimulatorCost", "measure"]

_BUFFERS = 32
_THREAD = "camsim-frames"
_TIMEOUT = -1011


@dataclass(frozen=True)
class SimulatorCost:
    """``core_share``: CPU time of the frame threads over the time; 1.0 is a whole core."""

    core_share: float
    produced: int
    underrun: int


def measure(cti: Path, seconds: float) -> SimulatorCost:
    """Stream the three reference cameras at full rate for so long; drain them in Python."""
    cameras = reference_cameras()
    with tempfile.TemporaryDirectory() as folder:
        run = Scenario(cameras).write(Path(folder))
        os.environ.update(run.variables)
        with RawGentl(cti) as gentl:
            interfaces = gentl.open_interfaces()
            opened = [OpenCamera(gentl, interfaces, spec.serial) for spec in cameras]
            stop = threading.Event()
            threads = [threading.Thread(target=_drain, args=(each, stop)) for each in opened]
            for camera in opened:
                camera.announce(_BUFFERS)
            for camera, thread in zip(opened, threads, strict=True):
                thread.start()
                camera.start()
            # The first round through the buffers draws the whole pictures.
            time.sleep(1.0)
            before, begin = _frame_threads_s(), time.monotonic()
            time.sleep(seconds)
            share = (_frame_threads_s() - before) / (time.monotonic() - begin)
            stop.set()
            for thread in threads:
                thread.join()
        counters = []
        for spec in cameras:
            with run.control(spec.serial) as control:
                counters.append(control.counters())
    produced, underrun = (sum(c[name] for c in counters) for name in ("produced", "underrun"))
    return SimulatorCost(share, produced, underrun)


def _drain(camera: OpenCamera, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            camera.queue(camera.fetch(100))
        except GentlError as error:
            if error.code != _TIMEOUT:
                raise


def _frame_threads_s() -> float:
    total = 0
    for task in Path("/proc/self/task").iterdir():
        if (task / "comm").read_text().strip() == _THREAD:
            total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def main(arguments: Sequence[str]) -> int:
    """Print the cost."""
    seconds = float(arguments[0]) if arguments else 5.0
    cost = measure(build_simulator(DEFAULT_FOLDER), seconds)
    print(
        f"simulator: {100 * cost.core_share:.1f} % of a core "
        f"({cost.produced} frames, {cost.underrun} lost for want of a buffer)"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
