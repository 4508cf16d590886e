"""What docs/viewers.md says of tests is so."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs/viewers.md").read_text("utf-8")
WISHES = 38


def test_each_wish_names_tests_that_exist_or_a_reason() -> None:
    section = DOCUMENT.split("## What is there")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line[:2] == "| "][2:]
    assert len(rows) == WISHES
    sources = [path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py")]
    there = {name for text in sources for name in re.findall(r"def (test_\w+)", text)}
    assert [row for row in rows if len(row) != len(("wish", "page", "Qt"))] == []
    named = {name for row in rows for name in re.findall(r"`(test_\w+)`", " ".join(row))}
    assert named - there == set()
    assert [row for row in rows if any(len(cell) < len("a reason") for cell in row[1:])] == []
