"""Camera XML from a file with registers behind it, and modules without an XML."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import byref, c_size_t
from pathlib import Path

import pytest

from camstrm.acquisition.gentl.library import GcError
from tests.simulator.harvesters_child import play
from tests.simulator.raw_gentl import (
    EXCLUSIVE,
    INFINITE,
    KILL,
    GentlError,
    OpenCamera,
    RawGentl,
)
from tests.simulator.scenario import CameraSpec, RunnableScenario, Scenario
from tests.vectors import layout

WriteScenario = Callable[[Scenario], RunnableScenario]

NODE_MAPS = Path(layout.__file__).parent / "node_maps"
WIDTH, HEIGHT, FRAME_ID = 10, 11, 16  # BUFFER_INFO_CMD
NAMES = ("cp1252", "inc_int", "slow_abs", "tlp_ro", "wo")


def from_files(name: str, **keys: float) -> CameraSpec:
    return CameraSpec(
        name,
        frame_rate=keys.get("frame_rate", 200.0),
        xml_file=NODE_MAPS / f"{name}.xml",
        memory_file=NODE_MAPS / f"{name}.mem",
    )


def test_xml_and_registers_are_those_of_the_files_and_the_stream_starts_the_camera(
    camsim: Path, write_scenario: WriteScenario
) -> None:
    run = write_scenario(Scenario(tuple(from_files(name) for name in NAMES), module_xml=False))
    with RawGentl(camsim) as gentl, run.control("cp1252") as control:
        (interface,) = gentl.open_interfaces()
        for name in NAMES:
            device = gentl.handle(
                "IFOpenDevice", interface, f"camstrm-{name}-0".encode(), EXCLUSIVE
            )
            port = gentl.handle("DevGetPort", device)
            _, place, length = gentl.text("GCGetPortURL", port).split("?")[0].split(";")
            xml = gentl.read(port, int(place, 16), int(length, 16))
            assert xml == (NODE_MAPS / f"{name}.xml").read_bytes()
            assert gentl.read(port, 0x100, 16).hex() == "8002000000000000e001000000000000"
            gentl.do("DevClose", device)

        with OpenCamera(gentl, [interface], "cp1252") as camera:
            gentl.write(camera.port, 0x10000000, b"\x01\x02")
            assert gentl.read(camera.port, 0xFFFFFFF, 4) == b"\0\x01\x02\0"
            camera.announce(4, 640 * 480)
            assert not control["streaming"]
            for _ in range(2):
                gentl.do("DSStartAcquisition", camera.stream, 0, INFINITE)
                handles = [camera.fetch() for _ in range(3)]
                told = [[camera.buffer(h, what) for what in (WIDTH, HEIGHT)] for h in handles]
                assert told == [[640, 480]] * 3
                assert [camera.buffer(h, FRAME_ID) for h in handles] == [1, 2, 3]
                gentl.do("DSStopAcquisition", camera.stream, KILL)
                assert not control["streaming"]
                gentl.do("DSFlushQueue", camera.stream, 2)
            modules = {
                "system": gentl.handle("IFGetParentTL", interface),
                "interface": interface,
                "device": camera.device,
                "stream": camera.stream,
            }
            assert gentl.count("GCGetNumPortURLs", camera.port) == 1
            for name, port in modules.items():
                assert gentl.count("GCGetNumPortURLs", port) == 0, name
                data = ctypes.create_string_buffer(8)
                code = gentl.code("GCReadPort", port, 0x10000000, data, byref(c_size_t(8)))
                assert code == GcError.INVALID_ADDRESS, name
            control.unplug()
        control.replug()
        with OpenCamera(gentl, [interface], "cp1252") as camera:
            assert gentl.read(camera.port, 0x10000000, 2) == b"\0\0", "after a power cycle"


def test_foreign_camera_streams_under_harvesters(
    camsim: Path, write_scenario: WriteScenario
) -> None:
    run = write_scenario(Scenario((from_files("inc_int"),)))
    steps = [["get", "PayloadSize"], ["get", "AcquisitionFrameRate"], ["start"], ["fetch"]]
    payload, rate, _, frame = play(
        "script", run.variables, cti=camsim, serial="inc_int", steps=steps
    )
    assert (payload, rate, frame) == (640 * 480, 30.0, [640, 480, 640 * 480])


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "none.mem cannot be read"),
        ("100 00\n\nxyz 00\n", "line 3: wanted an address and bytes, both in hex"),
        ("100 000\n", "line 1: wanted an address"),
        ("100\n", "line 1: wanted an address"),
    ],
)
def test_mistakes_of_a_memory_file_are_told(
    camsim: Path,
    write_scenario: WriteScenario,
    tmp_path: Path,
    content: str | None,
    complaint: str,
) -> None:
    path = tmp_path / "none.mem"
    if content is not None:
        path.write_text(content)
    write_scenario(Scenario((CameraSpec("A1", memory_file=path),)))
    with pytest.raises(GentlError, match=complaint), RawGentl(camsim):
        pass
