"""Restarts: kill -9 of the grabber, a new one at once, and its first picture.

Three cameras, many viewers that read all. The clock runs from the kill until a viewer has the
first picture that was taken after it (of any camera, and of all of them). CPU time is what the
new grabber and its camera processes have used until then, without the simulated cameras: it
depends less on what else the machine does than the time does.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.loads import reference_load, small_cameras
from bench.measure import percentile
from bench.report import Findings, Row
from bench.whole_way.process_cost import cpu_times
from bench.whole_way.watcher_process import WatcherProcess
from bench.whole_way.watchers import WatcherReport
from camstrm.wire import FrameBundle
from tests.fakes.running_system import Command, RunningSystem, Viewer
from tests.simulator.build import NoCompilerError, SimulatorBuildError, build_simulator
from tests.simulator.scenario import CameraSpec, Scenario

__all__ = ["Restart", "Restarts", "measure_restarts", "run"]

CAMERAS = 3
VIEWERS = 50
KILLS = 20
TARGET_S = 0.8
"""For the first picture, median, with 50 viewers on a quiet machine."""

_SETTLE_S = 1.5
"""Between two kills: longer, and the new grabber has nothing of its start left to do."""


@dataclass(frozen=True)
class Restart:
    """One kill; seconds since it.

    ``first`` and ``every``: until the first new picture of any and of each camera;
    ``connected``: until the new grabber is at the bridge; ``started``: until all its camera
    processes are there; ``cpu``: seconds of CPU time of the new processes until ``every``.
    """

    connected: float
    started: float
    first: float
    every: float
    cpu: float


@dataclass
class Restarts:
    """All kills, and what the other viewers saw: ``closed``: why connections ended that should
    not have; ``torn`` of their ``pictures``.
    """

    restarts: list[Restart]
    closed: list[str]
    torn: int = 0
    pictures: int = 0

    def add(self, report: WatcherReport) -> None:
        """Take what the other viewers saw since the last report."""
        self.closed += report.closed
        self.torn += report.torn
        self.pictures += report.pictures


def measure_restarts(
    folder: Path, cameras: Sequence[CameraSpec], viewers: int, kills: int
) -> Restarts:
    """Kill the grabber so many times with so many viewers."""
    run = Scenario(tuple(cameras)).write(folder)
    system = RunningSystem(
        folder,
        "".join(f'[[camera]]\nserial = "{camera.serial}"\n' for camera in cameras),
        cti=str(build_simulator()),
        environment=run.variables,
        max_viewers=viewers + 8,
    )
    with system, _others(system, viewers - 1, len(cameras)) as others:
        return asyncio.run(_kill_many(system, others, len(cameras), kills))


@contextlib.contextmanager
def _others(system: RunningSystem, viewers: int, cameras: int) -> Iterator[WatcherProcess | None]:
    if not viewers:
        yield None
        return
    with WatcherProcess(system.port, system.token_file, viewers, cameras) as others:
        yield others


async def _kill_many(
    system: RunningSystem, others: WatcherProcess | None, cameras: int, kills: int
) -> Restarts:
    found = Restarts([], [])
    async with system.viewer() as viewer:
        for _ in range(kills):
            await viewer.pictures(set(range(cameras)))
            settled_s = time.monotonic() + _SETTLE_S
            while time.monotonic() < settled_s:
                await viewer.next()
            found.restarts.append(await _kill(system, viewer, cameras))
            if others is not None:
                found.add(others.report())
    return found


async def _kill(system: RunningSystem, viewer: Viewer, cameras: int) -> Restart:
    assert system.grabber is not None
    begin_us, begin_s = time.time_ns() // 1000, time.monotonic()
    system.grabber.process.kill()
    old = system.grabber
    log = _LogTimes(old.log)
    grabber = system.start_grabber()
    watch = asyncio.create_task(_started(grabber, cameras, begin_s))
    first = 0.0
    missing = set(range(cameras))
    while missing:
        message = await viewer.next()
        if isinstance(message, FrameBundle):
            new = {
                frame.camera_index
                for frame in message.frames
                if len(frame.payload) and frame.capture_time_us > begin_us
            }
            if new and not first:
                first = time.monotonic() - begin_s
            missing -= new
    every = time.monotonic() - begin_s
    cpu = cpu_of(grabber.process.pid)
    old.process.wait()
    return Restart(log.seconds("connected to the bridge", begin_us), await watch, first, every, cpu)


async def _started(grabber: Command, cameras: int, begin_s: float) -> float:
    while len(grabber.children()) < cameras:  # noqa: ASYNC110  nothing says so
        await asyncio.sleep(0.005)
    return time.monotonic() - begin_s


class _LogTimes:
    """When lines were logged that are not there yet."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._size = log.stat().st_size

    def seconds(self, text: str, begin_us: int) -> float:
        """Return the seconds since ``begin_us`` of the first line with ``text``; NaN if none."""
        with self._log.open(errors="replace") as file:
            file.seek(self._size)
            for line in file:
                if text in line:
                    stamp, _, millis = line[:23].partition(",")
                    logged = time.mktime(time.strptime(stamp, "%Y-%m-%d %H:%M:%S"))
                    return logged + int(millis) / 1e3 - begin_us / 1e6
        return float("nan")


def descendants(pid: int) -> list[int]:
    """Return children, their children and so on."""
    found = []
    with contextlib.suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            found += [int(child), *descendants(int(child))]
    return found


def cpu_of(pid: int) -> float:
    """Return the CPU seconds of a process, its living descendants and its ended children."""
    living = [pid, *descendants(pid)]
    ended = 0
    for one in living:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            ended += int(fields[13]) + int(fields[14])
    return cpu_times(living).own_s + ended / 100


def _line(name: str, values: Sequence[float]) -> str:
    return (
        f"{name:<34} p50 {percentile(values, 50):.2f} s, p90 {percentile(values, 90):.2f} s, "
        f"max {max(values):.2f} s"
    )


def run(*, short: bool) -> Findings:
    """Return the time from the kill to the first picture, and what it costs."""
    found = Findings()
    viewers, kills = (5, 2) if short else (VIEWERS, KILLS)
    try:
        with tempfile.TemporaryDirectory(prefix="camstrm-bench-") as folder:
            times = measure_restarts(Path(folder), small_cameras(CAMERAS), viewers, kills).restarts
    except NoCompilerError as error:
        found.rows.append(Row("restart: not measured", 0.0, "", note=str(error)))
        return found
    found.rows += [
        Row.at_most(
            f"kill -9 of the grabber to the first new picture, {viewers} viewers, p50",
            percentile([restart.first for restart in times], 50),
            "s",
            TARGET_S,
            note=f"max {max(restart.first for restart in times):.2f} s",
        ),
        Row(
            "CPU of the new processes until each camera has a picture, p50",
            percentile([restart.cpu for restart in times], 50),
            "s",
        ),
    ]
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.whole_way.restart", description=__doc__)
    parser.add_argument("--viewers", type=int, default=VIEWERS)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--reference", action="store_true", help="the reference load's cameras")
    options = parser.parse_args(arguments)
    cameras = reference_load() if options.reference else small_cameras(CAMERAS)
    try:
        with tempfile.TemporaryDirectory(prefix="camstrm-bench-") as folder:
            found = measure_restarts(Path(folder), cameras, options.viewers, options.kills)
    except SimulatorBuildError as error:
        print(error, file=sys.stderr)
        return 2
    for name, what in (
        ("connected", "connected to the bridge"),
        ("started", "camera processes are there"),
        ("first", "first new picture"),
        ("every", "a new picture of each camera"),
        ("cpu", "CPU of the new processes"),
    ):
        print(_line(what, [getattr(restart, name) for restart in found.restarts]), flush=True)
    print(f"{len(found.closed)} viewers cut off, {found.torn} of {found.pictures} pictures torn")
    return 0


if __name__ == "__main__":
    sys.exit(main())
