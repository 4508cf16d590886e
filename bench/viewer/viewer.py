"""Viewer: camstrm's window beside QImage.loadFromData, each in a process of its own, in turns."""

from __future__ import annotations

import statistics
from typing import Any

from bench.child_process import report_of
from bench.report import Findings, Row

WAYS = {
    "camstrm": "camstrm's viewer",
    "ui": "QImage.loadFromData in the UI thread",
    "thread": "QImage.loadFromData in a QThread",
}
LOAD = "1328x1152 + 2 x 640x480"
FPS = 30.0
FLOOD_FPS = 300.0
"""Ten times what comes from a server: pictures must be dropped, memory must not grow."""

MAX_CPU_RATIO = 0.5
MAX_CPU_PERCENT = 50.0
MAX_LATE_MS = 4.0
MAX_TURN_MS = 8.0
"""Half a period of a screen with 60 Hz."""
MAX_GROWTH_MB = 12.0
"""Two pictures of 1328x1152 decoded: how many there are at a moment varies by so much."""

_TIMEOUT_S = 60.0


def run(*, short: bool) -> Findings:
    """Return CPU, lateness and turns of each way, and the memory under a flood of pictures."""
    warm_up_s, seconds, turns = (0.3, 1.5, 1) if short else (1.5, 8.0, 3)
    found: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS if not short}
    found.setdefault("camstrm", [])
    for _ in range(turns):
        for way, reports in found.items():
            report = show(way, FPS, warm_up_s, seconds)
            if "missing" in report:
                note = f"not measured: {report['missing']}"
                return Findings([Row("viewer", 0.0, "", note=note)])
            reports.append(report)
    rows = [row for way in found for row in _rows(way, found)]
    flood_s = 2.0 if short else 45.0
    return Findings([*rows, _memory(show("camstrm", FLOOD_FPS, warm_up_s, flood_s), flood_s)])


def show(way: str, fps: float, warm_up_s: float, seconds: float) -> dict[str, Any]:
    """Run one window; return what it counted, or ``missing`` with the reason."""
    return report_of("bench.viewer", way, fps, warm_up_s, seconds, timeout_s=_TIMEOUT_S + seconds)


def unexplained(report: dict[str, Any]) -> int:
    """Return the pictures that were neither shown nor counted as dropped, and broken ones."""
    settled = report["shown"] + report["dropped"]
    return int(abs(report["received"] - settled - report["failed"]) + report["failed"])


def _rows(way: str, found: dict[str, list[dict[str, Any]]]) -> list[Row]:
    reports, ours = found[way], way == "camstrm"
    what = f"{WAYS[way]}, {LOAD} at {FPS:g} fps"
    cpu, late = _median(reports, "cpu_percent"), _median(reports, "late_p99_ms")
    turn = _median(reports, "turn_p99_ms")
    peer = _median(found["ui"], "cpu_percent") if "ui" in found else None
    ratio = cpu / peer if peer else None
    counts = {key: sum(r[key] for r in reports) for key in ("received", "shown", "dropped")}
    return [
        Row(
            f"{what}: CPU",
            cpu,
            "% of a core",
            ratio,
            WAYS["ui"] if peer else "",
            sum(map(unexplained, reports)) if ours else 0,
            f"<= {MAX_CPU_RATIO:g} x and < {MAX_CPU_PERCENT:g} %" if ours else "",
            cpu < MAX_CPU_PERCENT and (ratio or 0.0) <= MAX_CPU_RATIO if ours else None,
            "pictures: "
            + ", ".join(f"{number} {key}" for key, number in counts.items())
            + f"; {_median(reports, 'shown_per_s'):.0f} shown a second",
        ),
        Row(
            f"{what}: UI thread late",
            late,
            "ms p99",
            target=f"<= {MAX_LATE_MS:g} ms" if ours else "",
            met=late <= MAX_LATE_MS if ours else None,
            note=f"p50 {_median(reports, 'late_p50_ms'):.2f}, "
            f"max {_median(reports, 'late_max_ms'):.1f} ms",
        ),
        Row(
            f"{what}: UI thread busy in one turn",
            turn,
            "ms CPU p99",
            target=f"<= {MAX_TURN_MS:g} ms" if ours else "",
            met=turn <= MAX_TURN_MS if ours else None,
            note=f"max {_median(reports, 'turn_max_ms'):.1f} ms; not changed by other programs",
        ),
    ]


def _memory(report: dict[str, Any], seconds: float) -> Row:
    begin, end = report["resident_begin"] / 1e6, report["resident_end"] / 1e6
    return Row(
        f"{WAYS['camstrm']}: memory at {FLOOD_FPS:g} fps for {seconds:g} s",
        end,
        "MB",
        lost=unexplained(report),
        target=f"flat (+ {MAX_GROWTH_MB:g} MB)",
        met=end - begin <= MAX_GROWTH_MB,
        note=f"{end - begin:+.1f} MB since the first second; {report['received']} pictures, "
        f"{report['shown']} shown, {report['dropped']} dropped",
    )


def _median(reports: list[dict[str, Any]], key: str) -> float:
    return float(statistics.median(report[key] for report in reports))
