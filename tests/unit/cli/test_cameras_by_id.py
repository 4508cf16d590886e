"""Cameras that a serial number does not select: every command takes what ``list`` prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from camstrm.cli.main import main
from camstrm.cli.parser import build_parser
from camstrm.cli.settings import grab_config
from tests.simulator.build import build_simulator
from tests.simulator.scenario import CameraSpec, Scenario

CAMERAS = (
    CameraSpec("own"),
    CameraSpec("a", told_serial="TWIN"),
    CameraSpec("b", told_serial="TWIN"),
    CameraSpec("c", told_serial="none", display_name="선로 카메라", user_name_query=False),
)


def test_what_list_prints_selects_each_camera(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cti = str(build_simulator())
    for name, value in Scenario(CAMERAS).write(tmp_path).variables.items():
        monkeypatch.setenv(name, value)
    assert main(["list", "--cti", cti]) == 0
    rows = capsys.readouterr().out.splitlines()[1:]
    selectors = [row.split()[0] for row in rows]
    assert sorted(selectors) == ["id:camstrm-a-0", "id:camstrm-b-0", "id:camstrm-c-0", "own"]
    assert any("선로 카메라" in row for row in rows)

    assert main(["features", "id:camstrm-b-0", "--cti", cti]) == 0
    assert "DeviceSerialNumber" in capsys.readouterr().out
    assert main(["features", "TWIN", "--cti", cti]) != 0
    told = capsys.readouterr().err
    assert "2 cameras have the serial number 'TWIN'" in told
    assert "serial = 'id:camstrm-a-0' or serial = 'id:camstrm-b-0'" in told

    monkeypatch.setenv("CAMSTRM_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    wanted = ["--serial", "id:camstrm-b-0", "--serial", "TWIN"]
    assert main(["doctor", "--json", "--open", "--cti", cti, *wanted]) == 1
    report = json.loads(capsys.readouterr().out)
    (twin,) = [row for row in report if row["subject"] == "camera TWIN"]
    assert (twin["level"], twin["remedy"] in told) == ("fail", True)
    opened = [row for row in report if row["subject"].startswith("opening camera ")]
    assert [row["level"] for row in opened] == ["ok", "ok"], "those two of the four"

    arguments = [text for selector in selectors for text in ("--serial", selector)]
    config, _ = grab_config(build_parser().parse_args(["grab", "--cti", cti, *arguments]))
    assert [camera.serial for camera in config.cameras] == selectors
    assert len({camera.label for camera in config.cameras}) == len(CAMERAS)
    assert {"own", "camstrm-a-0"} < {camera.label for camera in config.cameras}
