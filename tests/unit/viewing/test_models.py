"""Models of page and Qt viewer stand side by side, and know neither DOM nor Qt."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "camstrm" / "bridge" / "page" / "static" / "model"
QT = ROOT / "client_qt" / "model"
COMMON = ROOT / "camstrm" / "viewing"
MODULES = sorted(PAGE.glob("*.js"), key=lambda file: file.name)

PAGE_ONLY = {"keys", "per_camera", "place"}
"""Keys as a KeyboardEvent names them, settings of a camera in the browser, the page's address."""

ALLOWED_IMPORTS = {"../camera_state.js", "../texts.js", "../wire.js"}

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_BROWSER = re.compile(
    r"\b(document|window|navigator|localStorage|location|fetch|WebSocket|setTimeout|setInterval"
    r"|requestAnimationFrame|performance|Date\.now|HTML\w*Element|querySelector\w*)\b"
)
_IMPORT = re.compile(r'from "([^"]+)"')


@pytest.mark.parametrize("module", MODULES, ids=lambda file: file.stem)
def test_a_model_of_the_page_knows_no_browser(module: Path) -> None:
    code = _COMMENT.sub("", module.read_text("utf-8"))
    assert _BROWSER.findall(code) == []
    imports = {name for name in _IMPORT.findall(code) if not name.startswith("./")}
    assert sorted(imports - ALLOWED_IMPORTS) == []


def test_a_model_of_the_page_has_its_counterpart_in_qt() -> None:
    alone = {file.stem for file in MODULES if counterpart(file) is None}
    assert sorted(alone) == sorted(PAGE_ONLY)


@pytest.mark.parametrize("module", MODULES, ids=lambda file: file.stem)
def test_what_both_viewers_do_has_one_name(module: Path) -> None:
    same = counterpart(module)
    if same is None:
        return
    code = module.read_text("utf-8")
    functions = re.findall(r"^export function (\w+)", code, re.MULTILINE)
    classes = re.findall(r"^export class (\w+)", code, re.MULTILINE)
    python = same.read_text("utf-8")
    for name in functions:
        snake = re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()
        assert re.search(rf"def _?{snake}\b", python), f"{name} is not in {module.stem}.py"
    for name in classes:
        assert f"class {name}" in python


def counterpart(module: Path) -> Path | None:
    """Return the module in Python that does the same; both viewers may have one in camstrm."""
    if module.stem in PAGE_ONLY:
        return None
    found = (folder / f"{module.stem}.py" for folder in (QT, COMMON))
    return next((file for file in found if file.exists()), None)
