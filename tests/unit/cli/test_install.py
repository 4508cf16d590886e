from __future__ import annotations

import importlib.metadata
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from camstrm.cli import install
from camstrm.cli.install import install_command

ROOT = Path(__file__).parents[3]

TEXTS = sorted(
    path
    for pattern in (
        "camstrm/**/*",
        "client_qt/**/*",
        "deploy/*",
        "gentl_profiles/*",
        "*.md",
        "Makefile",
    )
    for path in ROOT.glob(pattern)
    if path.suffix
    in (".py", ".md", ".toml", ".js", ".html", ".sh", ".service", ".spec", ".yaml", ".txt")
    or path.name in ("Dockerfile", "Makefile")
)

BARE_NAME = re.compile(r"""pip install(?: -\S+(?: \S+\.txt)?)* ["'`]?camstrm(?![\w./-])""")


def test_no_text_installs_camstrm_by_a_bare_name() -> None:
    """An index may have another package of that name, or nobody's yet."""
    assert len(TEXTS) > 150
    found = []
    for path in TEXTS:
        # As one line, with the parts of a Python string put together.
        text = re.sub(r'"\s*\n\s*f?"', "", path.read_text())
        found += [(path.name, hit) for hit in BARE_NAME.findall(re.sub(r"\s+", " ", text))]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "pip install camstrm",
        "pip install 'camstrm[grab]'",
        "pip install -c deploy/c.txt camstrm==1",
    ],
)
def test_a_bare_name_would_be_found(line: str) -> None:
    assert BARE_NAME.search(line)


def test_the_command_names_the_source_folder() -> None:
    assert install_command("grab") == f"{sys.executable} -m pip install '{ROOT}[grab]'"
    assert install_command("grab", "/a b/python").startswith("'/a b/python' -m pip install ")


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ('{"url": "file://{folder}/camstrm-1.whl"}', "'{folder}/camstrm-1.whl[bridge]'"),
        ('{"url": "file:///gone"}', "'.[bridge]' (in the folder with camstrm's pyproject.toml)"),
        ('{"url": "https://x/camstrm.whl"}', "'.[bridge]' (in"),
        ("{", "'.[bridge]' (in"),
        (None, "'.[bridge]' (in"),
    ],
)
def test_the_command_of_an_installed_camstrm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str | None, wanted: str
) -> None:
    (tmp_path / "camstrm-1.whl").write_text("")
    monkeypatch.setattr(install, "__file__", str(tmp_path / "site" / "camstrm" / "cli" / "x.py"))
    text = told and told.replace("{folder}", str(tmp_path))
    distribution = SimpleNamespace(read_text=lambda _: text)
    monkeypatch.setattr(importlib.metadata, "distribution", lambda _: distribution)
    assert wanted.replace("{folder}", str(tmp_path)) in install_command("bridge")
