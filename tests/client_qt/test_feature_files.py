from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec import convert

from camstrm.feature import FeatureChange, FeatureDifference
from camstrm.wire import CameraInfo, CameraLease
from camstrm.wire.operations import Changes
from client_qt.model.feature_files import (
    FileResult,
    FileRun,
    difference_rows,
    file_name,
    file_problem,
    result_of,
    same_model,
    user_sets_of,
)
from client_qt.model.feature_tree import FeatureTree
from client_qt.model.feature_watch import FailedCall
from tests.client_qt.viewing_vectors import info, states, vectors

VECTORS = vectors("feature_files")


def result(found: FileResult | None) -> dict[str, Any] | None:
    return (
        None
        if found is None
        else {
            "applied": found.applied,
            "adjusted": found.adjusted,
            "refused": [{"feature": name, "reason": reason} for name, reason in found.refused],
        }
    )


class Session:
    """Does the steps of a vector."""

    def __init__(self, vector: dict[str, Any]) -> None:
        cameras = [CameraInfo(c["index"], c["name"], "", "", "") for c in vector["cameras"]]
        self.run = FileRun(vector["text"], cameras, mine=vector["mine"], stop=vector["stop"])

    def step(self, name: str, arguments: list[Any]) -> Any:
        """Do one step and return what it gives."""
        found: Any = getattr(self, name)(*arguments)
        return found

    def next(self) -> dict[str, Any] | None:
        call = self.run.next()
        return (
            None
            if call is None
            else {
                "id": call.id,
                "operation": call.operation,
                "args": call.args,
                "camera": call.camera,
            }
        )

    def answered(self, call_id: int, found: dict[str, Any]) -> None:
        kind: Any = Changes if "changes" in found else CameraLease
        self.run.answered(call_id, convert(found, kind))

    def failed(self, call_id: int, error: dict[str, str]) -> None:
        self.run.failed(call_id, FailedCall(**error))

    def see(self) -> dict[str, Any]:
        rows = [
            {"name": r.name, "state": r.state, "result": result(r.result), "problem": r.problem}
            for r in self.run.rows
        ]
        return {"rows": rows, "done": self.run.done}


@pytest.mark.parametrize("vector", VECTORS["runs"], ids=lambda vector: vector["about"])
def test_run(vector: dict[str, Any]) -> None:
    session = Session(vector)
    for name, arguments, wanted in vector["steps"]:
        assert session.step(name, arguments) == wanted, (name, arguments)


def test_cameras_of_the_same_model() -> None:
    for vector in VECTORS["models"]:
        cameras = [convert(camera, CameraInfo) for camera in vector["cameras"]]
        found = same_model(cameras, cameras[vector["chosen"]])
        assert [camera.index for camera in found] == vector["fits"]


def test_files_that_are_none() -> None:
    for vector in VECTORS["files"]:
        assert file_problem(vector["text"], vector["most"]) == vector["problem"]


def test_names_of_files() -> None:
    for vector in VECTORS["names"]:
        assert file_name(vector["camera"], date(*vector["day"])) == vector["name"]


def test_results_and_differences() -> None:
    for vector in VECTORS["results"]:
        changes = [convert(change, FeatureChange) for change in vector["changes"]]
        assert result(result_of(changes)) == vector["result"]
    for vector in VECTORS["differences"]:
        found = difference_rows([convert(one, FeatureDifference) for one in vector["differences"]])
        rows = [{"feature": f, "wanted": wanted, "value": value} for f, wanted, value in found]
        assert rows == vector["rows"]


def test_user_sets() -> None:
    for vector in VECTORS["sets"]:
        tree = FeatureTree([info(members) for members in vector["features"]])
        found = user_sets_of(tree, states(vector["states"]))
        wanted = vector["sets"]
        if wanted is None:
            assert found is None
            continue
        assert found is not None
        assert [{"name": name, "text": text} for name, text in found.entries] == wanted["entries"]
        rest = {name: wanted[name] for name in ("chosen", "load", "save", "start")}
        assert {name: getattr(found, name) for name in rest} == rest
