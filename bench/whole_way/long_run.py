"""``python -m bench.whole_way.long_run [MINUTES] [--joins N] [--small]``: viewers for long.

The reference load with 8 viewers; with ``--joins`` others come and go, N a second. Prints a line a
minute; ends with 1 when a frame was lost or came in the wrong order, when a viewer got less than
29.5 bundles a second, when one missed a bundle that no counter of the bridge explains, or when
memory, descriptors, threads or tasks grew (memory: by more than 1 % and 1 MB; with joins 2 % and
1 MB).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import math
import re
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.loads import REFERENCE, reference_load, small_cameras
from bench.measure import percentile
from bench.whole_way.joining import Joined, Joining, joining
from bench.whole_way.measured_system import MeasuredSystem, Window
from bench.whole_way.memory_growth import MemoryGrowth
from bench.whole_way.process_state import ProcessState, changes, probed, state_of
from bench.whole_way.watcher_process import WatcherProcess
from bench.whole_way.whole_way import LEAST_FPS
from tests.simulator.build import SimulatorBuildError

__all__ = ["LongRun", "main", "mistakes"]

VIEWERS = 8
_WARM_UP_S = 30.0
_JOINS_WARM_UP_S = 120.0
"""With viewers that come and go: until the allocator has met each order of theirs."""

_MINUTE_S = 60.0
_JOINS_MOST_PERCENT = 2.0
_OVERTAKEN = re.compile(r"(?m)^camstrm_bundles_overtaken_total (\S+)$")
"""Bundles that a newer one replaced in the bridge before any viewer got them."""

_SETTLE_S = 1.0
"""After the last viewer has come: its connection is closed then, and nothing of it is left."""


@dataclass
class LongRun:
    """What was seen; ``first`` and ``last``: how the processes were after the warm-up, at the end.

    ``unexplained``: bundles that a viewer missed beyond what the bridge counts.
    """

    windows: list[Window]
    growth: MemoryGrowth
    first: dict[str, ProcessState] = field(default_factory=dict)
    last: dict[str, ProcessState] = field(default_factory=dict)
    unexplained: int = 0
    joins: int = 0
    failures: int = 0
    most_percent: float = 1.0


def main(arguments: Sequence[str]) -> int:
    """Run; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.whole_way.long_run")
    parser.add_argument("minutes", nargs="?", type=float, default=10.0)
    parser.add_argument(
        "--joins", type=float, default=0.0, help="viewers a second that come and go"
    )
    parser.add_argument("--small", action="store_true", help="three small cameras at 100 fps")
    options = parser.parse_args(arguments)
    load = "3 x 320x240 at 100 fps" if options.small else REFERENCE
    others = f", {options.joins:g} others a second come and go" * bool(options.joins)
    print(f"{load}, {VIEWERS} viewers{others}, {options.minutes:g} minutes", flush=True)
    cameras = small_cameras(3) if options.small else reference_load()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="camstrm-bench-") as folder,
            probed() as answers,
            MeasuredSystem(Path(folder), cameras) as system,
        ):
            return _run(system, options.minutes, options.joins, answers)
    except SimulatorBuildError as error:
        print(error, file=sys.stderr)
        return 2


def _run(system: MeasuredSystem, minutes: float, joins: float, answers: Path) -> int:
    with contextlib.ExitStack() as stack:
        watchers = stack.enter_context(system.watched(VIEWERS))
        others = None
        if joins:
            port, token_file = system.system.port, system.system.token_file
            others = stack.enter_context(joining(port, token_file, joins))
        run = _watch(system, watchers, others, minutes, answers)
    found = mistakes(run)
    produced = sum(window.produced for window in run.windows)
    skipped = sum(window.total("skipped") for window in run.windows)
    print(
        f"\n{produced} frames, {skipped} bundles skipped"
        + f", {run.joins} viewers came and went" * bool(joins)
        + ": "
        + ("; ".join(found) or "as wanted")
    )
    return 1 if found else 0


def _watch(
    system: MeasuredSystem,
    watchers: list[WatcherProcess],
    others: Joining | None,
    minutes: float,
    answers: Path,
) -> LongRun:
    # As windows: their questions are a part of the warm-up.
    warm_up_s = min(_JOINS_WARM_UP_S if others else _WARM_UP_S, _MINUTE_S * minutes / 2)
    for begin_s in range(0, math.ceil(warm_up_s), int(_MINUTE_S)):
        system.window(min(_MINUTE_S, warm_up_s - begin_s), watchers)
    run = LongRun([], MemoryGrowth(system.memory()), most_percent=_most_percent(others))
    run.first = run.last = _states(system, answers)
    begin = _counted(system)
    if others is not None:
        others.report()
    print(_memory_line("after the warm-up", run), flush=True)
    left_s = _MINUTE_S * minutes
    while left_s > 0:
        run.windows.append(system.window(min(left_s, _MINUTE_S), watchers))
        left_s -= _MINUTE_S
        run.growth.add(system.memory())
        if others is not None:
            joined: Joined = others.report()
            run.joins += joined.joins
            run.failures += joined.failures
        run.last = _states(system, answers)
        print(_window_line(f"minute {len(run.windows)}", run.windows[-1]), flush=True)
        print(_memory_line(f"minute {len(run.windows)}", run), flush=True)
    skipped = sum(window.total("skipped") for window in run.windows)
    run.unexplained = max(0, skipped - (_counted(system) - begin))
    return run


def _most_percent(others: Joining | None) -> float:
    return 1.0 if others is None else _JOINS_MOST_PERCENT


def _counted(system: MeasuredSystem) -> int:
    """Return the bundles that the steady viewers did not get, as grabber and bridge count them."""
    status = asyncio.run(system.system.status())
    _, metrics = asyncio.run(system.system.get("/metrics"))
    overtaken = sum(int(float(number)) for number in _OVERTAKEN.findall(metrics.decode()))
    steady = sorted(status["viewers"], key=lambda viewer: int(viewer["id"]))[:VIEWERS]
    skipped = sum(int(viewer["skipped"]) for viewer in steady)
    return skipped + len(steady) * (int(status["status"]["bundles_dropped"]) + overtaken)


def _states(system: MeasuredSystem, answers: Path) -> dict[str, ProcessState]:
    """Return how bridge, grabber and camera processes are; the last ones have no loop to ask."""
    running = system.system
    assert running.bridge is not None
    assert running.grabber is not None
    time.sleep(_SETTLE_S)
    found = {
        "bridge": state_of(running.bridge.process.pid, answers),
        "grabber": state_of(running.grabber.process.pid, answers),
    }
    for number, pid in enumerate(sorted(running.grabber.children())):
        found[f"camera process {number + 1}"] = state_of(pid, None)
    return found


def mistakes(run: LongRun) -> list[str]:
    """Say what is not as wanted."""
    windows, growth = run.windows, run.growth
    found = []
    lost = sum(window.lost for window in windows)
    wrong = sum(window.total("misordered") + window.total("wrong") for window in windows)
    seconds = sum(window.seconds for window in windows)
    slowest = min(
        sum(rates) / seconds
        for rates in zip(
            *([rate * w.seconds for rate in w.rates] for w in windows),
            strict=True,
        )
    )
    closed = [reason for window in windows for reason in window.closed]
    if lost:
        found.append(f"{lost} frames lost{_beside(windows)}")
    if wrong:
        found.append(f"{wrong} bundles or pictures out of order or wrong")
    if closed:
        found.append(f"{len(closed)} viewers cut off: {closed[0]}")
    if slowest < LEAST_FPS:
        found.append(f"{slowest:.2f} bundles a second at the slowest viewer, wanted {LEAST_FPS:g}")
    for title, names in (("grabber", growth.grabber), ("bridge", ("bridge",))):
        if not growth.is_flat(*names, most_percent=run.most_percent):
            found.append(f"memory of the {title} grew by {growth.percent(*names):.2f} %")
    if run.unexplained:
        found.append(f"{run.unexplained} bundles missing that no counter explains")
    if run.failures:
        found.append(f"{run.failures} of {run.joins} viewers that came got no bundle")
    # One of those that come and go may be there just now: its socket and its task.
    return found + changes(run.first, run.last, margin=2 if run.joins else 0)


def _beside(windows: Sequence[Window]) -> str:
    """Return what other programs took while frames were lost, and in the other minutes."""
    shares = ([w.others for w in windows if bool(w.lost) is lossy] for lossy in (True, False))
    with_losses, without = (
        f"{100 * percentile(share, 50):.0f} %" if share else "" for share in shares
    )
    text = f" (other programs took {with_losses} of a core in those minutes"
    return text + f", {without} in the others)" if without else text + ")"


def _window_line(when: str, window: Window) -> str:
    ages = window.ages_ms
    return (
        f"{when}: {window.produced} frames, {window.lost} lost"
        + (f" ({window.stood_still} not made: machine stood still)" * bool(window.stood_still))
        + f"; bundles/s {min(window.rates):.2f} to {max(window.rates):.2f}, "
        f"{window.total('skipped')} skipped; age p50 {percentile(ages, 50):.1f} ms, "
        f"p99 {percentile(ages, 99):.1f} ms; % of a core: grabber {100 * window.grabber:.1f}, "
        f"bridge {100 * window.bridge:.1f}, other programs {100 * window.others:.1f}"
    )


def _memory_line(when: str, run: LongRun) -> str:
    growth = run.growth
    sizes = ", ".join(f"{name} {size / 1e6:.2f} MB" for name, size in growth.last.items())
    return (
        f"{when}: {sizes} (grabber {growth.percent(*growth.grabber):+.2f} %, "
        f"bridge {growth.percent('bridge'):+.2f} %)\n{when}: {_states_text(run.last)}"
    )


def _states_text(states: Mapping[str, ProcessState]) -> str:
    bridge = states["bridge"]
    counts = ", ".join(
        f"{name} {state.descriptors} descriptors {state.threads} threads"
        + f" {state.tasks} tasks" * bool(state.tasks)
        for name, state in states.items()
    )
    return (
        f"{counts}; bridge {bridge.objects} objects, malloc {bridge.used / 1e6:.2f} MB used, "
        f"{bridge.held / 1e6:.2f} MB held"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
