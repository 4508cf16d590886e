from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from camstrm.feature import FeatureInfo
from camstrm.wire.operations import ChannelMeasurement
from client_qt.model.camera_region import (
    RegionLimits,
    region_limits,
    region_settings,
    snap_region,
    whole_region,
)
from client_qt.model.camera_setup import (
    SetupCard,
    automatic_of,
    cards_of,
    choices_of,
    features_of,
)
from client_qt.model.feature_tree import FeatureTree
from client_qt.model.viewport import Rectangle
from client_qt.model.white_balance import grey_point
from tests.client_qt.viewing_vectors import digits, info, state, states, vectors

VECTORS = vectors("camera_setup")


def sides(found: Rectangle) -> dict[str, float]:
    return {"x": found.x, "y": found.y, "width": found.width, "height": found.height}


def limits_of(found: RegionLimits) -> dict[str, Any]:
    def size(pair: tuple[int, int]) -> dict[str, int]:
        return {"width": pair[0], "height": pair[1]}

    return {
        "now": sides(found.now),
        "whole": size(found.whole),
        "least": size(found.least),
        "steps": sides(found.steps),
        "moves": {"x": found.moves[0], "y": found.moves[1]},
    }


@pytest.mark.parametrize("vector", VECTORS["cards"], ids=lambda vector: vector["about"])
def test_cards(vector: dict[str, Any]) -> None:
    tree = FeatureTree([FeatureInfo(name, "float") for name in vector["names"]])
    found = cards_of(tree, states(vector["states"]))
    assert [{"id": card.id, "parts": card.parts} for card in found] == vector["cards"]
    assert features_of(found) == vector["features"]


@pytest.mark.parametrize("vector", VECTORS["regions"])
def test_region(vector: dict[str, Any]) -> None:
    card = SetupCard("region", vector["parts"])
    limits = region_limits(card, states(vector["states"]))
    assert limits is not None
    assert limits_of(limits) == vector["limits"]
    assert sides(whole_region(limits)) == vector["whole"]
    for step in vector["drawn"]:
        region = snap_region(Rectangle(**step["drawn"]), limits)
        assert sides(region) == step["region"]
        settings = region_settings(region, limits, card)
        assert [structs.asdict(s) for s in settings] == [
            {**wanted, "selectors": {}} for wanted in step["settings"]
        ]


def test_no_region_is_known_before_its_size_is_read() -> None:
    assert region_limits(SetupCard("region", {"width": "Width"}), {}) is None


def test_white_balance_by_something_grey() -> None:
    for vector in VECTORS["grey"]:
        channels = [
            ChannelMeasurement(one["name"], one["mean"], 0, 0, 0.0, one["clipped"], 0.0)
            for one in vector["measured"]["channels"]
        ]
        found = grey_point(vector["measured"]["bits"], channels, vector["ratios"])
        assert digits(found.ratios) == digits(vector.get("found", {}))
        assert found.problem == vector.get("problem", "")


def test_automatics_and_choices() -> None:
    for value, word in VECTORS["automatic"]:
        assert automatic_of(value) == word
    for vector in VECTORS["choices"]:
        found = choices_of(info(vector["info"]), state(vector["state"]))
        wanted = [(c["name"], c["text"], c["there"]) for c in vector["choices"]]
        assert [(c.name, c.text, c.there) for c in found] == wanted
