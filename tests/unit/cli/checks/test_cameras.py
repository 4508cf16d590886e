from __future__ import annotations

from pathlib import Path

import pytest

from camstrm.acquisition.discovery.device_info import DeviceInfo, with_selectors
from camstrm.acquisition.open_mark import OpenCamera
from camstrm.cli.checks.cameras import camera_findings
from camstrm.cli.checks.finding import Finding, Level
from camstrm.config import CameraSettings, Config, parse_toml
from tests.fakes.host_files import add_process, plug_in, usb_cameras

NODE = "/dev/bus/usb/002/007"
GRABBER = "/opt/camstrm/bin/python\0-m\0camstrm.grab.camera.process"


def check(root: Path, *devices: DeviceInfo, config: Config | None = None) -> list[Finding]:
    return list(camera_findings(config or Config(), devices, set(), usb_cameras(root), root))


def test_cameras_that_are_held_or_seen_twice(tmp_path: Path) -> None:
    told = check(
        tmp_path,
        DeviceInfo("a.cti", "1", "V", "M", "GEV", access="busy"),
        DeviceInfo("b.cti", "1", "V", "M", "GEV"),
        DeviceInfo("b.cti", "", "V", "M", "U3V"),
        DeviceInfo("b.cti", "2", "V", "M", "U3V", access="no access"),
        config=Config(cameras=(CameraSettings(serial="1"),)),
    )
    assert [(f.subject, f.level, f.text) for f in told] == [
        ("camera 1", Level.WARN, "V M (GEV): reported as in use"),
        ("camera 1", Level.WARN, "seen under a.cti and b.cti"),
        (
            "camera (no serial number)",
            Level.WARN,
            "V M (U3V): cannot be used, its producer reports neither serial number nor device id",
        ),
        (
            "camera 2",
            Level.OK,
            (
                "V M (U3V): reported as not accessible, which some producers do for cameras that "
                "can be opened"
            ),
        ),
    ]
    assert "heartbeat" in told[0].remedy
    assert 'cti = "b.cti"' in told[1].remedy


@pytest.mark.parametrize(
    ("cmdline", "level", "name"), [("", Level.WARN, "MVS"), (GRABBER, Level.OK, "camstrm")]
)
@pytest.mark.parametrize("access", ["ok", "busy"])
def test_who_has_a_usb_camera_open(
    tmp_path: Path, cmdline: str, level: Level, name: str, access: str
) -> None:
    plug_in(tmp_path, serial="S")
    add_process(tmp_path, 77, "MVS", cmdline=cmdline, opened=NODE)
    held: set[str] = set()
    device = DeviceInfo("a.cti", "S", "V", "M", "U3V", access=access)
    (finding,) = camera_findings(Config(), [device], held, usb_cameras(tmp_path), tmp_path)
    assert (finding.level, finding.text) == (
        level,
        f"V M (U3V): {name} (pid 77) has {NODE} open",
    )
    assert ("kill 77" in finding.remedy) == (level is Level.WARN)
    assert held == {"S"}


def test_who_has_the_producer_of_a_network_camera_that_is_reported_as_busy(tmp_path: Path) -> None:
    device = DeviceInfo("/opt/a.cti", "S", "V", "M", "GEV", access="busy")
    for pid in range(5, 10):
        add_process(tmp_path, pid, "MVS", mapped="/opt/a.cti")
    add_process(tmp_path, 4, "python", cmdline=GRABBER, mapped="/opt/a.cti")
    (finding,) = check(tmp_path, device)
    assert finding.level is Level.WARN, "another machine may hold it as well"
    assert "is loaded by MVS (pid 5), MVS (pid 6), MVS (pid 7) and 2 more" in finding.text
    assert "close the program that has it open" in finding.remedy


@pytest.mark.parametrize("access", ["ok", "busy", "no access"])
def test_a_camera_that_camstrm_streams_is_fine(tmp_path: Path, access: str) -> None:
    held: set[str] = set()
    device = DeviceInfo("a.cti", "S", "V", "M", "GEV", access=access)
    marks = [OpenCamera(77, "key of another producer", "S")]
    (finding,) = camera_findings(Config(), [device], held, usb_cameras(tmp_path), tmp_path, marks)
    assert (finding.level, finding.text) == (Level.OK, "V M (GEV): streamed by camstrm")
    assert held == {"S"}


@pytest.mark.parametrize(
    ("bus", "what"), [("GEV", "GevSCPSPacketSize = 1500"), ("U3V", "DeviceLinkThroughputLimit")]
)
def test_a_streamed_camera_that_loses_frames_is_told_with_what_to_set(
    tmp_path: Path, bus: str, what: str
) -> None:
    device = DeviceInfo("a.cti", "S", "V", "M", bus)
    marks = [OpenCamera(77, "key", "T", 9), OpenCamera(77, "key", "S", 27)]
    (finding,) = camera_findings(Config(), [device], set(), usb_cameras(tmp_path), tmp_path, marks)
    assert finding.level is Level.WARN
    assert finding.text.endswith("streamed by camstrm, 27 % of its frames are incomplete")
    assert what in finding.remedy


def test_a_configured_camera_that_is_not_there(tmp_path: Path) -> None:
    config = Config(cameras=(CameraSettings(serial="77", name="left"),))
    (_, finding) = check(tmp_path, DeviceInfo("a.cti", "1"), config=config)
    assert (finding.subject, finding.level) == ("camera left", Level.FAIL)
    assert "'77' is configured, but not found (there: 1)" in finding.text


def twins() -> tuple[DeviceInfo, ...]:
    return with_selectors(
        DeviceInfo("a.cti", serial, "V", "M", "GEV", device_id=device_id)
        for serial, device_id in (("S", "one"), ("S", "two"), ("", "three"))
    )


def test_cameras_that_have_no_serial_number_of_their_own_are_shown_by_device_id(
    tmp_path: Path,
) -> None:
    told = check(tmp_path, *twins())
    assert [(f.subject, f.level) for f in told] == [
        ("camera id:one", Level.OK),
        ("camera id:two", Level.OK),
        ("camera id:three", Level.OK),
    ]
    assert "serial number 'S' is not its own" in told[0].text
    assert "no serial number" in told[2].text


def test_a_configured_serial_number_that_two_cameras_have_is_a_fault_with_both_ids(
    tmp_path: Path,
) -> None:
    wanted = (CameraSettings(serial="S"), CameraSettings(serial="id:two", name="right"))
    (finding,) = check(tmp_path, *twins(), config=Config(cameras=wanted))[3:]
    assert (finding.subject, finding.level) == ("camera S", Level.FAIL)
    assert "serial = 'id:one' or serial = 'id:two'" in finding.remedy
    written = finding.remedy.split("configuration ")[1].split(";")[0].split(" or ")
    assert [parse_toml(text.encode(), "").data["serial"] for text in written] == [
        "id:one",
        "id:two",
    ]


def test_a_camera_in_a_wrong_subnet_is_named_with_both_addresses(tmp_path: Path) -> None:
    device = DeviceInfo(
        "a.cti", "S", "V", "M", "GEV", address="169.254.3.4/16", networks="192.168.1.10/24"
    )
    (finding,) = check(tmp_path, device)
    assert finding.level is Level.FAIL
    assert "address 169.254.3.4/16, its network card 192.168.1.10/24" in finding.text


def test_the_user_s_name_of_a_camera_is_shown(tmp_path: Path) -> None:
    (finding,) = check(tmp_path, DeviceInfo("a.cti", "S", "V", "M", "GEV", user_name="왼쪽"))
    assert finding.text == 'V M (GEV) "왼쪽"'
