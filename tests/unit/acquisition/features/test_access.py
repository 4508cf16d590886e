from __future__ import annotations

from typing import Any

import pytest

from camstrm.acquisition.camera import Camera
from camstrm.acquisition.features.access import (
    choose_entry,
    enum_entries,
    has_feature,
    read_feature,
    write_feature,
)
from camstrm.acquisition.features.facts import FeatureResult
from camstrm.acquisition.gentl.binding import genapi
from tests.fakes.gentl import node_map as fake
from tests.fakes.gentl.node_map import FakeNode, FakeNodeMap


def write(node: FakeNode, value: Any, **options: Any) -> FeatureResult:
    return write_feature(FakeNodeMap(Node=node), "Node", value, **options)


@pytest.mark.parametrize(
    ("wanted", "written"),
    [(50, 50), (-5, 4), (1000, 100), (51, 48), (50.4, 48), (4, 4), (10**30, 100)],
)
def test_an_integer_goes_to_the_nearest_step_below(wanted: float, written: int) -> None:
    node = FakeNode(fake.INTEGER, 4, low=4, high=100, inc=4)
    expected = written - (written - 4) % 4
    result = write(node, wanted)
    assert result.applied
    assert node.written == [expected]
    assert isinstance(node.written[0], int)
    assert bool(result.reason) == (expected != wanted)


def test_what_was_changed_is_told_with_the_limits() -> None:
    result = write(FakeNode(fake.INTEGER, 8, low=8, high=800), 4000)
    assert str(result) == "Node=4000 (set to 800, the camera allows 8 to 800)"


@pytest.mark.parametrize(("wanted", "written"), [(2.5, 2.5), (7, 7.0), (1e9, 100.0), (-1, 0.0)])
def test_a_float_is_clamped(wanted: float, written: float) -> None:
    node = FakeNode(fake.FLOAT, 1.0, low=0.0, high=100.0)
    assert write(node, wanted).applied
    assert node.written == [written]
    assert isinstance(node.written[0], float)


def test_without_clamping_the_camera_refuses() -> None:
    node = FakeNode(fake.INTEGER, 5)
    result = write(node, 500, clamp=False)
    assert not result.applied
    assert result.reason == "the camera allows 0 to 100"
    assert node.value == 5


def test_a_camera_may_round_a_float_a_little() -> None:
    rounded = write(FakeNode(fake.FLOAT, 1.0, stored=lambda v: v * 1.01), 50.0)
    assert rounded.applied
    assert rounded.value == pytest.approx(50.5)
    other = write(FakeNode(fake.FLOAT, 1.0, stored=lambda v: v / 2), 50.0)
    assert not other.applied
    assert other.reason == "the camera answered 25.0"


def test_an_integer_that_reads_back_differently_was_not_applied() -> None:
    result = write(FakeNode(fake.INTEGER, 1, stored=lambda v: v - 1), 50)
    assert (result.applied, result.value) == (False, 49)


@pytest.mark.parametrize("kind", [fake.INTEGER, fake.FLOAT])
@pytest.mark.parametrize("wanted", [True, "50", float("nan"), float("inf")])
def test_what_is_no_number_is_not_written(kind: Any, wanted: bool | str | float) -> None:
    node = FakeNode(kind, 5)
    result = write(node, wanted)
    assert (result.applied, result.reason, result.value) == (False, "wanted a number", 5)
    assert node.written == []


def test_an_entry_that_is_not_there_lists_those_that_are() -> None:
    node = FakeNode(fake.ENUMERATION, "Mono8", entries=["Mono8", "BayerRG8"])
    result = write(node, "RGB8")
    assert str(result) == ("Node=RGB8 not applied: no entry 'RGB8'; available: Mono8, BayerRG8")
    assert write(node, "BayerRG8").applied
    assert write(FakeNode(fake.ENUMERATION, "Off"), "On").reason.endswith("available: none")


@pytest.mark.parametrize(("wanted", "applied"), [(True, True), (False, True), (1, False)])
def test_a_boolean_takes_true_and_false(wanted: bool | int, applied: bool) -> None:
    node = FakeNode(fake.BOOLEAN, False)
    assert write(node, wanted).applied is applied


def test_a_command_is_executed_for_true_only() -> None:
    node = FakeNode(fake.COMMAND)
    assert write(node, False).applied
    assert node.executed == 0
    assert write(node, True).applied
    assert node.executed == 1


def test_a_string_and_a_kind_that_cannot_be_set() -> None:
    assert write(FakeNode(fake.STRING, "a"), "b").value == "b"
    assert write(FakeNode(fake.STRING, "a"), 7).value == "7"
    assert write(FakeNode(fake.CATEGORY), 1).reason == "a feature of this kind cannot be set"


def test_a_node_that_cannot_be_written_now() -> None:
    node = FakeNode(fake.INTEGER, 5, access=fake.READ_ONLY)
    other = write(node, 6)
    assert (other.applied, other.value, other.reason) == (False, 5, "not writable now")
    same = write(node, 5)
    assert (same.applied, same.reason) == (True, "")
    assert node.written == []


def test_a_node_that_can_only_be_written_is_believed() -> None:
    node = FakeNode(fake.INTEGER, 5, access=fake.WRITE_ONLY)
    result = write(node, 6)
    assert (result.applied, result.value) == (True, None)
    assert read_feature(FakeNodeMap(Node=node), "Node").applied is False


@pytest.mark.parametrize("access", [fake.NOT_IMPLEMENTED, None])
def test_a_feature_that_is_not_there(access: Any) -> None:
    nodes = FakeNodeMap()
    if access is not None:
        nodes = FakeNodeMap(Node=FakeNode(fake.INTEGER, 5, access=access))
    for result in (write_feature(nodes, "Node", 1), read_feature(nodes, "Node")):
        assert not result.applied
        assert result.reason == "the camera has no such feature"
    assert not has_feature(nodes, "Node")
    assert enum_entries(nodes, "Node") == ()


def test_a_feature_that_is_hidden_now_is_said_to_be_there() -> None:
    nodes = FakeNodeMap(Node=FakeNode(fake.INTEGER, 5, access=fake.NOT_AVAILABLE))
    result = write_feature(nodes, "Node", 1)
    assert (result.applied, result.reason) == (False, "not available now: another setting hides it")
    assert not has_feature(nodes, "Node"), "another spelling goes first"


def test_a_name_of_the_binding_is_no_feature() -> None:
    assert write_feature(FakeNodeMap(), "nodes", 1).reason == "the camera has no such feature"


def test_a_locked_feature_that_cannot_be_read_is_not_writable_first() -> None:
    node = FakeNode(
        fake.ENUMERATION,
        "A",
        entries=["A", "B"],
        access=fake.READ_ONLY,
        unreadable=genapi.PropertyException("Enumeration value cannot be read, entry NULL"),
    )
    result = write(node, "B")
    assert (result.applied, result.value, result.reason) == (False, None, "not writable now")


@pytest.mark.parametrize(
    ("low", "high", "wanted", "reason"),
    [
        (0, 0, 1500, "the camera allows only 0"),
        (64, 32, 48, "the camera's limits contradict each other: minimum 64, maximum 32"),
    ],
)
@pytest.mark.parametrize("kind", [fake.INTEGER, fake.FLOAT])
def test_a_limit_that_makes_the_wish_useless_is_no_success(
    kind: Any, low: int, high: int, wanted: int, reason: str
) -> None:
    node = FakeNode(kind, 0, low=low, high=high)
    result = write(node, wanted)
    assert (result.applied, result.value, result.reason) == (False, 0, reason)
    assert node.written == []
    assert write(node, 0).applied, "it is so already, or 0 is what is allowed"


@pytest.mark.parametrize("inc", [0, -4])
def test_nothing_is_written_with_an_increment_of_zero(inc: int) -> None:
    node = FakeNode(fake.INTEGER, 5, inc=inc)
    result = write(node, 6)
    assert (result.applied, result.value) == (False, 5)
    assert result.reason == f"the camera says that its increment is {inc}: it cannot be set"
    assert write(node, 5).applied
    assert node.written == []


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (1500, "set to 1470: steps of 35 from 35"),
        (2_000_000, "set to 999985, the camera allows 35 to 1000000"),
        (1470, ""),
    ],
)
def test_the_step_is_the_reason_where_it_is(wanted: int, reason: str) -> None:
    node = FakeNode(fake.INTEGER, 35, low=35, high=1_000_000, inc=35)
    result = write(node, wanted)
    assert (result.applied, result.reason) == (True, reason)


def test_a_part_of_a_whole_number_is_said_to_be_none() -> None:
    result = write(FakeNode(fake.INTEGER, 1), 50.4)
    assert (result.value, result.reason) == (50, "set to 50: whole numbers only")


def test_a_float_in_steps_is_told_with_them() -> None:
    node = FakeNode(fake.FLOAT, 0.0, low=0.0, high=100.0, inc=10.0, stored=lambda v: v // 10 * 10)
    result = write(node, 14.0)
    assert (result.applied, result.value) == (True, 10.0)
    assert result.reason == "set to 10: steps of 10 from 0"


@pytest.mark.parametrize(
    ("wanted", "entry"),
    [(True, "On"), (False, "Off"), ("true", "On"), ("off", "Off"), ("On", "On")],
)
def test_true_and_false_are_the_entries_on_and_off(wanted: bool | str, entry: str) -> None:
    node = FakeNode(fake.ENUMERATION, "Other", entries=["Off", "On", "Other"])
    assert write(node, wanted).value == entry
    locked = FakeNode(fake.ENUMERATION, entry, entries=["Off", "On"], access=fake.READ_ONLY)
    assert write(locked, wanted).applied


def test_an_entry_in_another_spelling_is_proposed() -> None:
    node = FakeNode(fake.ENUMERATION, "Mono8", entries=["Mono8", "BayerRG8"])
    assert write(node, "mono8").reason == (
        "no entry 'mono8'; did you mean 'Mono8'? available: Mono8, BayerRG8"
    )
    assert write(node, 1).reason == "no entry 1; available: Mono8, BayerRG8"


@pytest.mark.parametrize(("wanted", "value"), [("On", True), ("false", False)])
def test_a_boolean_takes_on_and_off(wanted: str, value: bool) -> None:
    assert write(FakeNode(fake.BOOLEAN, not value), wanted).value is value


def test_an_error_of_the_camera_is_a_reason() -> None:
    error = genapi.AccessException("Error. (Message from the source: locked) (ID: -1005)")
    result = write(FakeNode(fake.INTEGER, 5, error=error), 6)
    assert (result.applied, result.reason) == (False, "locked (GC_ERR_ACCESS_DENIED -1005)")


def test_an_error_text_in_gbk_is_read() -> None:
    text = "(Message from the source: 相机错误) (ID: -1010)".encode("gbk")
    error = UnicodeDecodeError("utf-8", text, 26, 27, "invalid start byte")
    assert write(FakeNode(fake.INTEGER, 5, error=error), 6).reason == ("相机错误 (GC_ERR_IO -1010)")


def test_entries_and_the_first_that_is_offered() -> None:
    nodes = FakeNodeMap(
        Format=FakeNode(fake.ENUMERATION, "a", entries=["a", "b"]), Number=FakeNode(fake.INTEGER, 1)
    )
    assert enum_entries(nodes, "Format") == ("a", "b")
    assert enum_entries(nodes, "Number") == ()
    assert choose_entry(nodes, "Format", ["z", "b", "a"]) == "b"
    assert choose_entry(nodes, "Format", ["z"]) is None


def test_a_real_camera_takes_clamps_and_refuses(camera: Camera) -> None:
    nodes = camera.node_map
    assert write_feature(nodes, "Width", 320).value == 320
    assert write_feature(nodes, "Width", 5000).value == 800
    refused = write_feature(nodes, "Width", 5000, clamp=False)
    assert not refused.applied
    assert refused.reason == "the camera allows 100 to 800"
    assert read_feature(nodes, "Width").value == 800
    rounded = write_feature(nodes, "AcquisitionFrameRate", 33.5)
    assert (rounded.applied, rounded.value) == (True, 34.0)
    assert write_feature(nodes, "PixelFormat", "Mono8").value == "Mono8"
    assert "available: RGBa8, Mono8" in write_feature(nodes, "PixelFormat", "BayerRG8").reason
    assert write_feature(nodes, "ChunkModeActive", False).value is False
    assert write_feature(nodes, "AcquisitionStop", True).applied
    assert write_feature(nodes, "ExposureTime", 5.0).reason == "the camera has no such feature"
    assert write_feature(nodes, "AcquisitionMode", "Continuous").applied
    assert not write_feature(nodes, "PayloadSize", 1).applied
