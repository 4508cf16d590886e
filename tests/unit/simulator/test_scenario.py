"""Scenario files: what is in them is what a consumer sees."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from camstrm.acquisition.gentl.library import GcError
from tests.simulator.harvesters_child import play
from tests.simulator.raw_gentl import GentlError, OpenCamera, RawGentl
from tests.simulator.scenario import (
    CameraSpec,
    InterfaceSpec,
    RunnableScenario,
    Scenario,
    reference_cameras,
)

WriteScenario = Callable[[Scenario], RunnableScenario]


def list_serials(gentl: RawGentl, interface: int) -> list[str]:
    names = [
        gentl.text("IFGetDeviceID", interface, i).encode()
        for i in range(gentl.count("IFGetNumDevices", interface))
    ]
    return [gentl.info("IFGetDeviceInfo", interface, name, 7) for name in names]


def test_without_a_scenario_there_are_the_reference_cameras(
    camsim: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CAMSIM_SCENARIO", raising=False)
    with RawGentl(camsim) as gentl:
        (interface,) = gentl.open_interfaces()
        serials = list_serials(gentl, interface)
        with OpenCamera(gentl, [interface], "20000001") as camera:
            assert (camera.get("Width"), camera.get("Height")) == (2656, 2304)
    assert sorted(serials) == sorted(camera.serial for camera in reference_cameras())


def test_everything_of_a_scenario_arrives(camsim: Path, write_scenario: WriteScenario) -> None:
    spec = CameraSpec(
        "0001",
        vendor="Hikrobot",
        model="MV-1",
        version="2.3",
        user_name="links oben",
        interface="usb0",
        bus="U3V",
        flavour="hikrobot",
        width=320,
        height=240,
        frame_rate=12.5,
        formats=("BayerRG8", "RGB8Packed"),
    )
    write_scenario(Scenario((spec,), (InterfaceSpec("eth0", "Ethernet", "GEV"),)))
    with RawGentl(camsim) as gentl:
        interfaces = gentl.open_interfaces()
        shown = [[gentl.info("IFGetInfo", i, what) for what in range(3)] for i in interfaces]
        assert shown == [["eth0", "Ethernet", "GEV"], ["usb0", "Simulated U3V", "U3V"]]
        assert [list_serials(gentl, interface) for interface in interfaces] == [[], ["0001"]]
        with OpenCamera(gentl, interfaces, "0001") as camera:
            told = [gentl.info("DevGetInfo", camera.device, what) for what in (1, 2, 3, 6, 7, 8)]
            assert told == ["Hikrobot", "MV-1", "U3V", "links oben", "0001", "2.3"]
            assert camera.get("PixelFormat") == 0x01080009
            assert camera.get("PayloadSize") == 320 * 240


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[camera]\n", "line 1: wanted [simulator], [interface ID] or [camera SERIAL]"),
        ("[camera A]\nwidth = 100\n", "line 2: width and height are multiples of 16"),
        ("[camera A]\n\nwidht = 160\n", "line 3: unknown key 'widht'"),
        ("[camera A]\nformats = Mono9\n", "line 2: unknown pixel format Mono9"),
        ("[camera A]\nbus = PCI\n", "line 2: unknown value 'PCI'"),
        ("[camera A]\nframe_rate = quick\n", "line 2: 'quick' is no number"),
        ("[camera A]\nzipped_xml = 1\n", "line 2: '1' is neither yes nor no"),
        ("[camera A]\nip_address = 10.0\n", "line 2: '10.0' is no IPv4 address"),
        ("[interface A]\nwidth = 64\n", "line 2: unknown key 'width'"),
        ("hello\n", "line 1: wanted [section] or key = value"),
        ("control = /tmp\n", "line 1: unknown key 'control'"),
    ],
)
def test_mistakes_are_told_with_their_line(
    camsim: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, complaint: str
) -> None:
    path = tmp_path / "scenario.ini"
    path.write_text(text)
    monkeypatch.setenv("CAMSIM_SCENARIO", str(path))
    with pytest.raises(GentlError) as failure, RawGentl(camsim):
        pass
    assert failure.value.code == GcError.ERROR
    assert complaint in failure.value.text.decode()


def test_missing_scenario_is_told(camsim: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMSIM_SCENARIO", "/does/not/exist")
    with pytest.raises(GentlError, match="/does/not/exist cannot be read"), RawGentl(camsim):
        pass


def test_line_breaks_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must be one line"):
        Scenario((CameraSpec("A", model="a\nb"),)).write(tmp_path)


def test_one_serial_under_two_producers(camsim: Path, tmp_path: Path) -> None:
    """A camera is seen under every file name unless the scenario names one."""
    cameras = (CameraSpec("BOTH"), CameraSpec("ONE", producer="other.cti"))
    run = Scenario(cameras).write(tmp_path)
    other = tmp_path / "other.cti"
    shutil.copy(camsim, other)
    assert play("serials", run.variables, cti=camsim) == ["BOTH"]
    assert play("serials", run.variables, cti=other) == ["BOTH", "ONE"]


def test_camera_moves_to_another_interface(camsim: Path, write_scenario: WriteScenario) -> None:
    interfaces = (InterfaceSpec("usb0"), InterfaceSpec("usb1"))
    run = write_scenario(Scenario((CameraSpec("A1", interface="usb0"),), interfaces))
    with RawGentl(camsim) as gentl, run.control("A1") as control:
        first, second = gentl.open_interfaces()
        assert [list_serials(gentl, i) for i in (first, second)] == [["A1"], []]
        control.unplug()
        control.replug(interface_number=2)
        for interface in (first, second):
            gentl.do("IFUpdateDeviceList", interface, None, 100)
        assert [list_serials(gentl, i) for i in (first, second)] == [[], ["A1"]]
        assert control["scans"] >= 2
