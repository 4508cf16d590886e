"""viewer.spec with stand-ins for PyInstaller's names."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"


class Recorder:
    """Runs the spec as PyInstaller does and keeps what it asks for."""

    def __init__(self) -> None:
        self.analysis: dict[str, Any] = {}
        self.programs: dict[str, dict[str, Any]] = {}
        self.folder: dict[str, Any] = {}
        path = DEPLOY / "viewer.spec"
        self.names: dict[str, Any] = {
            "SPECPATH": str(DEPLOY),
            "Analysis": self._analyse,
            "PYZ": lambda pure: pure,
            "EXE": self._program,
            "COLLECT": self._collect,
        }
        exec(compile(path.read_text(), str(path), "exec"), self.names)

    def _analyse(self, scripts: list[str], **options: Any) -> SimpleNamespace:
        self.analysis = {"scripts": scripts, **options}
        libraries = ["PySide6/Qt/lib/libQt6Core.so.6", "PySide6/Qt/lib/libQt6Quick.so.6"]
        entries = [(name, f"/x/{name}", "BINARY") for name in libraries]
        return SimpleNamespace(pure=[], scripts=[], datas=[], binaries=entries)

    def _program(self, *_: Any, **options: Any) -> str:
        self.programs[options["name"]] = options
        return "program"

    def _collect(self, *parts: Any, **options: Any) -> None:
        self.folder = {"parts": parts, **options}


@pytest.fixture(scope="module")
def spec() -> Recorder:
    return Recorder()


def test_starts_the_viewer_of_this_repository(spec: Recorder) -> None:
    (script,) = spec.analysis["scripts"]
    assert Path(script) == DEPLOY.parent / "client_qt" / "__main__.py"
    assert Path(script).is_file()
    assert spec.analysis["pathex"] == [str(DEPLOY.parent)]


def test_one_folder_with_a_program_for_the_console_and_one_for_menus(spec: Recorder) -> None:
    assert {name: options["console"] for name, options in spec.programs.items()} == {
        "camstrm-view": True,
        "camstrm-viewer": False,
    }
    assert spec.folder["name"] == "camstrm-view"
    for options in spec.programs.values():
        assert options["exclude_binaries"] is True
        assert Path(options["icon"]).is_file()


def test_what_the_viewer_reads_as_data_is_taken_along(spec: Recorder) -> None:
    wanted = {
        "camstrm/viewing": {"keys.json"},
        "camstrm/viewing/texts": {"connect.json", "actions.json"},
        "client_qt/icons": {"camstrm-16.png", "camstrm-256.png"},
    }
    for source, folder in spec.analysis["datas"]:
        path = Path(source)
        assert wanted.pop(folder) <= {file.name for file in path.parent.glob(path.name)}
    assert wanted == {}


def test_unused_parts_of_qt_are_left_out(spec: Recorder) -> None:
    binaries = spec.folder["parts"][-2]
    assert [entry[0] for entry in binaries] == ["PySide6/Qt/lib/libQt6Core.so.6"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        (r"PySide6\Qt6Core.dll", True),
        (r"PySide6\Qt6WebSockets.dll", True),
        (r"PySide6\plugins\platforms\qwindows.dll", True),
        (r"PySide6\plugins\tls\qschannelbackend.dll", True),
        (r"PySide6\plugins\styles\qmodernwindowsstyle.dll", True),
        (r"PySide6\Qt6Quick.dll", False),
        (r"PySide6\opengl32sw.dll", False),
        (r"PySide6\plugins\imageformats\qpdf.dll", False),
        (r"PySide6\translations\qtbase_de.qm", False),
    ],
)
def test_files_of_windows(spec: Recorder, name: str, kept: bool) -> None:
    assert spec.names["wanted"]((name, "", "BINARY")) is kept


def test_excluded_modules_are_not_imported_by_the_viewer(spec: Recorder) -> None:
    sources = "".join(
        path.read_text() for path in sorted((DEPLOY.parent / "client_qt").glob("*.py"))
    )
    for module in spec.analysis["excludes"]:
        assert f"import {module}" not in sources
        assert f"from {module}" not in sources
