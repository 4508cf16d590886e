"""The short form of the benchmark: it runs, and no frame is lost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_short_benchmark_loses_no_frame(tmp_path: Path) -> None:
    report = tmp_path / "bench.json"
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--short", "--json", str(report)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    rows = json.loads(report.read_text())["rows"]
    assert {"Mono8 2656x2304 halved", "8 viewers, 3 s: frames lost"} <= {
        row["what"] for row in rows
    }
    assert [row["lost"] for row in rows] == [0] * len(rows)
