"""docs/viewer-tests.md names a test of that viewer for each thing that there is."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/viewer-tests.md").read_text("utf-8")
TABLE = PAGE.partition("| wish | page | Qt viewer |\n")[2]

PLACES = {
    "page": ("integration/**/test_page*.py", "unit/bridge/**/test_*.py"),
    "Qt viewer": ("client_qt/**/test_*.py", "unit/deploy/test_*.py"),
}
"""Where the tests of a viewer are."""

WITHOUT = ("left out: ", "nothing is installed")
"""How an entry begins that needs no test; the reason follows."""


def rows() -> list[list[str]]:
    """Return the wish and its two entries, for each line of the table."""
    lines = TABLE.splitlines()[1:]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]


def of_viewer(viewer: str) -> set[str]:
    """Return the names of the tests of a viewer."""
    files = [file for place in PLACES[viewer] for file in (ROOT / "tests").glob(place)]
    nodes = [node for file in files for node in ast.parse(file.read_text("utf-8")).body]
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in nodes if isinstance(node, functions)}


def test_the_table_is_whole() -> None:
    assert len(rows()) == 38
    assert {len(row) for row in rows()} == {3}


@pytest.mark.parametrize("viewer", PLACES)
def test_each_test_of_the_table_is_one_of_that_viewer(viewer: str) -> None:
    known, column = of_viewer(viewer), 1 + list(PLACES).index(viewer)
    assert len(known) > 100
    for row in rows():
        entry = row[column]
        named = re.findall(r"`(test_\w+)`", entry)
        assert named or entry.startswith(WITHOUT), f"{row[0]}: no test and no reason"
        assert set(named) <= known, f"{row[0]}: {set(named) - known}"
