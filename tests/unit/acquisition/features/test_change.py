from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camstrm.acquisition.features.change import Attempt, execute_command, set_feature
from camstrm.feature import FeatureSetting, FeatureValue, Selectors
from tests.fakes.gentl.memory_port import MemoryCamera


@pytest.fixture
def controls() -> MemoryCamera:
    return MemoryCamera("controls")


def put(
    camera: MemoryCamera,
    name: str,
    value: FeatureValue,
    selectors: Selectors | None = None,
    *,
    clamp: bool = False,
) -> Attempt:
    setting = FeatureSetting(name, value, selectors or {})
    return set_feature(camera.nodes, camera.description, setting, clamp=clamp)


def test_a_value_is_written_and_what_changed_with_it_is_told(controls: MemoryCamera) -> None:
    change = put(controls, "ExposureTime", 2000).change
    assert (change.applied, change.old, change.value, change.reason) == (True, 400.0, 2000.0, "")
    assert change.changed["ExposureTimeRaw"] == 800
    assert set(change.changed) == {"ExposureTimeRaw", "ResultingFrameRate"}


def test_only_what_may_have_changed_is_read(controls: MemoryCamera) -> None:
    put(controls, "Gamma", 1.0)
    assert controls.reads_of(lambda: put(controls, "Gamma", 1.5)) <= 2


def test_what_the_camera_makes_of_a_value_is_read_from_it(
    controls: MemoryCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    def keeps_its_own(self: Any, address: int, data: bytes) -> None:
        self.writes.append(address)

    put(controls, "Height", 480)
    put(controls, "DeviceUserID", "left")
    monkeypatch.setattr(type(controls.memory), "write", keeps_its_own)
    change = put(controls, "Height", 512).change
    assert (change.applied, change.value, change.reason) == (
        False,
        480,
        "the camera answered 480",
    )
    assert put(controls, "DeviceUserID", "right").change.value == "left"


def test_rounding_is_told(controls: MemoryCamera) -> None:
    change = put(controls, "Width", 650).change
    assert (change.applied, change.value) == (True, 640)
    assert change.reason == "set to 640: steps of 16 from 16"
    change = put(controls, "ExposureTime", 401).change
    assert (change.applied, change.value) == (True, 400.0)
    assert change.reason == "the camera rounded it to 400"


def test_out_of_range_is_refused_unless_it_may_be_clamped(controls: MemoryCamera) -> None:
    change = put(controls, "Width", 5000).change
    assert (change.applied, change.value, change.reason) == (
        False,
        640,
        "the camera allows 16 to 1024",
    )
    change = put(controls, "Width", 5000, clamp=True).change
    assert (change.applied, change.value) == (True, 1024)
    assert change.reason == "set to 1024, the camera allows 16 to 1024"


def test_a_wish_that_came_to_nothing_is_not_applied(controls: MemoryCamera) -> None:
    put(controls, "Width", 1024)
    change = put(controls, "OffsetX", 16, clamp=True).change
    assert (change.applied, change.value, change.reason) == (False, 0, "the camera allows only 0")
    change = put(controls, "Width", 5000, clamp=True).change
    assert not change.applied
    assert change.reason == "the camera allows 16 to 1024, and it is 1024 already"


def test_a_selector_is_written_for_one_command_and_put_back(controls: MemoryCamera) -> None:
    change = put(controls, "Gain", 6.0, {"GainSelector": "Red"}).change
    assert (change.applied, change.old, change.value) == (True, 1.0, 6.0)
    assert controls.nodes.GainSelector.value == "All"
    assert controls.nodes.Gain.value == 3.0


def test_a_selector_of_a_selector_is_written_first(controls: MemoryCamera) -> None:
    selectors: Selectors = {"TimerStepSelector": 2, "TimerSelector": "Timer2"}
    assert put(controls, "TimerDuration", 7.0, selectors).change.applied
    assert (controls.nodes.TimerSelector.value, controls.nodes.TimerStepSelector.value) == (
        "Timer1",
        0,
    )
    assert put(controls, "TimerDuration", 7.0, {"TimerStepSelector": 2}).failure == "wrong", (
        "Timer1 has two steps"
    )


@pytest.mark.parametrize(
    ("selectors", "reason"),
    [
        ({"GainSelector": "Green"}, "selector GainSelector=Green: no entry 'Green'"),
        ({"Width": 16}, "Width is no selector of this camera"),
        ({"Nothing": 1}, "Nothing is no selector of this camera"),
    ],
)
def test_a_selector_that_cannot_be_written(
    controls: MemoryCamera, selectors: dict[str, str | int], reason: str
) -> None:
    attempt = put(controls, "Gain", 6.0, selectors)
    assert attempt.failure == "wrong"
    assert attempt.change.reason.startswith(reason)
    assert controls.nodes.Gain.value == 3.0
    assert controls.nodes.Width.value == 640


def test_a_selector_is_put_back_when_the_value_is_refused(controls: MemoryCamera) -> None:
    assert not put(controls, "Gain", 99.0, {"GainSelector": "Red"}).change.applied
    assert controls.nodes.GainSelector.value == "All"


def test_a_feature_that_an_automatic_locks_says_what_to_do(controls: MemoryCamera) -> None:
    put(controls, "ExposureAuto", "Continuous")
    attempt = put(controls, "ExposureTime", 2000)
    assert attempt.failure == "locked"
    assert attempt.change.reason == "ExposureAuto is Continuous; set ExposureAuto=Off first"
    assert attempt.lock is not None
    assert not attempt.lock.streaming
    put(controls, "ExposureAuto", False)
    assert put(controls, "ExposureTime", 2000).change.applied


def test_a_feature_that_streaming_locks(controls: MemoryCamera) -> None:
    controls.put(0x168, 1)
    attempt = put(controls, "Width", 320)
    assert attempt.failure == "locked"
    assert attempt.lock is not None
    assert attempt.lock.streaming
    assert put(controls, "Width", 640).change.applied, "it has it already"


@pytest.mark.parametrize(
    ("name", "value", "failure", "reason"),
    [
        ("Widht", 1, "unknown", "the camera has no such feature; did you mean Width?"),
        ("PacketSize", 1, "unknown", "the camera has no such feature"),
        ("DeviceReset", True, "wrong", "DeviceReset is a command: execute it"),
        ("SensorId", "x", "wrong", "SensorId is a register of bytes"),
        ("DeviceMode", 1, "wrong", "the camera lets it only be read"),
        ("Width", "wide", "", "wanted a number"),
        ("Width", True, "", "wanted a number"),
        ("PixelFormat", "Mono9", "", "no entry 'Mono9'; did you mean 'Mono8'?"),
        ("PixelFormat", "BayerRG8", "", "no entry 'BayerRG8'"),
        ("LineInverter", 3, "", "wanted true or false"),
    ],
)
def test_what_is_refused(
    controls: MemoryCamera, name: str, value: FeatureValue, failure: str, reason: str
) -> None:
    attempt = put(controls, name, value)
    assert not attempt.change.applied
    assert attempt.failure == failure
    assert attempt.change.reason.startswith(reason)
    assert controls.memory.writes == []


def test_a_feature_that_only_the_xml_has_is_not_proposed_for_itself(
    controls: MemoryCamera,
) -> None:
    assert put(controls, "PacketSize", 1).change.reason == "the camera has no such feature"


def test_a_value_that_can_only_be_written(controls: MemoryCamera) -> None:
    change = put(controls, "DeviceKey", 77).change
    assert (change.applied, change.value, change.old) == (True, None, None)


def test_a_masked_register_keeps_its_other_bits(controls: MemoryCamera) -> None:
    controls.put(0x450, 0xFFFF000F)
    assert put(controls, "DeviceFlags", 0x5A).change.value == 0x5A
    assert int.from_bytes(controls.memory.registers[0x450], "little") == 0xFFFF05AF


def execute(camera: MemoryCamera, name: str, selectors: Selectors | None = None) -> Attempt:
    return execute_command(camera.nodes, camera.description, name, selectors)


def test_a_command_is_executed_with_its_selector(controls: MemoryCamera) -> None:
    attempt = execute(controls, "TriggerSoftware", {"TriggerSelector": "LineStart"})
    assert attempt.failure == "locked"
    assert attempt.change.reason == "TriggerMode is Off; set TriggerMode=On first"
    put(controls, "TriggerMode", "On", {"TriggerSelector": "LineStart"})
    attempt = execute(controls, "TriggerSoftware", {"TriggerSelector": "LineStart"})
    assert attempt.change.applied
    assert 0x1C0 in controls.memory.writes
    assert controls.nodes.TriggerSelector.value == "FrameStart"


def test_all_is_read_again_after_a_user_set_was_loaded() -> None:
    xml = MemoryCamera("controls").xml.replace(b"DeviceReset", b"UserSetLoad")
    camera = MemoryCamera("controls", xml)
    assert camera.nodes.Gamma.value == 1.0
    camera.memory.registers[0x228] = struct.pack("<d", 2.0)
    assert camera.nodes.Gamma.value == 1.0, "GenApi has it in its cache"
    assert execute(camera, "UserSetLoad").change.applied
    assert camera.nodes.Gamma.value == 2.0


@pytest.mark.parametrize(
    ("name", "failure"), [("Width", "wrong"), ("Reset", "unknown"), ("SensorId", "wrong")]
)
def test_what_cannot_be_executed(controls: MemoryCamera, name: str, failure: str) -> None:
    assert execute(controls, name).failure == failure
    assert controls.memory.writes == []


CAMERA = MemoryCamera("controls")
NAMES = st.sampled_from([*CAMERA.description.names, "Root", "nodes", "connect", ""]) | st.text(
    max_size=9
)
VALUES: Any = (
    st.booleans()
    | st.integers()
    | st.integers(-(2**63), 2**64)
    | st.floats()
    | st.text(max_size=40)
    | st.sampled_from(["Off", "On", "Continuous", "LineStart", "Timer2"])
)
SELECTORS = st.dictionaries(NAMES, st.integers() | st.text(max_size=9), max_size=3)


@settings(max_examples=300, deadline=None)
@given(NAMES, VALUES, SELECTORS, st.booleans())
def test_any_wish_has_an_answer(name: str, value: Any, selectors: Selectors, clamp: bool) -> None:
    selector = CAMERA.nodes.GainSelector.value
    attempt = put(CAMERA, name, value, selectors, clamp=clamp)
    assert attempt.change.applied or attempt.change.reason
    if name != "GainSelector":
        assert CAMERA.nodes.GainSelector.value == selector


@settings(max_examples=100, deadline=None)
@given(NAMES, SELECTORS)
def test_any_command_has_an_answer(name: str, selectors: Selectors) -> None:
    attempt = execute(CAMERA, name, selectors)
    assert attempt.change.applied or attempt.change.reason
