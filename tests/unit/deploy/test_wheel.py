"""What the viewers read as data is in the wheel, and the desktop finds the viewer."""

from __future__ import annotations

import configparser
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
READ = """
import sys
sys.path.insert(0, sys.argv[1])
from importlib.resources import files
from camstrm.viewing.keys import viewer_actions
from camstrm.viewing.texts import LANGUAGES, table
import client_qt
icons = sorted(file.name for file in (files("client_qt") / "icons").iterdir())
assert sys.argv[1] in client_qt.__path__[0], client_qt.__path__
print(len(viewer_actions()) > 40, all(len(table(one)) > 300 for one in LANGUAGES), len(icons))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build it without a network, with the hatchling that is here."""
    pytest.importorskip("hatchling", reason="hatchling builds the wheel")
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    (found,) = folder.glob("*.whl")
    return found


def test_texts_keys_and_icons_are_found_in_the_wheel(wheel: Path) -> None:
    read = subprocess.run(
        [sys.executable, "-c", READ, str(wheel)],
        cwd=wheel.parent, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert read.stdout.split() == ["True", "True", "12"], read.stderr


def test_the_viewer_is_a_program_with_and_without_a_console(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith("entry_points.txt"))
        entries = configparser.ConfigParser()
        entries.read_string(archive.read(name).decode())
    assert entries["console_scripts"]["camstrm"] == "camstrm.cli.main:run"
    assert entries["gui_scripts"]["camstrm-viewer"] == "client_qt.__main__:run"


def test_the_desktop_entry_opens_links_with_the_viewer() -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.optionxform = str  # type: ignore[assignment]  # keys keep their case
    entry.read(ROOT / "deploy" / "camstrm-viewer.desktop", encoding="utf-8")
    desktop = entry["Desktop Entry"]
    assert desktop["Exec"] == "camstrm-viewer %u"
    assert desktop["MimeType"] == "x-scheme-handler/camstrm;"
    assert desktop["Name[ko]"]
    assert desktop["Icon"] == "camstrm-viewer"
