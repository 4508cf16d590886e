"""How cost and age grow with cameras, viewers and stream rate, and where this machine ends."""

from __future__ import annotations

import contextlib
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.loads import REFERENCE, SMALL_FPS, reference_load, small_cameras
from bench.report import Findings, Row
from bench.whole_way.measured_system import MeasuredSystem, Window
from bench.whole_way.sweep import Sweep
from bench.whole_way.watcher_process import WatcherError
from tests.simulator.build import NoCompilerError
from tests.simulator.scenario import CameraSpec

FPS = 30.0
LEAST_FPS = 29.5

CAMERAS = (1, 2, 4, 8, 16)
MORE_CAMERAS = (24, 32, 48)
VIEWERS = (1, 2, 5, 10, 20, 50, 100, 200)
MORE_VIEWERS = (300, 400, 600, 800)
RATES = (1.0, 5.0, 15.0, 30.0, 60.0)
"""Bundles a second."""

_SETTLE_S = 1.0
_SECONDS = 4.0
_SPARE_FILES = 100
_SKIPPED_SHARE = 0.01
"""Of the bundles; a machine that is busy with something else skips one now and then."""

_FULL = 0.9
"""Of a core, or of all: what is left then is the scheduler's."""


def run(*, short: bool) -> Findings:
    """Return the worst step of each sweep, this machine's limits, and the lines to plot."""
    found = Findings()
    try:
        if short:
            _add(found, _viewer_sweep((1, 20), (), seconds=1.5), (1, 20))
            return found
        _add(found, _rate_sweep(), RATES)
        viewers = _viewer_sweep(VIEWERS, MORE_VIEWERS, seconds=_SECONDS)
        _add(found, viewers, VIEWERS)
        if 100 in viewers.windows:
            found.rows.append(_encoding_row(viewers))
        found.rows.append(_limit_row(viewers, 1, "viewers of one 320x240 camera"))
        cameras = _camera_sweep()
        _add(found, cameras, CAMERAS)
        what = f"cameras of 320x240 at {SMALL_FPS:g} fps, 1 viewer"
        found.rows.append(_limit_row(cameras, None, what))
    except NoCompilerError as error:
        found.rows.append(Row("scaling: not measured", 0.0, "", note=str(error)))
    return found


def _add(found: Findings, sweep: Sweep, sizes: tuple[float, ...]) -> None:
    measured = tuple(size for size in sizes if size in sweep.windows)
    if len(measured) < len(sizes):
        note = f"at {min(set(sizes) - set(measured)):g} not every viewer got a first picture"
        found.rows.append(Row(f"{sweep.what}: measured", len(measured), "sizes", note=note))
    if measured:
        found.rows += sweep.rows(measured)
        found.series += sweep.series(measured[-1])


def _camera_sweep() -> Sweep:
    """1 viewer; more cameras until the machine does not keep up."""
    sweep = Sweep("cameras", f"320x240 at {SMALL_FPS:g} fps")
    for count in CAMERAS + MORE_CAMERAS:
        with _system(small_cameras(count)) as system:
            if not _grow(sweep, system, count, (1, count), _SECONDS) and count >= CAMERAS[-1]:
                break
    return sweep


def _viewer_sweep(sizes: tuple[int, ...], more: tuple[int, ...], seconds: float) -> Sweep:
    """1 small camera; more viewers until somebody's bundles are late."""
    sweep = Sweep("viewers", "of one 320x240 camera")
    with _system(small_cameras(1)) as system:
        for count in sizes + tuple(_possible(more)):
            if not _grow(sweep, system, count, (count, 1), seconds) and count >= sizes[-1]:
                break
    return sweep


def _rate_sweep() -> Sweep:
    """The reference load, 1 viewer."""
    sweep = Sweep("bundles a second", REFERENCE)
    for rate in RATES:
        with _system(reference_load(), fps=rate) as system:
            # At least some bundles, also of the slowest.
            sweep.windows[rate] = _measured(system, 1, max(_SECONDS, 8 / rate))
    return sweep


def _grow(
    sweep: Sweep,
    system: MeasuredSystem,
    size: int,
    viewers_and_cameras: tuple[int, int],
    seconds: float,
) -> bool:
    """Measure the next size; return whether the machine keeps up, at least the second time."""
    viewers, cameras = viewers_and_cameras
    for _ in range(2):
        try:
            sweep.windows[size] = _measured(system, viewers, seconds)
        except WatcherError:
            # Not even a first picture for everybody in a minute and a half.
            return False
        if _keeps_up(sweep.windows[size], cameras):
            return True
    return False


def _measured(system: MeasuredSystem, viewers: int, seconds: float) -> Window:
    with system.watched(viewers, decode=False) as watchers:
        time.sleep(_SETTLE_S)
        return system.window(seconds, watchers)


def _possible(sizes: tuple[int, ...]) -> Iterator[int]:
    """Yield the numbers of viewers for which a process may have enough files."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield from (size for size in sizes if size <= soft - _SPARE_FILES)


def _keeps_up(window: Window, cameras: int) -> bool:
    bundles = sum(sum(report.bundles) for report in window.reports)
    return (
        min(window.rates) >= LEAST_FPS
        and window.total("skipped") <= _SKIPPED_SHARE * bundles
        and window.pictures_per_bundle >= (1 - _SKIPPED_SHARE) * cameras
        and not window.lost
        and not window.closed
    )


def _encoding_row(sweep: Sweep) -> Row:
    """Nothing is encoded per viewer."""
    one, many = sweep.windows[1], sweep.windows[100]
    ratio = (many.encoded / many.seconds) / (one.encoded / one.seconds)
    return Row(
        "pictures encoded with 100 viewers",
        many.encoded / many.seconds,
        "1/s",
        ratio,
        "with 1 viewer",
        target="1.0 x",
        met=ratio <= 1.1,
        note=f"grabber {100 * many.grabber:.1f} % of a core against {100 * one.grabber:.1f} %",
    )


def _limit_row(sweep: Sweep, cameras: int | None, what: str) -> Row:
    """Say up to where all bundles came in time, and what had run out beyond."""
    kept = [n for n, w in sweep.windows.items() if _keeps_up(w, cameras or int(n))]
    beyond = {n: w for n, w in sweep.windows.items() if n > max(kept, default=0)}
    if not beyond:
        note = "the search ended there"
    else:
        count, window = next(iter(beyond.items()))
        cores = os.cpu_count() or 1
        if window.bridge > _FULL:
            full = "the bridge's core is busy"
        elif window.machine > _FULL * cores:
            full = f"all {cores} cores are busy"
        elif window.viewers > _FULL:
            full = "the core of the viewers' process is busy"
        else:
            full = "no core is busy all the time"
        note = (
            f"{count:g}: {full}; slowest viewer {min(window.rates):.1f} bundles/s, "
            f"{window.total('skipped')} skipped, {window.lost} frames lost, "
            f"{window.pictures_per_bundle:.1f} pictures a bundle; % of a core: "
            f"grabber {100 * window.grabber:.0f}, simulated cameras {100 * window.simulator:.0f}, "
            f"bridge {100 * window.bridge:.0f}, viewers {100 * window.viewers:.0f}, "
            f"all {100 * window.machine:.0f}"
        )
    return Row(f"limit of this machine: {what}", max(kept, default=0), "", note=note)


@contextlib.contextmanager
def _system(cameras: tuple[CameraSpec, ...], fps: float = FPS) -> Iterator[MeasuredSystem]:
    with (
        tempfile.TemporaryDirectory(prefix="camstrm-bench-") as folder,
        MeasuredSystem(Path(folder), cameras, fps=fps, max_viewers=MORE_VIEWERS[-1]) as system,
    ):
        yield system
