"""Every function of GenTL and the error codes for wrong calls."""

from __future__ import annotations

import ctypes
from ctypes import byref, c_bool, c_int32, c_size_t, c_uint32, c_void_p
from pathlib import Path
from typing import Any

import pytest

from camstrm.acquisition.gentl.library import GcError
from camstrm.acquisition.gentl.producer_check import REQUIRED_SYMBOLS
from tests.simulator.gentl_signatures import FUNCTIONS, SIGNATURES
from tests.simulator.raw_gentl import EXCLUSIVE, INFINITE, NEW_BUFFER, OpenCamera, RawGentl

NO_HANDLE_FIRST = {"GCInitLib", "GCCloseLib", "GCGetInfo", "GCGetLastError", "TLOpen"}


def arguments_of(name: str, handle: int) -> list[Any]:
    """Arguments that would be good for an open handle, for garbage in its place."""
    memory = ctypes.create_string_buffer(64)
    values: list[Any] = []
    for place, kind in enumerate(SIGNATURES[name]):
        if place == 0 and name not in NO_HANDLE_FIRST:
            values.append(handle)
        elif kind is c_void_p:
            values.append(ctypes.addressof(memory))
        elif kind is ctypes.c_char_p:
            values.append(b"x")
        else:
            values.append(0)
    return values


def test_every_function_that_harvesters_needs_is_exported(camsim: Path) -> None:
    library = ctypes.CDLL(str(camsim))
    assert [name for name in (*FUNCTIONS, *REQUIRED_SYMBOLS) if not hasattr(library, name)] == []


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - NO_HANDLE_FIRST | {"TLOpen"}))
def test_nothing_works_before_the_library_is_initialised(camsim: Path, name: str) -> None:
    gentl = RawGentl(camsim)
    assert gentl.code(name, *arguments_of(name, 1)) == GcError.NOT_INITIALIZED
    assert gentl.last_error() == (GcError.NOT_INITIALIZED, b"GCInitLib was not called")


@pytest.mark.parametrize("handle", [0, 1, 0xDEADBEEF, INFINITE], ids=hex)
@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - NO_HANDLE_FIRST))
def test_garbage_handle_is_refused(gentl: RawGentl, name: str, handle: int) -> None:
    assert gentl.code(name, *arguments_of(name, handle)) == GcError.INVALID_HANDLE


def test_handle_of_another_kind_is_refused(gentl: RawGentl) -> None:
    (interface,) = gentl.open_interfaces()
    for name in sorted(FUNCTIONS):
        if name.startswith(("TL", "Dev", "DS", "Event")) and name not in NO_HANDLE_FIRST:
            code = gentl.code(name, *arguments_of(name, interface))
            assert code == GcError.INVALID_HANDLE, name


def test_library_is_initialised_and_closed_once(gentl: RawGentl) -> None:
    assert gentl.code("GCInitLib") == GcError.RESOURCE_IN_USE
    gentl.do("GCCloseLib")
    assert gentl.code("GCCloseLib") == GcError.NOT_INITIALIZED
    gentl.do("GCInitLib")


def test_producer_tells_about_itself(gentl: RawGentl, camsim: Path) -> None:
    told = [gentl.info("GCGetInfo", command) for command in range(11)]
    assert told[6] == str(camsim)
    assert told[5] == camsim.name
    assert told[9:] == [1, 5]
    system = gentl.handle("TLOpen")
    assert [gentl.info("TLGetInfo", system, command) for command in range(11)] == told
    kind, size = c_int32(), c_size_t(1)
    short = ctypes.create_string_buffer(1)
    code = gentl.code("GCGetInfo", 6, byref(kind), short, byref(size))
    assert (code, size.value) == (GcError.BUFFER_TOO_SMALL, len(str(camsim)) + 1)
    assert gentl.code("GCGetInfo", 6, byref(kind), short, None) == GcError.INVALID_PARAMETER
    assert gentl.code("GCGetInfo", 99, byref(kind), None, byref(size)) == GcError.NOT_IMPLEMENTED


def test_system_and_interfaces(gentl: RawGentl) -> None:
    system = gentl.handle("TLOpen")
    handle = c_void_p()
    assert gentl.code("TLOpen", byref(handle)) == GcError.RESOURCE_IN_USE
    assert gentl.code("TLOpen", None) == GcError.INVALID_PARAMETER
    assert gentl.count("TLGetNumInterfaces", system) == 0, "before the first update"
    changed = c_bool()
    gentl.do("TLUpdateInterfaceList", system, byref(changed), 10)
    first = changed.value
    gentl.do("TLUpdateInterfaceList", system, byref(changed), 10)
    assert (first, changed.value) == (True, False)
    assert gentl.count("TLGetNumInterfaces", system) == 1
    name = gentl.text("TLGetInterfaceID", system, 0).encode()
    told = [gentl.info("TLGetInterfaceInfo", system, name, command) for command in range(3)]
    assert told == ["sim-U3V", "Simulated U3V", "U3V"]
    size = c_size_t()
    assert gentl.code("TLGetInterfaceID", system, 1, None, byref(size)) == GcError.INVALID_INDEX
    code = gentl.code("TLGetInterfaceInfo", system, b"no", 0, None, None, byref(size))
    assert code == GcError.INVALID_ID
    assert gentl.code("TLOpenInterface", system, b"no", byref(handle)) == GcError.INVALID_ID
    assert gentl.code("TLOpenInterface", system, None, byref(handle)) == GcError.INVALID_PARAMETER
    interface = gentl.handle("TLOpenInterface", system, name)
    assert gentl.code("TLOpenInterface", system, name, byref(handle)) == GcError.RESOURCE_IN_USE
    assert [gentl.info("IFGetInfo", interface, command) for command in range(3)] == told
    assert gentl.handle("IFGetParentTL", interface) == system
    gentl.do("IFClose", interface)
    assert gentl.code("IFClose", interface) == GcError.INVALID_HANDLE
    gentl.do("TLClose", system)
    assert gentl.code("TLClose", system) == GcError.INVALID_HANDLE


def test_devices_are_listed_and_told_about(gentl: RawGentl) -> None:
    (interface,) = gentl.open_interfaces()
    assert gentl.count("IFGetNumDevices", interface) == 1
    name = gentl.text("IFGetDeviceID", interface, 0).encode()
    told = [gentl.info("IFGetDeviceInfo", interface, name, command) for command in range(10)]
    assert told == [
        name.decode(),
        "camstrm",
        "Simulated",
        "U3V",
        "camstrm Simulated (A1)",
        1,
        "",
        "A1",
        "1.0.0",
        1_000_000_000,
    ]
    handle, size = c_void_p(), c_size_t()
    assert gentl.code("IFGetDeviceID", interface, 1, None, byref(size)) == GcError.INVALID_INDEX
    code = gentl.code("IFGetDeviceInfo", interface, b"no", 0, None, None, byref(size))
    assert code == GcError.INVALID_ID
    code = gentl.code("IFGetDeviceInfo", interface, name, 99, None, None, byref(size))
    assert code == GcError.NOT_IMPLEMENTED
    assert gentl.code("IFOpenDevice", interface, b"no", 4, byref(handle)) == GcError.INVALID_ID
    assert (
        gentl.code("IFOpenDevice", interface, name, 1, byref(handle)) == GcError.INVALID_PARAMETER
    )
    device = gentl.handle("IFOpenDevice", interface, name, EXCLUSIVE)
    code = gentl.code("IFOpenDevice", interface, name, EXCLUSIVE, byref(handle))
    assert code == GcError.RESOURCE_IN_USE
    assert gentl.info("IFGetDeviceInfo", interface, name, 5) == 5, "open by this process"
    assert gentl.info("DevGetInfo", device, 7) == "A1"
    assert gentl.handle("DevGetParentIF", device) == interface
    gentl.do("DevClose", device)
    assert gentl.code("DevClose", device) == GcError.INVALID_HANDLE
    assert gentl.info("IFGetDeviceInfo", interface, name, 5) == 1


def test_closing_a_parent_closes_its_children(gentl: RawGentl) -> None:
    interfaces = gentl.open_interfaces()
    camera = OpenCamera(gentl, interfaces, "A1")
    camera.start()
    system = gentl.handle("IFGetParentTL", interfaces[0])
    gentl.do("TLClose", system)
    size = c_size_t(16)
    for name, handle in (
        ("IFClose", interfaces[0]),
        ("DevClose", camera.device),
        ("DSClose", camera.stream),
        ("EventKill", camera.event),
    ):
        assert gentl.code(name, handle) == GcError.INVALID_HANDLE, name
    code = gentl.code("GCReadPort", camera.port, 0x10000, None, byref(size))
    assert code == GcError.INVALID_HANDLE


def test_events_are_registered_once_and_refused_with_codes_that_harvesters_expects(
    camera: OpenCamera,
) -> None:
    gentl, handle = camera.gentl, c_void_p()

    def register(module: int, event: int) -> int:
        return gentl.code("GCRegisterEvent", module, event, byref(handle))

    assert register(camera.stream, NEW_BUFFER) == GcError.RESOURCE_IN_USE
    assert register(camera.device, NEW_BUFFER) == GcError.INVALID_PARAMETER
    assert register(camera.device, 5) == GcError.NOT_IMPLEMENTED, "module events"
    assert register(camera.port, 4) == GcError.NOT_IMPLEMENTED, "remote device events"
    assert register(camera.device, 0) == GcError.SUCCESS, "error events"
    data, size = ctypes.create_string_buffer(64), c_size_t(64)
    assert gentl.code("EventGetData", handle, data, byref(size), 1) == GcError.TIMEOUT
    gentl.do("GCUnregisterEvent", camera.device, 0)
    assert gentl.code("EventGetData", handle, data, byref(size), 1) == GcError.INVALID_HANDLE
    assert gentl.code("GCUnregisterEvent", camera.device, 0) == GcError.INVALID_PARAMETER
    assert [gentl.info("EventGetInfo", camera.event, command) for command in range(5)] == [
        NEW_BUFFER,
        0,
        0,
        16,
        16,
    ]


def test_stream_is_opened_once(camera: OpenCamera) -> None:
    gentl, handle = camera.gentl, c_void_p()
    assert gentl.count("DevGetNumDataStreams", camera.device) == 1
    assert gentl.text("DevGetDataStreamID", camera.device, 0) == "Stream0"
    code = gentl.code("DevOpenDataStream", camera.device, b"Stream0", byref(handle))
    assert code == GcError.RESOURCE_IN_USE
    code = gentl.code("DevOpenDataStream", camera.device, b"Stream1", byref(handle))
    assert code == GcError.INVALID_ID
    assert gentl.handle("DSGetParentDev", camera.stream) == camera.device
    gentl.do("DSClose", camera.stream)
    assert gentl.code("DSClose", camera.stream) == GcError.INVALID_HANDLE
    assert gentl.code("EventKill", camera.event) == GcError.INVALID_HANDLE
    gentl.handle("DevOpenDataStream", camera.device, b"Stream0")


def test_plain_picture_has_no_parts_segments_or_flows(camera: OpenCamera) -> None:
    gentl = camera.gentl
    (buffer,) = camera.announce(1)
    size, number, entry = c_size_t(), c_uint32(), ctypes.create_string_buffer(64)
    stream = camera.stream
    codes = {
        "DSGetNumBufferParts": (stream, buffer, byref(number)),
        "DSGetBufferPartInfo": (stream, buffer, 0, 0, None, None, byref(size)),
        "DSGetBufferPartInfoStacked": (stream, buffer, entry, 1),
        "DSGetNumBufferSegments": (stream, buffer, byref(number)),
        "DSGetBufferSegmentInfo": (stream, buffer, 0, 0, None, None, byref(size)),
        "DSGetNumFlows": (stream, byref(number)),
        "DSGetFlowInfo": (stream, 0, 0, None, None, byref(size)),
        "DSAnnounceCompositeBuffer": (stream, 0, None, None, None, byref(c_void_p())),
    }
    no_data = {name for name in codes if "Part" in name}
    for name, arguments in codes.items():
        wanted = GcError.NO_DATA if name in no_data else GcError.NOT_IMPLEMENTED
        assert gentl.code(name, *arguments) == wanted, name
    for name in no_data:
        rest = codes[name][2:]
        assert gentl.code(name, stream, 5, *rest) == GcError.INVALID_HANDLE, name
    code = gentl.code("DSGetNumBufferParts", stream, buffer, None)
    assert code == GcError.INVALID_PARAMETER
