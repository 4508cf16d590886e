from __future__ import annotations

import importlib.metadata
import importlib.util
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from camstrm.acquisition.device_info import DeviceInfo
from camstrm.cli import doctor as doctor_module
from camstrm.cli import settings as settings_module
from camstrm.cli.doctor import _camera_findings, _package_findings
from camstrm.cli.finding import Finding, Level
from camstrm.cli.main import main
from camstrm.config import CameraSettings, Config
from tests.fakes.gentl import simulator

Report = list[dict[str, str]]


@pytest.fixture
def doctor(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, Report]]:
    def run(*words: str) -> tuple[int, Report]:
        code = main(["doctor", "--json", *words])
        captured = capsys.readouterr()
        assert captured.err == ""
        report: Report = json.loads(captured.out)
        return code, report

    return run


def about(report: Report, subject: str) -> dict[str, str]:
    (row,) = [row for row in report if row["subject"] == subject]
    return row


def test_a_machine_with_the_simulator_is_well(
    doctor: Callable[..., tuple[int, Report]],
) -> None:
    code, report = doctor("--cti", simulator())
    assert code == 0
    assert about(report, simulator())["text"] == "loads; profile generic; 3 cameras"
    assert about(report, "camera 1")["text"] == "Machine Vision Games Ltd. Viky (Custom)"
    assert about(report, "harvesters")["text"] == "1.4.3"
    assert about(report, "Python")["level"] == "ok"


def test_findings_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--cti", "/no/such.cti"]) == 1
    captured = capsys.readouterr()
    assert "FAIL  /no/such.cti: file not found\n      -> Give the path" in captured.out
    assert "1 will not work, " in captured.out.splitlines()[-1]
    assert captured.err == ""


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "file not found"),
        (b"no library", "not a shared library"),
        (b"\x7fELF" + bytes(60), "cannot be loaded"),
    ],
)
def test_a_bad_producer(
    doctor: Callable[..., tuple[int, Report]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes | None,
    problem: str,
) -> None:
    cti = tmp_path / "bad.cti"
    if content is not None:
        cti.write_bytes(content)
    code, report = doctor("--cti", str(cti))
    assert code == 1
    row = about(report, str(cti))
    assert row["level"] == "fail"
    assert problem in row["text"]


def test_nothing_installed(
    doctor: Callable[..., tuple[int, Report]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings_module, "find_producers", lambda *_: ())
    code, report = doctor()
    assert code == 1
    assert "Hikrobot MVS" in about(report, "GenTL producers")["remedy"]


def test_a_configuration_and_its_cameras(
    doctor: Callable[..., tuple[int, Report]], tmp_path: Path
) -> None:
    file = tmp_path / "c.toml"
    file.write_text(
        f'[[producer]]\ncti = "{simulator()}"\n'
        '[[camera]]\nserial = "1"\n[[camera]]\nserial = "77"\nname = "left"\n'
    )
    code, report = doctor("--config", str(file))
    assert code == 1
    assert about(report, "configuration")["level"] == "ok"
    row = about(report, "camera left")
    assert row["text"] == "serial number '77' is configured, but not found (there: 0, 1, 2)"


def test_a_configuration_with_a_mistake(
    doctor: Callable[..., tuple[int, Report]], tmp_path: Path
) -> None:
    file = tmp_path / "c.toml"
    file.write_text("[stream]\nfps = 1000\n")
    code, report = doctor("--config", str(file), "--cti", simulator())
    assert code == 1
    assert "c.toml:2: stream.fps" in about(report, "configuration")["text"]


def test_cameras_that_are_held_or_seen_twice() -> None:
    devices = [
        DeviceInfo("a.cti", "1", "V", "M", "GEV", access="busy"),
        DeviceInfo("b.cti", "1", "V", "M", "GEV"),
        DeviceInfo("b.cti", "", "V", "M", "U3V"),
    ]
    told = list(_camera_findings(Config(cameras=(CameraSettings(serial="1"),)), devices))
    assert [(f.subject, f.level, f.text) for f in told] == [
        ("camera 1", Level.WARN, "V M (GEV): busy"),
        ("camera 1", Level.WARN, "seen under a.cti and b.cti"),
        ("camera (no serial number)", Level.OK, "V M (U3V)"),
    ]


def packages() -> dict[str, Finding]:
    return {finding.subject: finding for finding in _package_findings()}


def test_packages_that_are_missing_or_of_the_wrong_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    missing = {"harvesters": False, "aiohttp": True, "PySide6": True, "cv2": True}
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if missing.get(name) else find_spec(name)
    )
    version = importlib.metadata.version
    monkeypatch.setattr(
        importlib.metadata, "version", lambda n: "1.5.0" if n == "harvesters" else version(n)
    )
    found = packages()
    assert found["harvesters"].level is Level.FAIL
    assert found["harvesters"].remedy == "pip install harvesters==1.4.3"
    assert found["opencv-python-headless"].level is Level.FAIL
    assert found["aiohttp"].level is Level.WARN
    assert not any(subject.startswith("PySide6") for subject in found), "a server needs no viewer"


def test_a_module_of_another_package_is_as_good(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name == "opencv-python-headless":
            raise importlib.metadata.PackageNotFoundError(name)
        return "1.4.3"

    monkeypatch.setattr(importlib.metadata, "version", version)
    finding = packages()["opencv-python-headless"]
    assert (finding.level, finding.text) == (Level.OK, "installed, version unknown")


@pytest.mark.parametrize(
    ("cti", "usb", "gige"),
    [("MvProducerU3V.cti", True, False), ("MvProducerGEV.cti", False, True), ("x", False, False)],
)
def test_the_host_is_checked_for_the_buses_in_use(
    doctor: Callable[..., tuple[int, Report]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    cti: str,
    usb: bool,
    gige: bool,
) -> None:
    monkeypatch.setattr(doctor_module, "has_usb_camera", lambda: False)
    for name in ("usb", "gige"):
        monkeypatch.setattr(
            doctor_module, f"{name}_findings", lambda name=name: iter([Finding(Level.OK, name, "")])
        )
    _, report = doctor("--cti", str(tmp_path / cti))
    subjects = {row["subject"] for row in report}
    assert ("usb" in subjects, "gige" in subjects) == (usb, gige)
