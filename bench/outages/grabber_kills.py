"""kill -9 of the grabber, again and again, while many watch: nobody is cut off, nothing is torn."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.loads import small_cameras
from bench.measure import percentile
from bench.report import Findings, Row
from bench.whole_way.restart import CAMERAS, TARGET_S, VIEWERS, measure_restarts

__all__ = ["run"]

KILLS = 200
_LONGEST_S = 2.0


def run(*, short: bool) -> Findings:
    """Return what became of viewers and pictures."""
    viewers, kills = (5, 2) if short else (VIEWERS, KILLS)
    with tempfile.TemporaryDirectory(prefix="camstrm-bench-") as folder:
        found = measure_restarts(Path(folder), small_cameras(CAMERAS), viewers, kills)
    first = [restart.first for restart in found.restarts]
    what = f"{kills} kills, {viewers} viewers"
    return Findings(
        [
            Row.at_most(f"{what}: first new picture, p50", percentile(first, 50), "s", TARGET_S),
            Row.at_most(
                f"{what}: first new picture, max",
                max(first),
                "s",
                _LONGEST_S,
                note=f"p90 {percentile(first, 90):.2f} s",
            ),
            Row.at_most(
                f"{what}: viewers cut off",
                len(found.closed),
                "",
                0,
                note=found.closed[0] if found.closed else "",
            ),
            Row(
                f"{what}: torn pictures",
                found.torn,
                f"of {found.pictures}",
                target="0",
                met=not found.torn,
            ),
        ]
    )
