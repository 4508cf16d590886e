from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from camstrm.cli import settings as settings_module
from camstrm.cli.checks.finding import Finding, Level
from camstrm.cli.checks.usb import UsbCameras
from camstrm.cli.commands import doctor as doctor_module
from camstrm.cli.main import main
from tests.fakes.gentl.producers import simulator
from tests.simulator.build import SimulatorBuildError, build_simulator
from tests.simulator.scenario import CameraSpec, InterfaceSpec, RunnableScenario, Scenario

Report = list[dict[str, str]]


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Places of the bridge that this user can write, whoever runs the tests."""
    monkeypatch.setenv("CAMSTRM_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)


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
    assert (
        "\nGenTL producers\n  FAIL  /no/such.cti            file not found\n"
        "        -> Give the path"
    ) in captured.out
    assert "\n  ok    harvesters              1.4.3\n" in captured.out
    assert ": 1 failed, " in captured.out.splitlines()[-1]
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
    file.write_text("[stream]\nfps = 1000\nquality = 0\n")
    code, report = doctor("--config", str(file), "--cti", simulator())
    assert code == 1
    found = [row["text"] for row in report if row["subject"] == "configuration"]
    assert len(found) == 2, "a finding for each mistake"
    assert "c.toml:2: stream.fps" in found[0]
    assert "c.toml:3: stream.quality" in found[1]


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
    monkeypatch.setattr(UsbCameras, "__iter__", lambda _: iter([]))
    for place, name, subject in (
        (UsbCameras, "findings", "usb"),
        (doctor_module, "gige_findings", "gige"),
    ):
        monkeypatch.setattr(
            place, name, lambda *_, subject=subject: iter([Finding(Level.OK, subject, "")])
        )
    _, report = doctor("--cti", str(tmp_path / cti))
    subjects = {row["subject"] for row in report}
    assert ("usb" in subjects, "gige" in subjects) == (usb, gige)


@pytest.fixture
def cameras(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunnableScenario:
    """A free and a busy GigE camera, a USB camera, and an interface that cannot be opened."""
    specs = (
        CameraSpec("U1", width=1600, height=1216, frame_rate=30.0),
        CameraSpec("G1", bus="GEV", flavour="hikrobot"),
        CameraSpec("G2", bus="GEV", flavour="hikrobot"),
    )
    scenario = Scenario(specs, (InterfaceSpec("eth9", bus="GEV"),)).write(tmp_path)
    with scenario.control("G2") as camera:
        camera.set(busy=1)
    with scenario.interface_control("eth9") as interface:
        interface.set(open_fails=1)
    for name, value in scenario.variables.items():
        monkeypatch.setenv(name, value)
    return scenario


@pytest.fixture
def cti() -> str:
    try:
        return str(build_simulator())
    except SimulatorBuildError as error:
        pytest.skip(str(error))


def test_cameras_on_two_buses(
    cti: str, cameras: RunnableScenario, capfd: pytest.CaptureFixture[str]
) -> None:
    code = main(["doctor", "--json", "--cti", cti])
    captured = capfd.readouterr()
    report: Report = json.loads(captured.out)
    assert (code, captured.err) == (0, "")
    interface, loaded = (row for row in report if row["subject"] == cti)
    assert interface["level"] == "warn"
    assert "the interface cannot be opened (GC_ERR_IO -1010)" in interface["text"]
    assert loaded["text"].endswith("3 cameras")
    assert about(report, "camera U1")["level"] == "ok"
    assert "reported as in use" in about(report, "camera G2")["text"]
    assert "--open" in about(report, "packets of camera G1")["text"]
    for serial in ("U1", "G1", "G2"):
        with cameras.control(serial) as camera:
            assert (camera["opens"], camera["refused_opens"]) == (0, 0), "cameras stay closed"


def test_asking_the_cameras_that_nobody_uses(
    doctor: Callable[..., tuple[int, Report]],
    cti: str,
    cameras: RunnableScenario,
    tmp_path: Path,
) -> None:
    file = tmp_path / "c.toml"
    file.write_text(
        f'[[producer]]\ncti = "{cti}"\n[[camera]]\nserial = "U1"\n[[camera]]\nserial = "G2"\n'
    )
    code, report = doctor("--open", "--config", str(file))
    assert code == 1
    assert "features read" in about(report, "opening camera U1")["text"]
    refused = about(report, "opening camera G2")
    assert (refused["level"], "GC_ERR" in refused["text"]) == ("fail", True)
    assert about(report, "bandwidth of U1")["text"].startswith("58.4 MB/s")
    assert "size or rate of G2" in about(report, "bandwidth")["text"]
    with cameras.control("U1") as camera:
        assert (camera["opens"], camera["closes"]) == (1, 1)
    with cameras.control("G2") as camera:
        assert camera["refused_opens"] >= 1, "what the producer reports proves nothing: it is tried"
    assert "--open" not in json.dumps(report)
    assert {tuple(row) for row in report} == {("level", "subject", "text", "remedy")}


def test_a_camera_that_cannot_be_opened_and_gbk_texts(
    doctor: Callable[..., tuple[int, Report]], cti: str, cameras: RunnableScenario
) -> None:
    with cameras.control("U1") as camera:
        camera.set(open_fails=1, gbk_errors=1)
    code, report = doctor("--open", "--cti", cti)
    assert code == 1
    row = about(report, "opening camera U1")
    assert row["level"] == "fail"
    assert "GC_ERR" in row["text"]
    assert row["text"].isprintable()
