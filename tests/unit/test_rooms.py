"""What the packages' docstrings say of where things are."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = [
    folder.parent
    for top in ("camstrm", "client_qt")
    for folder in sorted((ROOT / top).rglob("__init__.py"))
]


def docstring(package: Path) -> str:
    return ast.get_docstring(ast.parse((package / "__init__.py").read_text())) or ""


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_package_says_what_belongs_there_and_names_what_exists(package: Path) -> None:
    text = docstring(package)
    assert len(text) > 20
    for reference in re.findall(r"``([a-z]\w*(?:\.\w+)*)``", text):
        if reference == "camstrm":
            continue  # the command
        place = package
        for name in reference.split("."):
            if (place / name).is_dir():
                place /= name
            elif place.is_dir():
                place = place / f"{name}.py"
                assert place.is_file(), reference
            else:
                names = {getattr(node, "name", "") for node in ast.parse(place.read_text()).body}
                assert name in names, reference


def test_the_files_that_newcomers_are_sent_to_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    named = re.findall(r"`((?:[\w.-]+/)+[\w.-]+)`", text)
    assert len(named) > 10
    assert [name for name in named if not (ROOT / name).exists()] == []
