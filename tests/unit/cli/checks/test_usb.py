from __future__ import annotations

from pathlib import Path

import pytest

from camstrm.cli.checks.finding import Finding, Level
from camstrm.cli.checks.usb import has_usb_camera, usb_device_of, usb_findings
from tests.fakes.host_files import plug_in, write_files

USBFS = "sys/module/usbcore/parameters/usbfs_memory_mb"


def brief(findings: list[Finding]) -> list[tuple[str, Level]]:
    return [(f.subject, f.level) for f in findings]


def test_a_machine_that_tells_nothing(tmp_path: Path) -> None:
    assert list(usb_findings(tmp_path)) == []
    assert not has_usb_camera(tmp_path)


@pytest.mark.parametrize(
    ("size", "buffers", "level", "text"),
    [
        ("16", 0, Level.WARN, "16 MB for all USB cameras together"),
        ("1000\n", 0, Level.OK, "1000 MB"),
        ("0", 0, Level.OK, "no limit"),
        ("1000", 1_200_000_001, Level.WARN, "the buffers of all USB cameras need up to 1201 MB"),
        ("1000", 300_000_000, Level.OK, "1000 MB, the cameras' buffers need up to 300 MB"),
    ],
)
def test_usbfs_memory(tmp_path: Path, size: str, buffers: int, level: Level, text: str) -> None:
    (finding,) = usb_findings(write_files(tmp_path, {USBFS: size}), buffers)
    assert (finding.subject, finding.level) == ("usbfs memory", level)
    assert text in finding.text
    if level is Level.WARN:
        wanted = max(1000, -(-buffers // 10**6))
        assert finding.remedy.startswith(f"echo {wanted} | sudo tee /sys/module/usbcore")


def test_a_camera_that_may_be_opened(tmp_path: Path) -> None:
    plug_in(tmp_path)
    assert brief(list(usb_findings(tmp_path))) == [("USB camera DA123 (Hikrobot)", Level.OK)]
    assert has_usb_camera(tmp_path)


@pytest.mark.parametrize("vendor", ["2bdf", "1e10", "1724"])
def test_a_camera_that_this_user_may_not_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vendor: str
) -> None:
    node = plug_in(tmp_path, idVendor=vendor)
    monkeypatch.setattr("os.access", lambda path, _mode: path != node)
    (finding,) = usb_findings(tmp_path)
    assert finding.level is Level.FAIL
    assert str(node) in finding.text
    assert f'ATTR{{idVendor}}=="{vendor}"' in finding.remedy


def test_a_camera_on_a_slow_port(tmp_path: Path) -> None:
    plug_in(tmp_path, speed="480", serial="")
    slow, fine = usb_findings(tmp_path)
    assert (slow.subject, slow.level) == ("USB camera 2-1 (Hikrobot)", Level.WARN)
    assert "480 Mbit/s" in slow.text
    assert fine.level is Level.OK


def test_other_devices_and_odd_files_are_passed_over(tmp_path: Path) -> None:
    plug_in(tmp_path, "1-1", idVendor="046d")
    plug_in(tmp_path, "1-2", busnum="x", devnum="", speed="unknown")
    assert list(usb_findings(tmp_path)) == []
    (tmp_path / "sys/bus/usb/devices/1-1/idVendor").write_bytes(b"\xff\xfe")
    assert has_usb_camera(tmp_path)


@pytest.mark.parametrize(
    ("told", "serial", "same"),
    [
        ("DA123", "DA123", True),
        ("00da123", "DA123", True),
        ("0132380C", "20068364", True),
        ("DA124", "DA123", False),
        ("", "", False),
    ],
)
def test_the_device_of_a_serial_number(tmp_path: Path, told: str, serial: str, same: bool) -> None:
    plug_in(tmp_path, serial=told)
    write_files(tmp_path, {"sys/bus/usb/devices/usb2/speed": "10000"})
    device = usb_device_of(serial, tmp_path)
    assert (device is not None) == same
    if device is not None:
        assert (device.node, device.mbit, device.bus_mbit) == ("/dev/bus/usb/002/007", 5000, 10000)
