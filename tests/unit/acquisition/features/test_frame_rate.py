from __future__ import annotations

from typing import Any

import pytest

from camstrm.acquisition.features.frame_rate import FrameRate, read_frame_rate, waits_for_triggers
from tests.fakes.gentl import node_map as fake
from tests.fakes.gentl.node_map import FakeNode, FakeNodeMap


def nodes(**values: Any) -> FakeNodeMap:
    """Return a node map with nodes of these values; (value, unit) for one with a unit."""
    kinds = {bool: fake.BOOLEAN, int: fake.INTEGER, float: fake.FLOAT, str: fake.ENUMERATION}
    made = {}
    for name, told in values.items():
        value, unit = told if isinstance(told, tuple) else (told, "")
        made[name] = FakeNode(kinds[type(value)], value, unit=unit)
    return FakeNodeMap(**made)


@pytest.mark.parametrize(
    ("told", "rate"),
    [
        ({}, FrameRate()),
        ({"AcquisitionFrameRate": 30.0}, FrameRate(30.0, True)),
        ({"AcquisitionFrameRate": 30}, FrameRate(30.0, True)),
        ({"AcquisitionFrameRate": 0.0}, FrameRate()),
        ({"AcquisitionFrameRateAbs": 0.25}, FrameRate(0.25, True)),
        ({"ResultingFrameRateAbs": 7.0, "AcquisitionFrameRateAbs": 9.0}, FrameRate(7.0, True)),
        ({"ResultingFrameRate": 7.0, "AcquisitionFrameRate": 9.0}, FrameRate(7.0, True)),
        ({"AcquisitionResultingFrameRate": 7.0}, FrameRate(7.0, True)),
        ({"AcquisitionResultingFrameRateAbs": 7.0}, FrameRate(7.0, True)),
        ({"BslResultingAcquisitionFrameRate": 7.0}, FrameRate(7.0, True)),
        ({"BslResultingFrameRate": 7.0}, FrameRate(7.0, True)),
    ],
    ids=str,
)
def test_what_a_camera_reaches_goes_before_what_it_was_told(
    told: dict[str, Any], rate: FrameRate
) -> None:
    assert read_frame_rate(nodes(**told)) == rate


@pytest.mark.parametrize(
    "control",
    [
        {"AcquisitionFrameRateEnable": False},
        {"AcquisitionFrameRateEnabled": False},
        {"AcquisitionFrameRateEnable": "Off"},
        {"TriggerMode": "On", "TriggerSource": "Freerun"},
    ],
    ids=str,
)
def test_a_rate_that_is_switched_off_is_not_relied_upon(control: dict[str, Any]) -> None:
    rate = read_frame_rate(nodes(AcquisitionFrameRate=30.0, **control))
    assert rate.known_fps is None
    assert rate.fps == 30.0, "it still says about how many buffers are needed"
    reached = nodes(AcquisitionFrameRate=30.0, ResultingFrameRate=12.0, **control)
    assert read_frame_rate(reached).known_fps == 12.0
    on = nodes(AcquisitionFrameRate=30.0, AcquisitionFrameRateEnable=True)
    assert read_frame_rate(on).known_fps == 30.0


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ({"ExposureTime": 4_000_000.0}, 4.0),
        ({"ExposureTime": (4_000_000.0, "us")}, 4.0),
        ({"ExposureTimeAbs": 4_000_000}, 4.0),
        ({"ExposureTime": (4000.0, "ms")}, 4.0),
        ({"ExposureTimeRaw": 4_000_000}, 0.0),
        ({"ExposureTimeRaw": (4_000_000, "us")}, 4.0),
        ({"ExposureTime": -1.0}, 0.0),
    ],
    ids=str,
)
def test_frames_are_never_closer_than_the_exposure_time(
    told: dict[str, Any], seconds: float
) -> None:
    assert read_frame_rate(nodes(**told)).exposure_s == pytest.approx(seconds)
    rate = read_frame_rate(nodes(AcquisitionFrameRate=30.0, **told))
    assert rate.fps == pytest.approx(1 / seconds if seconds else 30.0)


@pytest.mark.parametrize(
    ("told", "waits"),
    [
        ({}, False),
        ({"TriggerMode": "Off"}, False),
        ({"TriggerMode": "On"}, True),
        ({"TriggerMode": True}, True),
        ({"TriggerMode": "On", "TriggerSource": "Line1"}, True),
        ({"TriggerMode": "On", "TriggerSource": "Freerun"}, False),
        ({"TriggerMode": "On", "TriggerSource": "FixedRate"}, False),
    ],
    ids=str,
)
def test_a_camera_that_waits_for_triggers(told: dict[str, Any], waits: bool) -> None:
    assert waits_for_triggers(nodes(**told)) is waits


@pytest.mark.parametrize("on", ["", "AcquisitionStart", "FrameStart"])
def test_every_kind_of_trigger_is_looked_at_and_the_selector_put_back(on: str) -> None:
    mode = FakeNode(fake.ENUMERATION, "On" if on == "FrameStart" else "Off", entries=["On", "Off"])

    def select(entry: str) -> None:
        mode._value = "On" if entry == on else "Off"

    kinds = ["AcquisitionStart", "FrameStart", "LineStart"]
    selector = FakeNode(fake.ENUMERATION, "FrameStart", entries=kinds, on_write=select)
    node_map = FakeNodeMap(TriggerMode=mode, TriggerSelector=selector)
    assert waits_for_triggers(node_map) is bool(on)
    assert selector.value == "FrameStart"
