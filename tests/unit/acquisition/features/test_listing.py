from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from camstrm.acquisition.camera import Camera
from camstrm.acquisition.features.facts import FeatureDescription
from camstrm.acquisition.features.listing import (
    describe_feature,
    feature_names,
    feature_type,
    similar,
)
from camstrm.acquisition.gentl.binding import genapi
from tests.fakes.gentl import node_map as fake
from tests.fakes.gentl.listed_features import list_features
from tests.fakes.gentl.memory_port import node_map_over_memory
from tests.fakes.gentl.node_map import FakeNode, FakeNodeMap
from tests.vectors import layout

NODES = FakeNodeMap(
    Gain=FakeNode(fake.FLOAT, 1.5, low=0.0, high=24.0, inc=0.5, unit="dB"),
    Width=FakeNode(fake.INTEGER, 64, low=16, high=640, inc=16, access=fake.READ_ONLY),
    Format=FakeNode(fake.ENUMERATION, "a", entries=["a", "b"]),
    Go=FakeNode(fake.COMMAND),
    Root=FakeNode(fake.CATEGORY),
    Gone=FakeNode(fake.INTEGER, 1, access=fake.NOT_IMPLEMENTED),
    Hidden=FakeNode(fake.INTEGER, 1, access=fake.NOT_AVAILABLE),
    Key=FakeNode(fake.INTEGER, 1, access=fake.WRITE_ONLY),
    lowerCase=FakeNode(fake.BOOLEAN, False),
)


def test_a_description_of_each_kind() -> None:
    features = {feature.name: feature for feature in list_features(NODES)}
    assert list(features) == ["Format", "Gain", "Go", "Hidden", "Key", "lowerCase", "Width"]
    assert features["Gain"] == FeatureDescription(
        "Gain", "float", "rw", 1.5, min=0.0, max=24.0, increment=0.5, unit="dB"
    )
    assert (features["Width"].access, features["Width"].increment) == ("ro", 16)
    assert features["Format"].entries == ("a", "b")
    assert (features["Go"].type, features["Go"].value) == ("command", None)
    assert (features["Key"].access, features["Key"].value, features["Key"].problem) == (
        "wo",
        None,
        "",
    )
    assert features["Hidden"].access == "na"
    assert features["Hidden"].problem == "not available now: another setting hides it"
    assert describe_feature(NODES, "Gone") is describe_feature(NODES, "Absent") is None
    assert feature_type(NODES, "Hidden") == "integer"
    assert feature_type(NODES, "Absent") == feature_type(NODES, "Root") == ""


@pytest.mark.parametrize(
    ("kind", "error", "problem"),
    [
        (
            fake.INTEGER,
            genapi.AccessException(
                "Node is not readable. : AccessException thrown in node 'A' (file 'x.h', line 1)"
            ),
            "Node is not readable (node A)",
        ),
        (
            fake.STRING,
            UnicodeDecodeError("utf-8", b"\xff" * 16, 0, 1, "invalid start byte"),
            "its bytes are not UTF-8: ff ff ff ff ff ff ff ff",
        ),
        (
            fake.STRING,
            UnicodeDecodeError(
                "utf-8",
                "(Message from the source: 超时) (ID: -1011)".encode("gbk"),
                0,
                1,
                "invalid start byte",
            ),
            "超时 (GC_ERR_TIMEOUT -1011)",
        ),
        (
            fake.ENUMERATION,
            genapi.PropertyException("Enumeration value cannot be read, entry NULL"),
            "it holds 7, which none of its entries has",
        ),
    ],
)
def test_a_value_that_cannot_be_read_is_listed_with_the_reason(
    kind: Any, error: Exception, problem: str
) -> None:
    node = FakeNode(kind, "x", entries=["x"], codes={"x": 7}, unreadable=error)
    (feature,) = list_features(FakeNodeMap(A=node))
    assert (feature.value, feature.problem) == (None, problem)


@pytest.mark.parametrize(
    ("value", "text"),
    [(float("nan"), "NaN"), (float("inf"), "Infinity"), (float("-inf"), "-Infinity")],
)
def test_what_json_has_no_number_for_is_a_text(value: float, text: str) -> None:
    (feature,) = list_features(FakeNodeMap(A=FakeNode(fake.FLOAT, value, high=value)))
    assert (feature.value, feature.max) == (text, text)


def test_a_feature_outside_of_every_category_is_listed_too() -> None:
    xml = (Path(layout.__file__).parent / "node_maps" / "wo.xml").read_bytes()
    whole = node_map_over_memory(xml)
    place = b"<pFeature>AcquisitionFrameRate</pFeature>"
    orphaned = node_map_over_memory(xml.replace(place, b""))
    assert not orphaned.AcquisitionFrameRate.node.is_feature()
    assert feature_names(orphaned) == feature_names(whole)
    assert "WidthReg" not in feature_names(whole)


def test_names_that_may_be_meant() -> None:
    names = ["ExposureTime", "ExposureAuto", "Gain", "AcquisitionFrameRate"]
    assert similar("exposuretime", names) == ["ExposureTime"]
    assert similar("ExposureTme", names)[0] == "ExposureTime"
    assert similar("FrameRate", names) == ["AcquisitionFrameRate"]
    assert similar("Zoom", names) == []


def test_a_real_camera_is_listed_as_json_can_carry_it(camera: Camera) -> None:
    listed = json.loads(msgspec.json.encode(list_features(camera.node_map)))
    rows = {row["name"]: row for row in listed}
    assert list(rows) == [n for n in feature_names(camera.node_map) if n in rows]
    assert {"Width", "PixelFormat", "AcquisitionFrameRate", "AcquisitionStart"} <= set(rows)
    assert (rows["Width"]["min"], rows["Width"]["max"]) == (100, 800)
    assert rows["PixelFormat"]["entries"] == ["RGBa8", "Mono8"]
