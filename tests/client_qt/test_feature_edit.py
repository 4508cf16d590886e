from __future__ import annotations

from typing import Any

import pytest
from msgspec import convert

from camstrm.feature import FeatureChange, FeatureInfo, FeatureSetting
from camstrm.wire import CameraLease
from camstrm.wire.operations import Changes
from client_qt.model.feature_edit import FeatureEdit, Note, lasting_of
from client_qt.model.feature_watch import FailedCall
from client_qt.model.lease_flow import lease_flow
from client_qt.model.undo_list import MOST_STEPS
from client_qt.model.value_scale import format_value
from tests.client_qt.viewing_vectors import state, vectors

VECTORS = vectors("feature_edit")


def settings(found: list[dict[str, Any]]) -> list[FeatureSetting]:
    return [convert(one, FeatureSetting) for one in found]


def note(found: Note | None) -> dict[str, Any] | None:
    return (
        None if found is None else {"level": found.level, "key": found.key, "values": found.values}
    )


class Session:
    """Does the steps of a vector; times in the vectors are milliseconds."""

    def __init__(self) -> None:
        self.edit = FeatureEdit()

    def step(self, name: str, arguments: list[Any]) -> Any:
        """Do one step and return what it gives."""
        result: Any = getattr(self, name)(*arguments)
        return result

    def wish(
        self, feature: str, value: Any, selectors: dict[str, Any], options: dict[str, Any]
    ) -> None:
        self.edit.wish(
            feature,
            value,
            selectors,
            joins=options.get("joins", False),
            companions=settings(options.get("companions", [])),
            needs_stop=options.get("needsStop", False),
        )

    def wishAll(self, key: str, found: list[dict[str, Any]], options: dict[str, Any]) -> None:  # noqa: N802 - as the page calls it
        self.edit.wish_all(key, settings(found), needs_stop=options.get("needsStop", False))

    def execute(self, feature: str) -> None:
        self.edit.execute(feature)

    def accept(self, remember: bool) -> None:
        self.edit.accept(remember=remember)

    def decline(self) -> None:
        self.edit.decline()

    def undo(self) -> None:
        self.edit.undo()

    def redo(self) -> None:
        self.edit.redo()

    def reset(self) -> None:
        self.edit.reset()

    def calls(self, now: float, lease: Any) -> list[Any]:
        calls = self.edit.calls(now / 1000, lease)
        return [{"id": c.id, "operation": c.operation, "args": c.args} for c in calls]

    def answered(self, call_id: int, result: dict[str, Any]) -> list[Any]:
        kind: Any = (
            CameraLease if "camera" in result else Changes if "changes" in result else FeatureChange
        )
        found = self.edit.answered(call_id, convert(result, kind))
        return [change.feature for change in found]

    def failed(self, call_id: int, error: dict[str, str]) -> None:
        self.edit.failed(call_id, FailedCall(**error))

    def see(self, features: list[Any]) -> dict[str, Any]:
        edit = self.edit
        return {
            "wanted": [edit.wanted(name, selectors) for name, selectors in features],
            "notes": {key: note(found) for key, found in edit.notes.items()},
            "question": edit.question and edit.question.key,
            "busy": edit.busy,
            "undo": edit.undo_list.can_undo,
            "redo": edit.undo_list.can_redo,
        }


@pytest.mark.parametrize("vector", VECTORS["sessions"], ids=lambda vector: vector["about"])
def test_session(vector: dict[str, Any]) -> None:
    session = Session()
    for name, arguments, wanted in vector["steps"]:
        assert session.step(name, arguments) == wanted, (name, arguments)


def test_how_long_a_value_lasts() -> None:
    info = FeatureInfo("ExposureTime", "float", unit="us")
    for vector in VECTORS["lasting"]:
        found = lasting_of(state(vector["state"]), lambda value: format_value(value, info))
        assert note(found) == vector["note"]
    assert lasting_of(None, str) is None


def test_the_lease() -> None:
    for vector in VECTORS["leases"]:
        lease, me = vector["lease"], vector["me"]
        given = None if lease is None else convert(lease, CameraLease)
        found = lease_flow(given, me["id"], me["role"], me["name"], vector["now_us"])
        wanted = vector["flow"]
        assert (found.may, note(found.note), list(found.actions)) == (
            wanted["may"],
            wanted["note"],
            wanted["actions"],
        )


def test_so_many_changes_can_be_undone() -> None:
    edit = FeatureEdit()
    for value in range(MOST_STEPS + 10):
        edit.wish("Gain", value + 1)
        (call,) = edit.calls(value, "mine")
        edit.answered(call.id, FeatureChange("Gain", value + 1, True, value + 1, value))
    undone: list[int] = []
    while edit.undo_list.can_undo:
        edit.undo()
        (call,) = edit.calls(1000 + len(undone), "mine")
        undone.append(call.args["value"])
        edit.answered(call.id, FeatureChange("Gain", undone[-1], True, undone[-1], undone[-1] + 1))
    assert undone == list(range(MOST_STEPS + 9, 9, -1))
