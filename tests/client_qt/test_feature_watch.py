from __future__ import annotations

from typing import Any

import pytest
from msgspec import convert, to_builtins

from camstrm.feature import FeatureChange
from camstrm.wire.operations import FeatureTree, FeatureValues
from client_qt.model.feature_watch import FailedCall, FeatureGroup, FeatureWatch
from tests.client_qt.viewing_vectors import vectors

VECTORS = vectors("feature_watch")


class Session:
    """Does the steps of a vector; times in the vectors are milliseconds."""

    def __init__(self) -> None:
        self.watch = FeatureWatch()

    def step(self, name: str, arguments: list[Any]) -> Any:
        """Do one step and return what it gives."""
        result: Any = getattr(self, name)(*arguments)
        return result

    def show(self, camera: int, names: list[str] | None, groups: list[dict[str, Any]]) -> None:
        wanted = [FeatureGroup(tuple(g["features"]), g["selectors"]) for g in groups]
        self.watch.show(camera, names, wanted)

    def hide(self) -> None:
        self.watch.hide()

    def reset(self) -> None:
        self.watch.reset()

    def calls(self, now: float) -> list[Any]:
        calls = self.watch.calls(now / 1000)
        return [{"id": c.id, "operation": c.operation, "args": c.args} for c in calls]

    def answered(self, call_id: int, result: dict[str, Any], now: float) -> None:
        kind: Any = FeatureTree if "hash" in result else FeatureValues
        self.watch.answered(call_id, convert(result, kind), now / 1000)

    def failed(self, call_id: int, error: dict[str, str], now: float) -> None:
        self.watch.failed(call_id, FailedCall(**error), now / 1000)

    def changed(self, change: dict[str, Any]) -> None:
        self.watch.changed(convert(change, FeatureChange))

    def see(self) -> dict[str, Any]:
        watch = self.watch
        return {
            "tree": None if watch.tree is None else [info.name for info in watch.tree.features],
            "values": {key: state.value for key, state in watch.states.items()},
            "live": list(to_builtins(watch.live)),
            "unread": watch.unread,
            "problem": watch.problem and watch.problem.message,
        }


@pytest.mark.parametrize("vector", VECTORS["sessions"], ids=lambda vector: vector["about"])
def test_session(vector: dict[str, Any]) -> None:
    session = Session()
    for name, arguments, wanted in vector["steps"]:
        assert session.step(name, arguments) == wanted, (name, arguments)
