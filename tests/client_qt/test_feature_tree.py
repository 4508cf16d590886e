from __future__ import annotations

from typing import Any

import pytest

from client_qt.model.feature_tree import FeatureTree, TreeRow, lock_of
from tests.client_qt.viewing_vectors import info, state, vectors

VECTORS = vectors("feature_tree")
TREE = FeatureTree([info(members) for members in VECTORS["features"]])


def row(found: TreeRow) -> dict[str, Any]:
    if found.feature:
        return {"feature": found.feature, "depth": found.depth}
    names = {"category": found.category, "name": found.name, "depth": found.depth}
    return {**names, "open": found.is_open, "count": found.count}


@pytest.mark.parametrize("vector", VECTORS["rows"], ids=lambda vector: str(vector["view"]))
def test_what_is_shown_and_found(vector: dict[str, Any]) -> None:
    rows, hidden = TREE.rows(**vector["view"])
    assert [row(found) for found in rows] == vector["rows"]
    assert hidden == vector["hidden"]


def test_what_locks_a_feature() -> None:
    for vector in VECTORS["locks"]:
        found = lock_of(TREE, state(vector["state"]))
        lock = found and {
            "sentence": found.sentence,
            "needsStop": found.needs_stop,
            "unlocks": [{"feature": u.feature, "value": u.value} for u in found.unlocks],
        }
        assert lock == vector["lock"]
    assert lock_of(TREE, None) is None
