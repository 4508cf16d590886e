from __future__ import annotations

from pathlib import Path

import pytest

from camstrm.acquisition.device_info import DeviceInfo
from camstrm.cli.checks.cameras import camera_findings
from camstrm.cli.finding import Finding, Level
from camstrm.config import CameraSettings, Config
from tests.fakes.host_files import add_process, plug_in

NODE = "/dev/bus/usb/002/007"
GRABBER = "/opt/camstrm/bin/python\0-m\0camstrm.grab.camera_process"


def check(root: Path, *devices: DeviceInfo, config: Config | None = None) -> list[Finding]:
    return list(camera_findings(config or Config(), devices, set(), root))


def test_cameras_that_are_held_or_seen_twice(tmp_path: Path) -> None:
    told = check(
        tmp_path,
        DeviceInfo("a.cti", "1", "V", "M", "GEV", access="busy"),
        DeviceInfo("b.cti", "1", "V", "M", "GEV"),
        DeviceInfo("b.cti", "", "V", "M", "U3V"),
        DeviceInfo("b.cti", "", "V", "M", "U3V", access="no access"),
        config=Config(cameras=(CameraSettings(serial="1"),)),
    )
    assert [(f.subject, f.level, f.text) for f in told] == [
        ("camera 1", Level.WARN, "V M (GEV): held by another program"),
        ("camera 1", Level.WARN, "seen under a.cti and b.cti"),
        ("camera (no serial number)", Level.OK, "V M (U3V)"),
        ("camera (no serial number)", Level.WARN, "V M (U3V): no access"),
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
    (finding,) = camera_findings(Config(), [device], held, tmp_path)
    assert (finding.level, finding.text) == (
        level,
        f"V M (U3V): {name} (pid 77) has {NODE} open",
    )
    assert ("kill 77" in finding.remedy) == (level is Level.WARN)
    assert held == {"S"}


@pytest.mark.parametrize(
    ("cmdline", "remedy"), [("", "Close the program"), (GRABBER, "Nothing, if camstrm's own")]
)
def test_who_has_the_producer_of_a_busy_network_camera(
    tmp_path: Path, cmdline: str, remedy: str
) -> None:
    device = DeviceInfo("/opt/a.cti", "S", "V", "M", "GEV", access="busy")
    for pid in range(5, 10):
        add_process(tmp_path, pid, "MVS", cmdline=cmdline, mapped="/opt/a.cti")
    (finding,) = check(tmp_path, device)
    assert finding.level is Level.WARN, "another machine may hold it as well"
    name = "camstrm" if cmdline else "MVS"
    assert f"is loaded by {name} (pid 5), {name} (pid 6), {name} (pid 7) and 2 more" in finding.text
    assert finding.remedy.startswith(remedy)


def test_a_configured_camera_that_is_not_there(tmp_path: Path) -> None:
    config = Config(cameras=(CameraSettings(serial="77", name="left"),))
    (_, finding) = check(tmp_path, DeviceInfo("a.cti", "1"), config=config)
    assert (finding.subject, finding.level) == ("camera left", Level.FAIL)
    assert "'77' is configured, but not found (there: 1)" in finding.text
