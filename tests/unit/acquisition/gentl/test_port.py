from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from camstrm.acquisition.camera import Camera
from camstrm.acquisition.features.access import read_feature, write_feature
from camstrm.acquisition.features.camera_xml import load_node_map
from camstrm.acquisition.gentl.errors import camera_errors
from camstrm.acquisition.gentl.library import GcError, GentlLibrary
from camstrm.acquisition.gentl.port import RegisterPort
from camstrm.acquisition.gentl.register_error import RegisterError
from camstrm.errors import CameraError, CameraLostError, CameraRefusedError

XML = b"""<?xml version="1.0" encoding="utf-8"?>
<RegisterDescription ModelName="M" VendorName="V" StandardNameSpace="None"
 SchemaMajorVersion="1" SchemaMinorVersion="1" SchemaSubMinorVersion="0" MajorVersion="1"
 MinorVersion="0" SubMinorVersion="0" ToolTip="" ProductGuid="00000000-0000-0000-0000-000000000000"
 VersionGuid="00000000-0000-0000-0000-000000000000"
 xmlns="http://www.genicam.org/GenApi/Version_1_1">
<Category Name="Root"><pFeature>Level</pFeature></Category>
<IntReg Name="Level"><Address>0x20</Address><Length>4</Length><AccessMode>RW</AccessMode>
<pPort>Device</pPort><Sign>Unsigned</Sign><Endianess>LittleEndian</Endianess></IntReg>
<Port Name="Device"/></RegisterDescription>"""


class Registers(GentlLibrary):
    """A library whose registers answer as the test says."""

    def __init__(self) -> None:
        self.held = bytearray(64)
        self.reads = 0
        self.code = 0
        self.text = b""

    def read_port(self, port: int, address: int, length: int) -> tuple[int, bytes]:
        assert port == 5
        self.reads += 1
        return self.code, b"" if self.code else bytes(self.held[address : address + length])

    def write_port(self, port: int, address: int, data: bytes) -> int:
        assert port == 5
        if not self.code:
            self.held[address : address + len(data)] = data
        return self.code

    def last_error(self, code: int) -> bytes:
        assert code == self.code
        return self.text


@pytest.fixture
def registers() -> Registers:
    return Registers()


@pytest.fixture
def port(registers: Registers) -> RegisterPort:
    return RegisterPort(registers, 5, "left")


@pytest.fixture
def node_map(port: RegisterPort) -> object:
    node_map, _ = load_node_map(XML)
    node_map.connect(port, "Device")
    return node_map


def test_a_feature_is_read_and_written(registers: Registers, node_map: object) -> None:
    assert write_feature(node_map, "Level", 0x01020304).applied
    assert registers.held[0x20:0x24] == b"\4\3\2\1"
    registers.held[0x20] = 9
    assert read_feature(node_map, "Level").value == 0x01020304, "GenApi knows it"


def test_a_refused_register_is_a_reason(registers: Registers, node_map: object) -> None:
    registers.code, registers.text = GcError.ACCESS_DENIED, "拒绝\n now".encode("gbk")
    result = read_feature(node_map, "Level")
    assert result.reason == "拒绝 now (GC_ERR_ACCESS_DENIED -1005), reading register 0x20"
    registers.text = b""
    result = write_feature(node_map, "Level", 3)
    assert not result.applied
    assert result.reason == "GC_ERR_ACCESS_DENIED -1005, writing register 0x20"


@pytest.mark.parametrize(
    ("code", "kind", "text"),
    [
        (GcError.TIMEOUT, CameraLostError, "GC_ERR_TIMEOUT -1011"),
        (GcError.IO, CameraLostError, "GC_ERR_IO -1010"),
        (GcError.BUSY, CameraRefusedError, "GC_ERR_BUSY -1022"),
        (GcError.INVALID_ADDRESS, CameraError, "GC_ERR_INVALID_ADDRESS -1015"),
        (-11000, CameraError, "GC_ERR -11000"),
    ],
)
def test_a_register_s_error_is_the_camera_s(
    registers: Registers, node_map: object, code: int, kind: type[CameraError], text: str
) -> None:
    registers.code = code
    wanted = pytest.raises(CameraError, match="reading register 0x20 while looking")
    with wanted as caught, camera_errors("left", "looking"):
        node_map.Level.value  # type: ignore[attr-defined]  # noqa: B018
    assert type(caught.value) is kind
    assert str(caught.value).startswith("camera left: ")
    assert text in str(caught.value)


def test_one_thread_is_interrupted_and_others_are_not(
    port: RegisterPort, registers: Registers, node_map: object
) -> None:
    port.interrupt(threading.get_ident())
    result = read_feature(node_map, "Level")
    assert "the camera is being closed (GC_ERR_ABORT -1012)" in result.reason
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(write_feature, node_map, "Level", 7).result().applied
    assert registers.held[0x20] == 7


def test_a_register_is_read_once_until_something_is_written(
    port: RegisterPort, registers: Registers
) -> None:
    with port.remembering():
        with port.remembering():
            first = port.read(0x20, 4)
        registers.held[0x20] = 9
        assert port.read(0x20, 4) == first
        assert port.read(0x21, 2) == bytes(2)
        assert registers.reads == 2
        port.write(0x30, b"x")
        assert port.read(0x20, 4) == b"\x09\0\0\0"
        registers.code = -1011
        for _ in range(2):
            with pytest.raises(RegisterError, match="TIMEOUT"):
                port.read(0x24, 4)
        assert registers.reads == 4, "nobody waits twice for what does not answer"
        registers.code = 0
    registers.held[0x20] = 8
    assert port.read(0x20, 4)[0] == port.read(0x20, 4)[0] == 8
    assert registers.reads == 6


def test_an_open_camera_s_registers_go_through_the_port(camera: Camera) -> None:
    assert isinstance(camera._port, RegisterPort)
    with camera.lock:
        assert write_feature(camera.node_map, "Width", 200).applied
        assert read_feature(camera.node_map, "Width").value == 200
        camera.interrupt(threading.get_ident())
        assert "being closed" in write_feature(camera.node_map, "Width", 208).reason
        camera.interrupt(0)
        assert read_feature(camera.node_map, "Width").value == 200
