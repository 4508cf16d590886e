from __future__ import annotations

import ipaddress
from pathlib import Path

import pytest

from camstrm.cli.checks.bandwidth import bandwidth_findings, camera_load
from camstrm.cli.checks.finding import Level
from tests.fakes.host_files import add_interface, add_route, plug_in, usb_cameras

PICTURE: dict[str, bool | int | float | str] = {
    "Width": 1000,
    "Height": 1000,
    "PixelFormat": "Mono8",
}


@pytest.mark.parametrize(
    ("name", "size"),
    [("BayerRG8", 10**6), ("BayerRG12p", 1_500_000), ("RGB8Packed", 3 * 10**6), ("Odd", 0)],
)
def test_bytes_of_a_frame(tmp_path: Path, name: str, size: int) -> None:
    told = {**PICTURE, "PixelFormat": name, "AcquisitionFrameRate": 20}
    load = camera_load("left", "S", {}, told, usb_cameras(tmp_path), tmp_path)
    assert (load.frame_bytes, load.bytes_per_s) == (size, size * 20)


def test_the_configured_rate_goes_before_what_the_camera_tells(tmp_path: Path) -> None:
    told: dict[str, object] = {**PICTURE, "AcquisitionResultingFrameRate": 50.0}
    assert camera_load("a", "S", told, {}, usb_cameras(tmp_path), tmp_path).fps == 50
    assert (
        camera_load(
            "a", "S", told, {"AcquisitionFrameRate": 10}, usb_cameras(tmp_path), tmp_path
        ).fps
        == 10
    )


@pytest.mark.parametrize(
    ("fps", "level", "share"),
    [(180, Level.OK, "90%"), (190, Level.WARN, "95%"), (210, Level.FAIL, "105%")],
)
def test_two_cameras_on_one_usb_bus(tmp_path: Path, fps: int, level: Level, share: str) -> None:
    plug_in(tmp_path, "2-1", serial="A")
    plug_in(tmp_path, "2-2", serial="B")
    told = {**PICTURE, "AcquisitionFrameRate": fps}
    loads = [camera_load(name, name, {}, told, usb_cameras(tmp_path), tmp_path) for name in "AB"]
    (finding,) = bandwidth_findings(loads)
    assert (finding.subject, finding.level) == ("bandwidth of USB bus 2", level)
    assert f"A {fps}.0 + B {fps}.0 = {2 * fps}.0 of 400.0 MB/s ({share})" in finding.text
    assert bool(finding.remedy) == (level is not Level.OK)


def test_a_camera_on_a_slower_port_than_its_bus(tmp_path: Path) -> None:
    plug_in(tmp_path, "2-1", serial="A", speed="480")
    plug_in(tmp_path, "usb2", idVendor="1d6b", speed="5000")
    load = camera_load(
        "A", "A", {}, {**PICTURE, "AcquisitionFrameRate": 50}, usb_cameras(tmp_path), tmp_path
    )
    assert [(f.subject, f.level) for f in bandwidth_findings([load])] == [
        ("bandwidth of USB bus 2", Level.OK),
        ("bandwidth of the USB port of A", Level.FAIL),
    ]


def test_a_network_camera(tmp_path: Path) -> None:
    add_interface(tmp_path, "eth1", 9000)
    add_route(tmp_path, "eth1")
    told: dict[str, object] = {
        **PICTURE,
        "AcquisitionFrameRate": 113.0,
        "GevCurrentIPAddress": int(ipaddress.IPv4Address("192.168.7.20")),
    }
    (finding,) = bandwidth_findings(
        [camera_load("A", "A", told, {}, usb_cameras(tmp_path), tmp_path)]
    )
    assert (finding.subject, finding.level) == ("bandwidth of interface eth1", Level.FAIL)
    assert "of 112.5 MB/s" in finding.text


def test_what_is_not_known_is_told(tmp_path: Path) -> None:
    known = camera_load(
        "A", "A", {}, {**PICTURE, "AcquisitionFrameRate": 5}, usb_cameras(tmp_path), tmp_path
    )
    unknown = camera_load("B", "B", {}, {}, usb_cameras(tmp_path), tmp_path)
    first, second = bandwidth_findings([known, unknown])
    assert "its link is not known" in first.text
    assert "size or rate of B not known" in second.text
    assert list(bandwidth_findings([])) == []
