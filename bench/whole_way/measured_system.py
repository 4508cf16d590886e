"""MeasuredSystem: the real commands on simulated cameras, and what a window of time costs."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.measure import resident_bytes
from bench.whole_way.process_cost import CpuTimes, busy_cores_s, cpu_times
from bench.whole_way.watcher_process import WatcherProcess
from bench.whole_way.watchers import WatcherReport
from tests.fakes.running_system import Command, RunningSystem
from tests.simulator.build import build_simulator
from tests.simulator.control import CameraControl
from tests.simulator.scenario import CameraSpec, Scenario

__all__ = ["MeasuredSystem", "Window", "merged"]

DECODE_EVERY = 10
"""Bundles of the one viewer that decodes: often enough to see, too seldom to cost."""

_MEMORY_SAMPLES, _MEMORY_PAUSE_S = 60, 0.05

_LOST = ("underrun", "dropped", "lost", "incomplete")
"""The producer's own counters of frames that did not come to camstrm whole."""


@dataclass
class Window:
    """What was seen in so many ``seconds``.

    Shares are of one core: ``grabber`` with its camera processes but without the threads of
    the simulated cameras, which are ``simulator``; ``viewers`` their process; ``machine``
    all that runs. ``lost``: frames that the producer made and camstrm did not get whole.
    ``encoded``: pictures. ``reports``: of the viewers' processes.
    """

    seconds: float
    grabber: float
    simulator: float
    bridge: float
    viewers: float
    machine: float
    produced: int
    lost: int
    stood_still: int
    encoded: int
    reports: list[WatcherReport] = field(default_factory=list)

    @property
    def others(self) -> float:
        """Share of all other programs on the machine, this one included."""
        return self.machine - self.grabber - self.simulator - self.bridge - self.viewers

    @property
    def rates(self) -> list[float]:
        """Bundles a second of each viewer."""
        return [n / report.seconds for report in self.reports for n in report.bundles]

    @property
    def bundles_per_s(self) -> float:
        """Of a viewer, on average."""
        return sum(self.rates) / max(1, len(self.rates))

    @property
    def pictures_per_bundle(self) -> float:
        """Pictures in a bundle on average: each camera has one, where none is slow or late."""
        bundles = sum(sum(report.bundles) for report in self.reports)
        return self.total("pictures") / max(1, bundles)

    @property
    def ages_ms(self) -> list[float]:
        """From the oldest buffer's time stamp to the last byte of each bundle."""
        return [age / 1e3 for report in self.reports for age in report.ages_us]

    @property
    def glass_ms(self) -> list[float]:
        """From the stamp in the pixels to the decoded picture, the oldest of a bundle."""
        return [age / 1e3 for report in self.reports for age in report.glass_us]

    @property
    def bundle_kb(self) -> float:
        """Size of a bundle on average."""
        bundles = sum(sum(report.bundles) for report in self.reports)
        return sum(report.received_bytes for report in self.reports) / max(1, bundles) / 1e3

    def total(self, counter: str) -> int:
        """Return a counter of WatcherReport (``skipped``, ``misordered``, ``wrong``), summed."""
        return sum(getattr(report, counter) for report in self.reports)

    @property
    def closed(self) -> list[str]:
        """Why connections ended that should not have."""
        return [reason for report in self.reports for reason in report.closed]


def merged(windows: Sequence[Window]) -> Window:
    """Return windows of the same system as one; shares are averages over time."""
    seconds = sum(window.seconds for window in windows)

    def share(name: str) -> float:
        total: float = sum(getattr(window, name) * window.seconds for window in windows)
        return total / seconds

    def count(name: str) -> int:
        total: int = sum(getattr(window, name) for window in windows)
        return total

    return Window(
        seconds,
        share("grabber"),
        share("simulator"),
        share("bridge"),
        share("viewers"),
        share("machine"),
        count("produced"),
        count("lost"),
        count("stood_still"),
        count("encoded"),
        [report for window in windows for report in window.reports],
    )


@dataclass(frozen=True)
class _Snapshot:
    time_s: float
    grabber: CpuTimes
    bridge: CpuTimes
    viewers: CpuTimes
    machine_s: float
    counters: dict[str, int]
    gaps: int
    encoded: int


class MeasuredSystem:
    """Grabber and bridge on a scenario of the simulator; ``with`` starts and ends them."""

    def __init__(
        self,
        folder: Path,
        cameras: Sequence[CameraSpec],
        *,
        fps: float = 30.0,
        buffer_s: float = 0.0,
        max_viewers: int = 64,
        fetch: bool = False,
    ) -> None:
        """Prepare ``cameras`` with buffers for so many seconds; 0 is what camstrm computes.

        ``fetch``: run the grabber that camstrm's is measured beside. Raises
        NoCompilerError of the simulator.
        """
        self.cameras = tuple(cameras)
        self._run = Scenario(self.cameras).write(folder)
        tables = "".join(
            f'[[camera]]\nserial = "{camera.serial}"\n'
            f"num_buffers = {math.ceil(camera.frame_rate * buffer_s)}\n"
            for camera in self.cameras
        )
        self.system = RunningSystem(
            folder,
            tables,
            stream=f"[stream]\nfps = {fps}\n",
            cti=str(build_simulator()),
            environment=self._run.variables,
            max_viewers=max_viewers,
        )

        self._fps = fps
        self._fetch = fetch

    def __enter__(self) -> MeasuredSystem:
        if self._fetch:
            self._start_fetch()
        else:
            self.system.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.system.__exit__(kind)

    @contextlib.contextmanager
    def watched(self, viewers: int, *, decode: bool = True) -> Iterator[list[WatcherProcess]]:
        """Run so many viewers; one of them decodes, in a process of its own."""
        counts = [(1, DECODE_EVERY)] if decode and viewers else []
        if viewers > len(counts):
            counts.append((viewers - len(counts), 0))
        with contextlib.ExitStack() as stack:
            yield [
                stack.enter_context(
                    WatcherProcess(
                        self.system.port, self.system.token_file, count, len(self.cameras), every
                    )
                )
                for count, every in counts
            ]

    def window(self, seconds: float, watchers: Sequence[WatcherProcess] = ()) -> Window:
        """Measure for so long."""
        for watcher in watchers:
            watcher.report()
        before = self._snapshot(watchers, counters_first=True)
        time.sleep(seconds)
        reports = [watcher.report() for watcher in watchers]
        after = self._snapshot(watchers, counters_first=False)
        spent = after.time_s - before.time_s
        made = {name: after.counters[name] - before.counters[name] for name in after.counters}
        # The producer counts what it could not hand over; ids that never came without it
        # having counted anything would be our own loss.
        missing = after.gaps - before.gaps - made["behind"]
        known = sum(made[name] for name in _LOST)
        return Window(
            spent,
            (after.grabber.own_s - before.grabber.own_s) / spent,
            (after.grabber.simulator_s - before.grabber.simulator_s) / spent,
            (after.bridge.own_s - before.bridge.own_s) / spent,
            (after.viewers.own_s - before.viewers.own_s) / spent,
            (after.machine_s - before.machine_s) / spent,
            made["produced"],
            max(known, missing),
            made["behind"],
            after.encoded - before.encoded,
            reports,
        )

    def control(self, serial: str) -> CameraControl:
        """Return the switches of a simulated camera, for a ``with`` statement."""
        return self._run.control(serial)

    def memory(self) -> dict[str, int]:
        """Return the anonymous memory in bytes of each process, by what it is.

        The least of some seconds: a bundle on its way is half a MB, and no growth.
        """
        least = self._memory_now()
        for _ in range(_MEMORY_SAMPLES):
            time.sleep(_MEMORY_PAUSE_S)
            now = self._memory_now()
            least = {name: min(size, least.get(name, size)) for name, size in now.items()}
        return least

    def encoded(self) -> int:
        """Return the pictures encoded so far; reported twice a second, passed on once a second."""
        return sum(camera["encoded"] for camera in self._cameras())

    def _start_fetch(self) -> None:
        system = self.system
        system.start_bridge()
        try:
            rates = [f"{camera.serial}={camera.frame_rate}" for camera in self.cameras]
            system.grabber = Command(
                [system.cti, system.socket_path, str(self._fps), *rates],
                system.folder / "grabber.log",
                module="bench.whole_way.fetch_grabber",
                **system.environment,
            )
        except BaseException:
            system.__exit__(None, None, None)
            raise

    def _memory_now(self) -> dict[str, int]:
        system = self.system
        assert system.bridge is not None
        assert system.grabber is not None
        found = {
            "bridge": resident_bytes(system.bridge.process.pid),
            "grabber": resident_bytes(system.grabber.process.pid),
        }
        for number, pid in enumerate(sorted(system.grabber.children())):
            found[f"camera process {number + 1}"] = resident_bytes(pid)
        return found

    def _cameras(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = asyncio.run(self.system.status())["status"]["cameras"]
        return found

    def _counters(self) -> dict[str, int]:
        total: dict[str, int] = {}
        for camera in self.cameras:
            with self._run.control(camera.serial) as control:
                for name in ("produced", "behind", *_LOST):
                    total[name] = total.get(name, 0) + control[name]
        return total

    def _snapshot(self, watchers: Sequence[WatcherProcess], *, counters_first: bool) -> _Snapshot:
        system = self.system
        assert system.bridge is not None
        assert system.grabber is not None
        # What the producer counts, camstrm learns a little later: in this order a window
        # holds every loss that camstrm has noted in it.
        counters = self._counters() if counters_first else {}
        cameras = self._cameras()
        return _Snapshot(
            time.monotonic(),
            cpu_times([system.grabber.process.pid, *system.grabber.children()]),
            cpu_times([system.bridge.process.pid]),
            cpu_times([watcher.pid for watcher in watchers]),
            busy_cores_s(),
            counters or self._counters(),
            sum(camera["gaps"] for camera in cameras),
            sum(camera["encoded"] for camera in cameras),
        )
