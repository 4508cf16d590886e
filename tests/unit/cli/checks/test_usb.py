from __future__ import annotations

from pathlib import Path

import pytest

from camstrm.cli.checks.finding import Finding, Level
from tests.fakes.host_files import plug_in, usb_cameras, write_files

USBFS = "sys/module/usbcore/parameters/usbfs_memory_mb"


def brief(findings: list[Finding]) -> list[tuple[str, Level]]:
    return [(f.subject, f.level) for f in findings]


def test_a_machine_that_tells_nothing(tmp_path: Path) -> None:
    assert list(usb_cameras(tmp_path).findings()) == []
    assert not any(usb_cameras(tmp_path))


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
    (finding,) = usb_cameras(write_files(tmp_path, {USBFS: size})).findings(buffers)
    assert (finding.subject, finding.level) == ("usbfs memory", level)
    assert text in finding.text
    if level is Level.WARN:
        wanted = max(1000, -(-buffers // 10**6))
        assert finding.remedy.startswith(f"echo {wanted} | sudo tee /sys/module/usbcore")


def test_a_camera_that_may_be_opened(tmp_path: Path) -> None:
    plug_in(tmp_path)
    assert brief(list(usb_cameras(tmp_path).findings())) == [
        ("USB camera DA123 (Hikrobot)", Level.OK)
    ]
    assert any(usb_cameras(tmp_path))


@pytest.mark.parametrize("vendor", ["2bdf", "1e10", "1724"])
def test_a_camera_that_this_user_may_not_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vendor: str
) -> None:
    node = plug_in(tmp_path, idVendor=vendor)
    monkeypatch.setattr("os.access", lambda path, _mode: path != node)
    (finding,) = usb_cameras(tmp_path).findings()
    assert finding.level is Level.FAIL
    assert str(node) in finding.text
    assert f'ATTR{{idVendor}}=="{vendor}"' in finding.remedy


def test_a_camera_on_a_slow_port(tmp_path: Path) -> None:
    plug_in(tmp_path, speed="480", serial="")
    slow, fine = usb_cameras(tmp_path).findings()
    assert (slow.subject, slow.level) == ("USB camera 2-1 (Hikrobot)", Level.WARN)
    assert "480 Mbit/s" in slow.text
    assert fine.level is Level.OK


def test_other_devices_and_odd_files_are_passed_over(tmp_path: Path) -> None:
    plug_in(tmp_path, "1-1", idVendor="046d")
    plug_in(tmp_path, "1-2", busnum="x", devnum="", speed="unknown")
    assert list(usb_cameras(tmp_path).findings()) == []
    (tmp_path / "sys/bus/usb/devices/1-1/idVendor").write_bytes(b"\xff\xfe")
    assert any(usb_cameras(tmp_path))


@pytest.mark.parametrize(
    ("vendor", "written", "serial", "same"),
    [
        ("2bdf", "DA123", "DA123", True),
        ("2bdf", "00da123", "DA123", True),
        ("2bdf", "0132380C", "20068364", False),
        ("1e10", "0132380C", "20068364", True),
        ("1e10", "0132380C", "DA123", False),
        ("2bdf", "DA124", "DA123", False),
        ("2bdf", "", "", False),
    ],
)
def test_the_device_of_a_serial_number(
    tmp_path: Path, vendor: str, written: str, serial: str, same: bool
) -> None:
    plug_in(tmp_path, idVendor=vendor, serial=written)
    write_files(tmp_path, {"sys/bus/usb/devices/usb2/speed": "10000"})
    device = usb_cameras(tmp_path).device_of(serial)
    assert (device is not None) == same
    if device is not None:
        assert (device.node, device.mbit, device.bus_mbit) == ("/dev/bus/usb/002/007", 5000, 10000)
