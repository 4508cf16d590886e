"""What a forge and pre-commit read: templates of reports, and the hooks before a commit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.documents import ROOT

FORMS = sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml"))


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


@pytest.mark.parametrize("form", [p for p in FORMS if p.name != "config.yml"], ids=lambda p: p.name)
def test_a_report_asks_for_the_camera_and_for_the_archive(form: Path) -> None:
    fields = {field.get("id"): field for field in read(form)["body"]}
    assert {"camera", "cameras"} & fields.keys()
    assert "camstrm support" in fields["support"]["attributes"]["label"]
    assert all(len(field["attributes"].get("label", "text")) > 3 for field in read(form)["body"])


def test_hooks_are_what_make_check_runs_and_fetch_nothing() -> None:
    (repository,) = read(ROOT / ".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    hooks = {hook["id"]: hook for hook in repository["hooks"]}
    assert {hook["language"] for hook in hooks.values()} == {"system"}
    makefile = (ROOT / "Makefile").read_text()
    check = makefile.split("\ncheck:")[1].split("\n\n")[0].replace("$(BIN)", ".venv/bin")
    for name in ("ruff-format", "ruff", "mypy", "imports", "page-types"):
        assert hooks[name]["entry"] in check, name
