"""deploy/README.md names every file and folder beside it, and no other."""

from __future__ import annotations

import re
from pathlib import Path

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
README = (DEPLOY / "README.md").read_text()


def test_names_every_file() -> None:
    files = {path.name for path in DEPLOY.iterdir()} - {"README.md", "pictures", "__pycache__"}
    table = README[: README.index("## ")]
    named = {
        name
        for row in re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE)
        for name in re.findall(r"`([^`]+)`", row)
    }
    assert named == files


def test_paths_in_commands_exist() -> None:
    for path in re.findall(r"(?<![\w/])deploy/[\w.\-]+", README):
        assert (DEPLOY.parent / path).exists(), path
