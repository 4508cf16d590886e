"""Who a camera says that it is: serial numbers, names, access status, another device id."""

from __future__ import annotations

from collections.abc import Callable
from ctypes import byref, c_bool, c_size_t, c_void_p
from pathlib import Path
from typing import Any

from camstrm.acquisition.gentl.library import GcError
from tests.simulator.raw_gentl import EXCLUSIVE, OpenCamera, RawGentl
from tests.simulator.scenario import CameraSpec, RunnableScenario, Scenario

WriteScenario = Callable[[Scenario], RunnableScenario]

DISPLAY_NAME, ACCESS_STATUS, USER_NAME, SERIAL_NUMBER = 4, 5, 6, 7
NO_ACCESS, READ_WRITE, OPEN_READ_WRITE = 3, 1, 5


def told(gentl: RawGentl, interface: int, section: str, what: int) -> Any:
    """Return a DEVICE_INFO_CMD of a camera, or the GC_ERROR that it answers with."""
    name = f"camstrm-{section}-0".encode()
    arguments = (interface, name, what)
    code = gentl.code("IFGetDeviceInfo", *arguments, None, None, byref(c_size_t()))
    return GcError(code) if code else gentl.info("IFGetDeviceInfo", *arguments)


def test_serial_numbers_and_names_of_the_transport_layer_and_of_the_camera(
    camsim: Path, write_scenario: WriteScenario
) -> None:
    """Also two devices with one serial number."""
    write_scenario(
        Scenario(
            (
                CameraSpec("plain"),
                CameraSpec("none", told_serial="none", node_serial="Y-1"),
                CameraSpec("empty", told_serial="empty"),
                CameraSpec("twin1", told_serial="TWIN", node_serial="TWIN "),
                CameraSpec("twin2", told_serial="TWIN", node_serial='"'),
                CameraSpec("hex", told_serial="013792A5", node_serial="20419237"),
                CameraSpec("number", node_serial="20419237", node_serial_type="integer"),
                CameraSpec("zero", node_serial="0", node_serial_type="integer"),
                CameraSpec("named", display_name="left (10.0.0.7)", user_name_query=False),
            )
        )
    )
    with RawGentl(camsim) as gentl:
        (interface,) = gentl.open_interfaces()
        serials = {
            section: told(gentl, interface, section, SERIAL_NUMBER)
            for section in ("plain", "none", "empty", "twin1", "twin2", "hex", "number")
        }
        assert serials == {
            "plain": "plain",
            "none": GcError.NOT_AVAILABLE,
            "empty": "",
            "twin1": "TWIN",
            "twin2": "TWIN",
            "hex": "013792A5",
            "number": "number",
        }
        names = [told(gentl, interface, s, DISPLAY_NAME) for s in ("plain", "named")]
        assert names == ["camstrm Simulated (plain)", "left (10.0.0.7)"]
        assert told(gentl, interface, "plain", USER_NAME) == ""
        assert told(gentl, interface, "named", USER_NAME) == GcError.NOT_AVAILABLE

        nodes: dict[str, str | int] = {}
        for section in ("twin1", "twin2", "hex"):
            with OpenCamera(gentl, [interface], f"camstrm-{section}-0") as camera:
                text = gentl.read(camera.port, text_address(gentl, camera.port), 64)
                nodes[section] = text.rstrip(b"\0").decode()
        for section in ("number", "zero"):
            with OpenCamera(gentl, [interface], section) as camera:
                nodes[section] = camera.get("DeviceSerialNumber")
        assert nodes == {
            "twin1": "TWIN ",
            "twin2": '"',
            "hex": "20419237",
            "number": 20419237,
            "zero": 0,
        }


def text_address(gentl: RawGentl, port: int) -> int:
    """Return where the text DeviceSerialNumber is."""
    node = gentl.xml(port).split('Name="DeviceSerialNumber"')[1]
    return int(node.split("<Address>")[1].split("<")[0], 16)


def test_access_status_of_a_free_camera_is_what_the_scenario_or_the_knob_says(
    camsim: Path, write_scenario: WriteScenario
) -> None:
    run = write_scenario(Scenario((CameraSpec("key", access_status=NO_ACCESS), CameraSpec("knob"))))
    with RawGentl(camsim) as gentl, run.control("knob") as control:
        (interface,) = gentl.open_interfaces()
        statuses = [told(gentl, interface, s, ACCESS_STATUS) for s in ("key", "knob")]
        assert statuses == [NO_ACCESS, READ_WRITE]
        control.set(access_status=NO_ACCESS)
        assert told(gentl, interface, "knob", ACCESS_STATUS) == NO_ACCESS
        with OpenCamera(gentl, [interface], "knob") as camera:
            assert gentl.info("DevGetInfo", camera.device, ACCESS_STATUS) == OPEN_READ_WRITE
            assert told(gentl, interface, "knob", ACCESS_STATUS) == OPEN_READ_WRITE


def test_moved_camera_has_another_id_and_the_old_one_is_denied(
    camsim: Path, write_scenario: WriteScenario
) -> None:
    spec = CameraSpec("A1", bus="GEV", frame_rate=250.0, control_timeout_ms=1, control_retries=0)
    run = write_scenario(Scenario((spec,)))
    old, new = b"camstrm-A1-0", b"camstrm-A1-0@1"
    with RawGentl(camsim) as gentl, run.control("A1") as control:
        (interface,) = gentl.open_interfaces()

        def listed(*, update: bool) -> list[str]:
            if update:
                gentl.do("IFUpdateDeviceList", interface, byref(c_bool()), 100)
            count = gentl.count("IFGetNumDevices", interface)
            return [gentl.text("IFGetDeviceID", interface, i) for i in range(count)]

        def open_code(name: bytes) -> int:
            return gentl.code("IFOpenDevice", interface, name, EXCLUSIVE, byref(c_void_p()))

        with OpenCamera(gentl, [interface], "A1") as camera:
            camera.start()
            camera.fetch()
            control.move()
            assert control.wait_until(lambda c: not c["streaming"]), "what was open is dead"
        assert listed(update=False) == [old.decode()]
        assert open_code(old) == GcError.ACCESS_DENIED
        assert b"wrong subnet" in gentl.last_error()[1]
        assert open_code(new) == GcError.INVALID_ID
        assert listed(update=True) == [new.decode()]
        assert told(gentl, interface, "A1", SERIAL_NUMBER) == GcError.INVALID_ID
        assert open_code(old) == GcError.ACCESS_DENIED
        with OpenCamera(gentl, [interface], "A1") as camera:
            assert camera.id == new
            camera.start()
            camera.fetch()
        control.clear()
        assert control["moved"] == 1
    with RawGentl(camsim) as gentl:
        (interface,) = gentl.open_interfaces()
        assert open_code(old) == GcError.ACCESS_DENIED, "also for whoever never saw it listed"
        assert open_code(new) == GcError.SUCCESS
