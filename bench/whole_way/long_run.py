"""``python -m bench.whole_way.long_run [MINUTES]``: the reference load with 8 viewers for long.

Prints a line a minute; ends with 1 when a frame was lost or came in the wrong order, when a
viewer got less than 29.5 bundles a second, or when memory grew by more than 1 %
and 1 MB.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.loads import REFERENCE, reference_load
from bench.measure import percentile
from bench.whole_way.measured_system import MeasuredSystem, Window
from bench.whole_way.memory_growth import MemoryGrowth
from bench.whole_way.whole_way import LEAST_FPS
from tests.simulator.build import SimulatorBuildError

__all__ = ["main", "mistakes"]

VIEWERS = 8
_WARM_UP_S = 30.0
_MINUTE_S = 60.0


def main(arguments: Sequence[str]) -> int:
    """Run; return the exit code."""
    minutes = float(arguments[0]) if arguments else 10.0
    print(f"{REFERENCE}, {VIEWERS} viewers, {minutes:g} minutes", flush=True)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="camstrm-bench-") as folder,
            MeasuredSystem(Path(folder), reference_load()) as system,
        ):
            return _watch(system, minutes)
    except SimulatorBuildError as error:
        print(error, file=sys.stderr)
        return 2


def _watch(system: MeasuredSystem, minutes: float) -> int:
    windows: list[Window] = []
    with system.watched(VIEWERS) as watchers:
        # As a window: its questions are a part of the warm-up.
        system.window(min(_WARM_UP_S, _MINUTE_S * minutes / 2), watchers)
        growth = MemoryGrowth(system.memory())
        print(_memory_line("after the warm-up", growth), flush=True)
        left_s = _MINUTE_S * minutes
        while left_s > 0:
            windows.append(system.window(min(left_s, _MINUTE_S), watchers))
            left_s -= _MINUTE_S
            growth.add(system.memory())
            print(_window_line(f"minute {len(windows)}", windows[-1]), flush=True)
            print(_memory_line(f"minute {len(windows)}", growth), flush=True)
    found = mistakes(windows, growth)
    produced = sum(window.produced for window in windows)
    skipped = sum(window.total("skipped") for window in windows)
    print(f"\n{produced} frames, {skipped} bundles skipped: " + ("; ".join(found) or "as wanted"))
    return 1 if found else 0


def mistakes(windows: Sequence[Window], growth: MemoryGrowth) -> list[str]:
    """Say what is not as wanted."""
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
        found.append(f"{lost} frames lost")
    if wrong:
        found.append(f"{wrong} bundles or pictures out of order or wrong")
    if closed:
        found.append(f"{len(closed)} viewers cut off: {closed[0]}")
    if slowest < LEAST_FPS:
        found.append(f"{slowest:.2f} bundles a second at the slowest viewer, wanted {LEAST_FPS:g}")
    for title, names in (("grabber", growth.grabber), ("bridge", ("bridge",))):
        if not growth.is_flat(*names):
            found.append(f"memory of the {title} grew by {growth.percent(*names):.2f} %")
    return found


def _window_line(when: str, window: Window) -> str:
    ages = window.ages_ms
    return (
        f"{when}: {window.produced} frames, {window.lost} lost"
        + (f" ({window.stood_still} not made: machine stood still)" * bool(window.stood_still))
        + f"; bundles/s {min(window.rates):.2f} to {max(window.rates):.2f}, "
        f"{window.total('skipped')} skipped; age p50 {percentile(ages, 50):.1f} ms, "
        f"p99 {percentile(ages, 99):.1f} ms; % of a core: grabber {100 * window.grabber:.1f}, "
        f"bridge {100 * window.bridge:.1f}"
    )


def _memory_line(when: str, growth: MemoryGrowth) -> str:
    sizes = ", ".join(f"{name} {size / 1e6:.2f} MB" for name, size in growth.last.items())
    return (
        f"{when}: {sizes} (grabber {growth.percent(*growth.grabber):+.2f} %, "
        f"bridge {growth.percent('bridge'):+.2f} %)"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
