"""Regions of the large camera at its own resolution, watched beside the reference load."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.child_process import ROOT
from bench.loads import REFERENCE, reference_load
from bench.measure import percentile
from bench.report import Findings, Row
from bench.views.reader import SIDE
from bench.whole_way.measured_system import MeasuredSystem, Window, merged
from tests.simulator.build import NoCompilerError

COUNTS = (0, 1, 4)
"""Different views that are watched."""

MAX_LATER_MS = 5.0
"""By so much a view may be older than the whole picture of its camera, p50."""

LEAST_FPS = 29.5

_VIEWERS = 8
_START_S = 4.0
_SPARE_S = 30.0


def run(*, short: bool) -> Findings:
    """Return bundles, losses and ages for some numbers of views, in turns."""
    seconds, turns = (3.0, 1) if short else (10.0, 3)
    try:
        with tempfile.TemporaryDirectory(prefix="camstrm-bench-") as folder:
            return Findings(_rows(Path(folder), seconds, turns, buffer_s=0.7 if short else 0.0))
    except NoCompilerError as error:
        return Findings([Row("views: not measured", 0.0, "", note=str(error))])


def _rows(folder: Path, seconds: float, turns: int, *, buffer_s: float) -> list[Row]:
    """``buffer_s`` as in whole_way.py: the tests' machine may stand still for longer."""
    windows: dict[int, list[Window]] = {count: [] for count in COUNTS}
    found: dict[int, list[dict[str, Any]]] = {count: [] for count in COUNTS}
    with MeasuredSystem(folder, reference_load(), buffer_s=buffer_s) as system:
        largest = max(system.cameras, key=lambda camera: camera.width)
        with system.watched(_VIEWERS) as watchers:
            system.window(_START_S, watchers)
            for _ in range(turns):
                for count in COUNTS:
                    reader = _start(system, largest.serial, count, seconds)
                    windows[count].append(system.window(seconds + _START_S, watchers))
                    found[count].append(_result(reader, seconds))
    return [row for count in COUNTS for row in _of(count, merged(windows[count]), found[count])]


def _start(
    system: MeasuredSystem, camera: str, count: int, seconds: float
) -> subprocess.Popen[str]:
    program = [sys.executable, "-m", "bench.views.reader"]
    return subprocess.Popen(
        [*program, system.system.url, camera, str(count), str(seconds)],
        cwd=ROOT,
        env={**os.environ, "CAMSTRM_TOKEN": system.system.token},
        stdout=subprocess.PIPE,
        text=True,
    )


def _result(reader: subprocess.Popen[str], seconds: float) -> dict[str, Any]:
    try:
        text = reader.communicate(timeout=seconds + _SPARE_S)[0]
    except subprocess.TimeoutExpired:
        reader.kill()
        reader.communicate()
        raise
    result: dict[str, Any] = json.loads(text)
    return {**result, "seconds": seconds}


def _of(count: int, window: Window, results: list[dict[str, Any]]) -> list[Row]:
    what = f"{count} views of {SIDE}x{SIDE} beside {REFERENCE}, {_VIEWERS} viewers"
    seconds = sum(result["seconds"] for result in results)
    fps = sum(result["bundles"] for result in results) / seconds
    overview = _ages(results, "overview")
    views = _ages(results, "views")
    rows = [
        Row(
            f"{what}: bundles at 30",
            fps,
            "1/s",
            lost=window.lost,
            target=f">= {LEAST_FPS:g}, 0 frames lost",
            met=fps >= LEAST_FPS and not window.lost,
            note=f"{window.lost} of {window.produced} frames lost; the other viewers "
            f"{window.bundles_per_s:.1f}; pictures a second: overview {len(overview) / seconds:.1f}"
            + (f", each view {len(views) / seconds / count:.1f}" if count else ""),
        ),
        Row(
            f"{what}: age of the overview, p50",
            percentile(overview or [math.nan], 50),
            "ms",
            note=f"p99 {percentile(overview or [math.nan], 99):.1f}",
        ),
    ]
    if count:
        age = percentile(views or [math.nan], 50)
        later = age - percentile(overview or [math.nan], 50)
        rows.append(
            Row(
                f"{what}: age of a view, p50",
                age,
                "ms",
                target=f"<= {MAX_LATER_MS:g} ms more than the overview",
                met=later <= MAX_LATER_MS,
                note=f"{later:+.1f} ms; p99 {percentile(views or [math.nan], 99):.1f}",
            )
        )
    return rows


def _ages(results: list[dict[str, Any]], name: str) -> list[float]:
    return [age for result in results for age in result["ages_ms"].get(name, [])]
