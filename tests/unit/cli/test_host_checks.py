from __future__ import annotations

from pathlib import Path

import pytest

from camstrm.cli.finding import Finding, Level
from camstrm.cli.host_checks import gige_findings, has_usb_camera, usb_findings


def make_root(root: Path, **files: str) -> Path:
    """Write files; ``__`` in a name stands for a slash."""
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def plug_in(root: Path, folder: str = "2-1", **values: str) -> None:
    facts = {"idVendor": "2bdf", "serial": "DA123", "speed": "5000", "busnum": "2", "devnum": "7"}
    for name, text in {**facts, **values}.items():
        path = root / "sys/bus/usb/devices" / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")


def device_node(root: Path) -> Path:
    return make_root(root, dev__bus__usb__002__007="") / "dev/bus/usb/002/007"


def brief(findings: list[Finding]) -> list[tuple[str, Level]]:
    return [(f.subject, f.level) for f in findings]


def test_a_machine_that_tells_nothing(tmp_path: Path) -> None:
    assert list(usb_findings(tmp_path)) == []
    assert list(gige_findings(tmp_path)) == []
    assert not has_usb_camera(tmp_path)


@pytest.mark.parametrize(("size", "level"), [("16", Level.WARN), ("1000\n", Level.OK)])
def test_usbfs_memory(tmp_path: Path, size: str, level: Level) -> None:
    root = make_root(tmp_path, sys__module__usbcore__parameters__usbfs_memory_mb=size)
    (finding,) = usb_findings(root)
    assert (finding.subject, finding.level) == ("usbfs memory", level)
    if level is Level.WARN:
        assert "sudo tee /sys/module/usbcore/parameters/usbfs_memory_mb" in finding.remedy


def test_a_camera_that_may_be_opened(tmp_path: Path) -> None:
    plug_in(tmp_path)
    device_node(tmp_path)
    assert brief(list(usb_findings(tmp_path))) == [("USB camera DA123 (Hikrobot)", Level.OK)]
    assert has_usb_camera(tmp_path)


def test_a_camera_that_this_user_may_not_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plug_in(tmp_path, idVendor="1e10")
    node = device_node(tmp_path)
    monkeypatch.setattr("os.access", lambda path, _mode: path != node)
    (finding,) = usb_findings(tmp_path)
    assert (finding.subject, finding.level) == ("USB camera DA123 (FLIR)", Level.FAIL)
    assert str(node) in finding.text
    assert 'ATTR{idVendor}=="1e10"' in finding.remedy


def test_a_camera_on_a_slow_port(tmp_path: Path) -> None:
    plug_in(tmp_path, speed="480", serial="")
    device_node(tmp_path)
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


def interface(root: Path, name: str, mtu: str, rp_filter: str = "0", real: bool = True) -> None:
    (root / f"proc/sys/net/ipv4/conf/{name}").mkdir(parents=True)
    (root / f"proc/sys/net/ipv4/conf/{name}/rp_filter").write_text(rp_filter)
    folder = root / "sys/class/net" / name
    folder.mkdir(parents=True)
    (folder / "mtu").write_text(mtu)
    if real:
        (folder / "device").mkdir()


def test_network_settings_for_gige_cameras(tmp_path: Path) -> None:
    make_root(tmp_path, proc__sys__net__core__rmem_max="212992\n")
    interface(tmp_path, "eth0", "9000")
    interface(tmp_path, "eth1", "1500", rp_filter="1")
    interface(tmp_path, "lo", "65536")
    interface(tmp_path, "docker0", "1500", real=False)
    findings = list(gige_findings(tmp_path))
    assert brief(findings) == [
        ("network receive buffer", Level.WARN),
        ("interface eth0", Level.OK),
        ("interface eth1", Level.WARN),
        ("interface eth1", Level.WARN),
    ]
    assert findings[0].remedy == "sudo sysctl -w net.core.rmem_max=33554432"
    assert findings[2].remedy == "sudo sysctl -w net.ipv4.conf.eth1.rp_filter=2"
    assert "mtu 9000" in findings[3].remedy


def test_a_receive_buffer_that_is_large_enough(tmp_path: Path) -> None:
    make_root(tmp_path, proc__sys__net__core__rmem_max="33554432\n")
    assert brief(list(gige_findings(tmp_path))) == [("network receive buffer", Level.OK)]
