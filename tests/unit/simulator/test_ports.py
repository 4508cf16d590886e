"""Ports, URLs and registers."""

from __future__ import annotations

import ctypes
from ctypes import byref, c_size_t, c_void_p

from camstrm.acquisition.gentl.library import GcError
from tests.simulator.raw_gentl import INFINITE, OpenCamera


def test_every_module_has_a_port_with_an_xml(camera: OpenCamera) -> None:
    gentl = camera.gentl
    interface = gentl.handle("DevGetParentIF", camera.device)
    system = gentl.handle("IFGetParentTL", interface)
    ports = {
        "TLPort": system,
        "InterfacePort": interface,
        "DevicePort": camera.device,
        "Device": camera.port,
        "StreamPort": camera.stream,
    }
    for name, port in ports.items():
        assert gentl.count("GCGetNumPortURLs", port) == 1
        told = [gentl.info("GCGetPortInfo", port, command) for command in range(13)]
        assert told[12] == name
        assert told[5:11] == [True, False, True, True, False, False]
        assert f'<Port Name="{name}"' in gentl.xml(port)
        assert gentl.info("GCGetPortURLInfo", port, 0, 0) == gentl.text("GCGetPortURL", port)
        assert gentl.info("GCGetPortURLInfo", port, 0, 8) == len(gentl.xml(port))
        size = c_size_t()
        code = gentl.code("GCGetPortURLInfo", port, 1, 0, None, None, byref(size))
        assert code == GcError.INVALID_INDEX


def test_registers_are_checked(camera: OpenCamera) -> None:
    gentl, port, width = camera.gentl, camera.port, camera.address("Width")
    data = ctypes.create_string_buffer(128)

    def read(address: int, size: int) -> int:
        return gentl.code("GCReadPort", port, address, data, byref(c_size_t(size)))

    def write(address: int, value: int, size: int = 8) -> int:
        raw = value.to_bytes(max(size, 1), "little", signed=value < 0)
        return gentl.code("GCWritePort", port, address, raw, byref(c_size_t(size)))

    for address, size in ((0, 8), (width, 0), (width, 9), (width + 8, 8), (INFINITE, 8)):
        assert read(address, size) == GcError.INVALID_ADDRESS, (address, size)
    assert gentl.code("GCReadPort", port, width, None, byref(c_size_t(8))) == (
        GcError.INVALID_PARAMETER
    )
    assert gentl.code("GCReadPort", port, width, data, None) == GcError.INVALID_PARAMETER
    assert write(width, 640, 4) == GcError.INVALID_ADDRESS
    for value in (0, -4, 641, 642, 1 << 40):
        assert write(width, value) == GcError.INVALID_VALUE, value
    assert write(camera.address("SensorWidth"), 640) == GcError.ACCESS_DENIED
    assert write(camera.address("PixelFormat"), 7) == GcError.INVALID_VALUE
    assert write(0x10000000, 0) == GcError.ACCESS_DENIED, "the XML"
    assert write(width, 320) == GcError.SUCCESS
    assert camera.get("Width") == 320
    camera.set("TLParamsLocked", 1)
    assert write(width, 640) == GcError.ACCESS_DENIED


def test_stacked_access_stops_at_the_first_error(camera: OpenCamera) -> None:
    class Entry(ctypes.Structure):
        _pack_ = 1
        _layout_ = "ms"
        _fields_ = (("address", ctypes.c_uint64), ("buffer", c_void_p), ("size", c_size_t))

    values = (ctypes.c_int64 * 3)()
    addresses = (camera.address("Width"), camera.address("Height"), 0)
    entries = (Entry * 3)(
        *(Entry(a, ctypes.addressof(values) + 8 * i, 8) for i, a in enumerate(addresses))
    )
    count = c_size_t(2)
    camera.gentl.do("GCReadPortStacked", camera.port, entries, byref(count))
    assert (count.value, list(values[:2])) == (2, [640, 480])
    values[0] = 320
    camera.gentl.do("GCWritePortStacked", camera.port, entries, byref(c_size_t(1)))
    assert camera.get("Width") == 320
    count = c_size_t(3)
    code = camera.gentl.code("GCReadPortStacked", camera.port, entries, byref(count))
    assert (code, count.value) == (GcError.INVALID_ADDRESS, 2)
