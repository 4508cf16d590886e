from __future__ import annotations

import ipaddress
from pathlib import Path

import pytest

from camstrm.acquisition.discovery.packets import camera_interface
from camstrm.cli.checks.finding import Level
from camstrm.cli.checks.gige import gige_findings, packet_findings
from camstrm.config import FeatureValue
from camstrm.profiles import GentlProfile, load_profiles
from tests.fakes.host_files import add_interface, add_route, write_files

ADDRESS = int(ipaddress.IPv4Address("192.168.7.20"))
GENERIC = GentlProfile(name="generic")


def test_a_machine_that_tells_nothing(tmp_path: Path) -> None:
    assert list(gige_findings(tmp_path)) == []


def test_network_settings(tmp_path: Path) -> None:
    write_files(tmp_path, {"proc/sys/net/core/rmem_max": "212992\n"})
    add_interface(tmp_path, "eth0", 9000)
    add_interface(tmp_path, "eth1", 1500, rp_filter=1)
    add_interface(tmp_path, "lo", 65536)
    add_interface(tmp_path, "docker0", 1500, real=False)
    findings = list(gige_findings(tmp_path))
    assert [(f.subject, f.level) for f in findings] == [
        ("network receive buffer", Level.WARN),
        ("interface eth0", Level.OK),
        ("interface eth1", Level.WARN),
        ("interface eth1", Level.WARN),
    ]
    assert findings[0].remedy == "sudo sysctl -w net.core.rmem_max=33554432"
    assert findings[2].remedy == "sudo sysctl -w net.ipv4.conf.eth1.rp_filter=2"
    assert "mtu 9000" in findings[3].remedy


def test_a_receive_buffer_that_is_large_enough(tmp_path: Path) -> None:
    write_files(tmp_path, {"proc/sys/net/core/rmem_max": "33554432\n"})
    (finding,) = gige_findings(tmp_path)
    assert finding.level is Level.OK


@pytest.mark.parametrize("address", [None, True, "192.168.7.20", 0, 2**32])
def test_an_address_that_is_none(tmp_path: Path, address: object) -> None:
    assert camera_interface({"GevCurrentIPAddress": address}, tmp_path) is None


@pytest.mark.parametrize(
    ("mtu", "told", "configured", "profile", "level"),
    [
        (1500, 1500, {}, GENERIC, Level.OK),
        (1500, 9000, {}, GENERIC, Level.FAIL),
        (1500, 9000, {}, load_profiles()["hikrobot-gev"], Level.OK),
        (1500, 1500, {"GevSCPSPacketSize": 8000}, load_profiles()["hikrobot-gev"], Level.FAIL),
        (9000, 1500, {"GevSCPSPacketSize": 8000}, GENERIC, Level.OK),
    ],
)
def test_packets_and_mtu(
    tmp_path: Path,
    mtu: int,
    told: int,
    configured: dict[str, FeatureValue],
    profile: GentlProfile,
    level: Level,
) -> None:
    add_interface(tmp_path, "eth1", mtu)
    add_route(tmp_path, "eth1")
    features = {"GevCurrentIPAddress": ADDRESS, "GevSCPSPacketSize": told}
    (finding,) = packet_findings("left", features, configured, profile, tmp_path)
    assert (finding.subject, finding.level) == ("packets of camera left", level)
    assert f"on eth1 with MTU {mtu}" in finding.text
    if level is Level.FAIL:
        assert "GevSCPSPacketSize = 1500" in finding.remedy


def test_a_camera_outside_of_all_subnets(tmp_path: Path) -> None:
    features = {"GevCurrentIPAddress": ADDRESS, "GevSCPSPacketSize": 1500}
    (finding,) = packet_findings("left", features, {}, GENERIC, tmp_path)
    assert finding.level is Level.WARN
    assert "192.168.7.20" in finding.text


def test_a_usb_camera_has_no_packets(tmp_path: Path) -> None:
    assert list(packet_findings("left", {"Width": 1}, {}, GENERIC, tmp_path)) == []
