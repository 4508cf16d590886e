"""The short form of the benchmark: every part runs, and no frame is lost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.picture.picture import FORMATS, TARGETS

ROOT = Path(__file__).parents[2]
DEADLINE_S = 300

Rows = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    report = tmp_path_factory.mktemp("bench") / "bench.json"
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--short", "--json", str(report)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    # It ends with 1 when frames were lost: the test below says where.
    assert done.returncode in (0, 1), done.stdout
    assert report.exists(), done.stdout
    return {row["what"]: row for row in json.loads(report.read_text())["rows"]}


def test_no_part_loses_a_frame(rows: Rows) -> None:
    assert {name: row["lost"] for name, row in rows.items() if row["lost"]} == {}
    for part in (
        "camstrm: feed",
        "frames lost at 2 x 400",
        "16 clients",
        "1 MB/s",
        "memory at 300 fps",
        "page",
        "16 cameras",
    ):
        assert any(part in name for name in rows), part
    assert {"8 viewers, 3 s: frames lost", "1 to 20 viewers: frames lost"} <= set(rows)


def test_every_format_has_a_picture_of_the_wanted_quality(rows: Rows) -> None:
    assert {f"{name} 2656x2304 halved" for name in FORMATS} <= set(rows)
    assert {"Mono8 640x480", "BayerRG8 640x480"} <= set(rows)
    assert rows["BayerRG8 2656x2304 halved: PSNR of the JPEG"]["met"]
    assert all(rows[f"{name} 2656x2304 halved"]["target"] for name in TARGETS)
