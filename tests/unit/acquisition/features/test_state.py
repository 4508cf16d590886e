from __future__ import annotations

import json
import math
from typing import Any

import msgspec
import pytest

from camstrm.acquisition.camera import Camera
from camstrm.acquisition.features.state import read_state, read_states, sendable
from camstrm.acquisition.gentl.library import GcError
from camstrm.acquisition.gentl.register_error import RegisterError
from camstrm.feature import FeatureState
from tests.fakes.gentl.memory_port import MemoryCamera


@pytest.fixture
def controls() -> MemoryCamera:
    return MemoryCamera("controls")


def state(camera: MemoryCamera, name: str) -> FeatureState:
    return read_state(camera.nodes, camera.description, name)


def test_states_of_each_kind(controls: MemoryCamera) -> None:
    assert state(controls, "Width") == FeatureState(
        "RW", 640, minimum=16, maximum=1024, increment=16
    )
    assert state(controls, "PixelFormat").entries == ("Mono8", "Mono12")
    assert state(controls, "DeviceKey").access == "WO"
    assert state(controls, "DeviceKey").value is None
    assert state(controls, "PayloadSize").access == "RO"
    assert state(controls, "PayloadSize").locked_by == "", "it never can be written"
    assert state(controls, "PacketSize").access == "NI"
    assert state(controls, "DeviceUserID").value == "left"
    assert state(controls, "LineInverter").value is False
    assert state(controls, "ExposureTime").value == 400.0
    absent = state(controls, "Nothing")
    assert (absent.access, absent.problem) == ("NI", "the camera has no such feature")


def test_an_entry_that_becomes_available(controls: MemoryCamera) -> None:
    controls.put(0x158, 1 << 3)
    assert state(controls, "PixelFormat").entries == ("Mono8", "Mono12", "BayerRG8")


def test_what_is_locked_while_the_camera_streams(controls: MemoryCamera) -> None:
    controls.put(0x168, 1)
    width = state(controls, "Width")
    assert (width.access, width.value) == ("RO", 640)
    assert width.locked_by == "locked while the camera streams"
    assert width.needs_stop
    moved = state(controls, "OffsetX")
    assert (moved.access, moved.locked_by, moved.needs_stop) == ("RW", "", False)


def test_the_automatic_that_locks_a_value_is_named(controls: MemoryCamera) -> None:
    controls.put(0x1D0, 2)
    exposure = state(controls, "ExposureTime")
    assert (exposure.access, exposure.needs_stop) == ("RO", False)
    assert exposure.locked_by == "ExposureAuto is Continuous"


def test_what_hides_a_feature_is_named(controls: MemoryCamera) -> None:
    assert state(controls, "TriggerSource").locked_by == "TriggerMode is Off"
    assert state(controls, "AcquisitionFrameRate").locked_by == (
        "AcquisitionFrameRateEnable is false"
    )


def test_a_lock_of_the_firmware_is_laid_to_streaming_while_the_camera_does(
    controls: MemoryCamera,
) -> None:
    controls.put(0x160, 0x101)
    still = state(controls, "Binning")
    assert (still.access, still.needs_stop) == ("RO", False)
    assert "its XML does not say why" in still.locked_by
    controls.put(0x168, 1)
    streaming = state(controls, "Binning")
    assert streaming.needs_stop
    assert "probably because it streams" in streaming.locked_by


def test_values_that_cannot_be_read_or_sent_are_told() -> None:
    camera = MemoryCamera("wo")
    states = read_states(camera.nodes, camera.description, camera.description.names)
    assert states["Weird"].problem == "it holds 0, which none of its entries has"
    assert states["Temp"].value == "Infinity"
    assert states["NanTemp"].value == "NaN"
    assert states["ErasedText"].problem.startswith("its bytes are not UTF-8: ff ff")
    assert states["Temp"].minimum is None, "only the limit of its type"
    json.loads(msgspec.json.encode(states), parse_constant=pytest.fail)


@pytest.mark.parametrize(
    ("data", "encoding", "text"),
    [(b"K\xfchler", "cp1252", "Kühler"), ("相机".encode("gbk"), "gbk", "相机")],
)
def test_a_text_of_the_camera_in_the_makers_encoding(
    controls: MemoryCamera, data: bytes, encoding: str, text: str
) -> None:
    controls.memory.registers[0x420] = data.ljust(16, b"\0")
    read = read_state(controls.nodes, controls.description, "DeviceUserID", encoding=encoding)
    assert (read.value, read.problem) == (text, "")


@pytest.mark.parametrize(
    ("value", "text"), [(math.nan, "NaN"), (math.inf, "Infinity"), (-math.inf, "-Infinity")]
)
def test_what_json_has_no_number_for_is_a_text(value: float, text: str) -> None:
    assert sendable(value) == text


def test_a_second_reading_takes_hardly_a_register(controls: MemoryCamera) -> None:
    def read() -> None:
        read_states(controls.nodes, controls.description, controls.description.names)

    cold = controls.reads_of(read)
    warm = controls.reads_of(read)
    assert cold <= 60, "45 features"
    assert warm == 0


def test_reading_stops_when_it_is_asked_to(controls: MemoryCamera) -> None:
    left = iter([True, True, False])
    states = read_states(
        controls.nodes, controls.description, controls.description.names, goes_on=lambda: next(left)
    )
    assert list(states) == ["Width", "Height"]


@pytest.mark.parametrize(("code", "reads"), [(GcError.TIMEOUT, 2), (GcError.ABORT, 1)])
def test_a_camera_that_is_gone_is_not_asked_for_each_feature(
    controls: MemoryCamera, monkeypatch: pytest.MonkeyPatch, code: GcError, reads: int
) -> None:
    asked: list[int] = []

    def silent(self: Any, address: int, length: int) -> bytes:
        asked.append(address)
        raise RegisterError("left", address, write=False, code=code, detail="")

    monkeypatch.setattr(type(controls.memory), "read", silent)
    # Features whose first access is that of their value.
    names = ["Gamma", "DeviceTemperature", "DeviceFlags", "BlackLevel"]
    with pytest.raises(RegisterError):
        read_states(controls.nodes, controls.description, names)
    assert len(asked) == reads


def test_a_register_that_does_not_answer_is_one_features_problem(
    controls: MemoryCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = type(controls.memory).read

    def partly(self: Any, address: int, length: int) -> bytes:
        if address == 0x228:
            raise RegisterError("left", address, write=False, code=GcError.TIMEOUT, detail="")
        return bytes(whole(self, address, length))

    monkeypatch.setattr(type(controls.memory), "read", partly)
    states = read_states(controls.nodes, controls.description, ["Gamma", "DeviceTemperature"])
    assert "TIMEOUT" in states["Gamma"].problem
    assert states["DeviceTemperature"].value == 45.0


def test_a_real_camera_is_read_as_json_can_carry_it(camera: Camera) -> None:
    description = camera.description()
    states = read_states(camera.node_map, description, description.names)
    rows = json.loads(msgspec.json.encode(states))
    assert {"Width", "PixelFormat", "AcquisitionFrameRate", "AcquisitionStart"} <= set(rows)
    assert (rows["Width"]["minimum"], rows["Width"]["maximum"]) == (100, 800)
    assert rows["PixelFormat"]["entries"] == ["RGBa8", "Mono8"]
