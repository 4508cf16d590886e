from __future__ import annotations

import pytest

from camstrm.acquisition.features.persistence import (
    compare_settings,
    load_settings,
    resolved,
    save_settings,
)
from camstrm.acquisition.features.persistence_file import parse_settings
from camstrm.acquisition.features.text_value import value_of_text
from camstrm.feature import FeatureChange, FeatureSetting, FeatureValue
from tests.fakes.gentl.memory_port import MemoryCamera

HEAD = "# {05D8C294-F295-4dfb-9D01-096BD04049F4}\n"


@pytest.fixture
def controls() -> MemoryCamera:
    return MemoryCamera("controls")


def load(camera: MemoryCamera, text: str) -> list[FeatureChange]:
    return load_settings(camera.nodes, camera.description, parse_settings(HEAD + text))


def rows(settings: list[FeatureSetting]) -> dict[str, FeatureValue]:
    return {
        s.feature + "".join(f"[{k}={v}]" for k, v in s.selectors.items()): s.value for s in settings
    }


def test_what_is_streamable_is_saved_for_each_value_of_its_selectors(
    controls: MemoryCamera,
) -> None:
    saved = save_settings(controls.nodes, controls.description)
    values = rows(saved.settings)
    assert values["Width"] == 640
    assert (values["Gain[GainSelector=All]"], values["Gain[GainSelector=Red]"]) == (3.0, 1.0)
    assert "TriggerMode[TriggerSelector=LineStart]" in values
    assert "TriggerMode[TriggerSelector=AcquisitionStart]" not in values, "no such entry here"
    steps = [key for key in values if key.startswith("TimerDuration")]
    assert steps == [
        f"TimerDuration[TimerSelector={timer}][TimerStepSelector={step}]"
        for timer, count in (("Timer1", 2), ("Timer2", 3))
        for step in range(count)
    ]
    assert "Gamma" not in values, "not streamable"
    assert saved.left_out == {"LUTValue": "it has more than 64 values of LUTIndex"}
    assert "# left out: LUTValue" in saved.text
    assert "# Device = Test::Controls" in saved.text
    assert (controls.nodes.GainSelector.value, controls.nodes.TimerSelector.value) == (
        "All",
        "Timer1",
    )


def test_all_that_can_be_written_where_the_maker_marks_little(controls: MemoryCamera) -> None:
    few = MemoryCamera("controls", controls.xml.replace(b"<Streamable>Yes</Streamable>", b""))
    values = rows(save_settings(few.nodes, few.description).settings)
    assert {"Width", "Gamma", "BlackLevel", "DeviceUserID", "Gain[GainSelector=Red]"} <= set(values)
    assert not {"TLParamsLocked", "PayloadSize", "DeviceKey", "GainSelector"} & set(values)
    assert values == rows(save_settings(controls.nodes, controls.description, every=True).settings)


def test_what_is_locked_now_is_saved_too(controls: MemoryCamera) -> None:
    controls.put(0x168, 1)
    assert rows(save_settings(controls.nodes, controls.description).settings)["Width"] == 640


def test_what_was_saved_is_loaded_and_equal(controls: MemoryCamera) -> None:
    text = save_settings(controls.nodes, controls.description).text
    lines = parse_settings(text)
    other = MemoryCamera("controls")
    load(other, "Width\t320\nGain\t{GainSelector=Red}\t9\nTriggerMode\tOn\nExposureAuto\tOnce\n")
    compared = compare_settings(other.nodes, other.description, lines)
    assert [(d.feature, d.wanted, d.value) for d in compared.differences] == [
        ("Width", 640, 320),
        ("TriggerMode", "Off", "On"),
        ("ExposureAuto", "Off", "Once"),
        ("Gain", 1.0, 9.0),
    ]
    assert compared.equal == len(lines) - 4
    changes = load_settings(other.nodes, other.description, lines)
    assert [change.reason for change in changes if not change.applied] == []
    assert compare_settings(other.nodes, other.description, lines).equal == len(lines)


def test_a_setting_that_depends_on_a_later_one_is_tried_again(controls: MemoryCamera) -> None:
    load(controls, "ExposureAuto\tContinuous")
    changes = load(controls, "ExposureTime\t2000\nOffsetX\t512\nExposureAuto\tOff\nWidth\t256\n")
    assert [(c.feature, c.applied) for c in changes] == [
        ("ExposureTime", True),
        ("OffsetX", True),
        ("ExposureAuto", True),
        ("Width", True),
    ]
    assert controls.nodes.OffsetX.value == 512


def test_each_line_has_its_result(controls: MemoryCamera) -> None:
    changes = load(controls, "Widht\t3\nWidth\tx\nGamma\t1.5\nGain\t{GainSelector=Green}\t1\n")
    assert [(c.feature, c.applied) for c in changes] == [
        ("Widht", False),
        ("Width", False),
        ("Gamma", True),
        ("Gain", False),
    ]
    assert all(change.reason for change in changes if not change.applied)


def test_a_file_of_genapi_itself_has_selectors_as_lines(controls: MemoryCamera) -> None:
    text = "GainSelector\tRed\nGain\t2\nGainSelector\tBlue\nGain\t4\nGainSelector\tAll\n"
    settings = resolved(controls.description, parse_settings(HEAD + text))
    assert settings[1] == FeatureSetting("Gain", 2.0, {"GainSelector": "Red"})
    assert settings[3] == FeatureSetting("Gain", 4.0, {"GainSelector": "Blue"})
    assert all(change.applied for change in load(controls, text))
    assert (
        rows(save_settings(controls.nodes, controls.description).settings)[
            "Gain[GainSelector=Blue]"
        ]
        == 4.0
    )


def test_numbers_of_other_programs(controls: MemoryCamera) -> None:
    text = "Width\t320.0\nDeviceFlags\t0x1F\nLineInverter\t{LineSelector=1}\ttrue\nGamma\t 1.5 \n"
    assert [change.value for change in load(controls, text)] == [320, 31, True, 1.5]


def test_what_there_was_no_time_for_is_told(controls: MemoryCamera) -> None:
    lines = parse_settings(HEAD + "Width\t320\nHeight\t320\nGamma\t1.5\n")
    left = iter([True] + 9 * [False])
    changes = load_settings(controls.nodes, controls.description, lines, goes_on=lambda: next(left))
    assert [(c.applied, c.reason) for c in changes] == [
        (True, ""),
        (False, "not tried: the time for it was over"),
        (False, "not tried: the time for it was over"),
    ]
    saved = save_settings(controls.nodes, controls.description, goes_on=lambda: False)
    assert saved.settings == []
    assert "not tried" in saved.left_out["Width"]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("integer", "640", 640),
        ("integer", "0x10", 16),
        ("integer", "6.5", "6.5"),
        ("integer", "many", "many"),
        ("float", "2", 2.0),
        ("float", "1e3", 1000.0),
        ("enumeration", "1", "1"),
        ("boolean", "true", True),
        ("boolean", " OFF ", False),
        ("boolean", "0", False),
        ("boolean", "maybe", "maybe"),
        ("command", "yes", True),
        ("string", "7", "7"),
        ("", "7", "7"),
    ],
)
def test_text_becomes_what_the_feature_takes(kind: str, text: str, value: FeatureValue) -> None:
    result = value_of_text(kind, text)
    assert (result, type(result)) == (value, type(value))
