"""Interfaces that search for a while, addresses, and cameras in a wrong subnet."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from ctypes import byref, c_bool, c_void_p
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from camstrm.acquisition.gentl.library import GcError
from tests.simulator.raw_gentl import EXCLUSIVE, GentlError, OpenCamera, RawGentl
from tests.simulator.scenario import CameraSpec, InterfaceSpec, RunnableScenario, Scenario

WriteScenario = Callable[[Scenario], RunnableScenario]


def node(gentl: RawGentl, interface: int, name: str) -> int:
    place = gentl.registers(interface)[name]
    return int.from_bytes(gentl.read(interface, place, 8), "little")


def addresses(gentl: RawGentl, interface: int) -> list[tuple[str, str]]:
    """Return address and mask of each device of the interface."""
    told = []
    for index in range(gentl.count("IFGetNumDevices", interface)):
        place = gentl.registers(interface)["DeviceSelector"]
        gentl.write(interface, place, index.to_bytes(8, "little"))
        names = ("GevDeviceIPAddress", "GevDeviceSubnetMask")
        address, mask = (str(IPv4Address(node(gentl, interface, name))) for name in names)
        told.append((address, mask))
    return told


def test_interface_shows_its_address_and_those_of_its_cameras(
    camsim: Path, write_scenario: WriteScenario
) -> None:
    first = CameraSpec(
        "A1",
        bus="GEV",
        interface="eth0",
        ip_address="10.0.0.7",
        control_timeout_ms=1,
        control_retries=0,
    )
    outside = dataclasses.replace(
        first, serial="A2", ip_address="10.0.1.8", subnet_mask="255.255.0.0"
    )
    cameras = (first, outside, CameraSpec("A3"))
    interfaces = (InterfaceSpec("eth0", bus="GEV", ip_address="10.0.0.1"),)
    run = write_scenario(Scenario(cameras, interfaces))
    with RawGentl(camsim) as gentl, run.control("A1") as control:
        gev, usb = gentl.open_interfaces()
        assert str(IPv4Address(node(gentl, gev, "GevInterfaceSubnetIPAddress"))) == "10.0.0.1"
        assert str(IPv4Address(node(gentl, gev, "GevInterfaceSubnetMask"))) == "255.255.255.0"
        assert "GevInterfaceSubnetMask" not in gentl.registers(usb)
        far = ("10.0.1.8", "255.255.0.0")
        assert addresses(gentl, gev) == [("10.0.0.7", "255.255.255.0"), far]

        def code(serial: str) -> int:
            arguments = (gev, f"camstrm-{serial}-0".encode(), EXCLUSIVE, byref(c_void_p()))
            return gentl.code("IFOpenDevice", *arguments)

        assert code("A2") == GcError.ACCESS_DENIED
        assert b"wrong subnet" in gentl.last_error()[1]
        control.set(wrong_subnet=1)
        assert code("A1") == GcError.ACCESS_DENIED
        assert addresses(gentl, gev) == [("169.254.7.7", "255.255.0.0"), far]
        control.set(wrong_subnet=0)
        control.move()
        gentl.do("IFUpdateDeviceList", gev, byref(c_bool()), 100)
        assert addresses(gentl, gev) == [("10.0.0.8", "255.255.255.0"), far]
        with OpenCamera(gentl, [gev], "A1") as camera:
            assert str(IPv4Address(camera.get("GevCurrentIPAddress"))) == "10.0.0.8"


def test_without_addresses_the_knob_alone_refuses(
    camsim: Path, write_scenario: WriteScenario
) -> None:
    run = write_scenario(
        Scenario((CameraSpec("A1", bus="GEV", control_timeout_ms=1, control_retries=0),))
    )
    with RawGentl(camsim) as gentl, run.control("A1") as control:
        (interface,) = gentl.open_interfaces()
        assert "DeviceSelector" not in gentl.registers(interface)
        control.set(wrong_subnet=1)
        with pytest.raises(GentlError, match="wrong subnet"):
            OpenCamera(gentl, [interface], "A1")
        control.clear()
        with OpenCamera(gentl, [interface], "A1") as camera:
            assert str(IPv4Address(camera.get("GevCurrentIPAddress"))) == "192.168.1.2"


def test_search_takes_its_time_on_each_interface(
    camsim: Path, write_scenario: WriteScenario
) -> None:
    interfaces = (InterfaceSpec("eth0", search_ms=60), InterfaceSpec("eth1", search_ms=60))
    write_scenario(Scenario((CameraSpec("A1", interface="eth1"),), interfaces))
    with RawGentl(camsim) as gentl:
        begin = time.monotonic()
        gentl.open_interfaces()
        assert time.monotonic() - begin >= 0.12
