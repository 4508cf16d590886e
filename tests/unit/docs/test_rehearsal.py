"""The cameras of a rehearsal are found where the makers' SDKs would have their producers."""

from __future__ import annotations

from pathlib import Path

import pytest

from camstrm.profiles import find_producers, load_profiles
from docs import rehearsal
from tests.documents import ROOT
from tests.simulator.build import SimulatorBuildError
from tests.simulator.scenario import RunnableScenario


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(rehearsal, "FOLDER", tmp_path)
    try:
        variables = rehearsal.prepare(tmp_path)
    except SimulatorBuildError as error:
        pytest.skip(str(error))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def test_producers_are_found_under_the_makers_profiles(folder: Path) -> None:
    found = [cti for cti in find_producers(load_profiles()) if cti.startswith(str(folder))]
    assert {Path(cti).name for cti in found} == {camera.producer for camera in rehearsal.CAMERAS}


def test_a_camera_is_made_ill_and_well(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    serial = rehearsal.CAMERAS[0].serial
    with RunnableScenario(folder / "scenario.ini", folder / "control").control(serial) as camera:
        assert rehearsal.main([serial, "incomplete_percent=30", "busy=1"]) == 0
        assert (camera["incomplete_percent"], camera["busy"]) == (30, 1)
        assert rehearsal.main([serial, "ok"]) == 0
        assert (camera["incomplete_percent"], camera["busy"]) == (0, 0)
        assert rehearsal.main([serial, "unplug"]) == 0
        assert (camera["unplugged"], camera["plug_count"]) == (1, 1)
    for words in (["X", "ok"], [serial, "fire=1"], [serial, "busy"], [serial, "busy=x"]):
        assert rehearsal.main(words) == 2
    assert "DA9795503" in capsys.readouterr().out


def test_the_documents_name_the_cameras_that_there_are() -> None:
    page = (ROOT / "docs/first-hour.md").read_text()
    for camera in rehearsal.CAMERAS:
        assert camera.serial in page
        assert camera.model in page
