"""Files of settings and the user sets of a camera. No Qt.

The page has the same in feature_files.js; tests/vectors/viewing holds both to it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from camstrm.feature import FeatureChange, FeatureDifference, FeatureState, FeatureValue
from camstrm.wire import CameraInfo, CameraLease
from camstrm.wire.operations import Changes
from client_qt.model.feature_tree import FeatureTree
from client_qt.model.feature_watch import FailedCall, state_key
from client_qt.model.settings_text import MAGIC

__all__ = [
    "CameraCall",
    "FileResult",
    "FileRow",
    "FileRun",
    "UserSets",
    "difference_rows",
    "file_name",
    "file_problem",
    "result_of",
    "same_model",
    "user_sets_of",
]

_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\s]+')
"""What a file's name may not have on Windows, and blanks."""


def same_model(cameras: Iterable[CameraInfo], chosen: CameraInfo) -> list[CameraInfo]:
    """Return the cameras that a file of ``chosen`` fits, itself first."""
    wanted = (chosen.model, chosen.vendor)
    others = [
        camera
        for camera in cameras
        if camera.index != chosen.index and camera.model and (camera.model, camera.vendor) == wanted
    ]
    return [chosen, *others]


def file_problem(text: str, most: int) -> str:
    """Return the key of a text that says what is wrong with a file, "" for nothing.

    ``most``: bytes of a message to the server.
    """
    if not text.strip():
        return "sets.file.empty"
    first = re.split(r"\r\n|\r|\n", text, maxsplit=1)[0]
    if MAGIC[2:].lower() not in first.lower():
        return "sets.file.kind"
    # Beside the text a call has braces and names, and each line break becomes two characters.
    size = len(json.dumps(text, ensure_ascii=False).encode("utf-8", "surrogatepass")) + 200
    return "sets.file.large" if size > most else ""


def file_name(camera: str, day: date) -> str:
    """Return a name for a file of this camera."""
    plain = _NOT_IN_NAMES.sub("_", camera)
    return f"{plain}_{day:%Y-%m-%d}.pfs"


@dataclass(frozen=True)
class FileResult:
    """What came of a file: how many settings; those that were refused with the reason."""

    applied: int
    adjusted: int
    refused: tuple[tuple[str, str], ...]


def result_of(changes: Sequence[FeatureChange]) -> FileResult:
    """Return what came of a file."""
    refused = [change for change in changes if not change.applied]
    return FileResult(
        len(changes) - len(refused),
        sum(bool(change.applied and change.reason) for change in changes),
        tuple((state_key(c.feature, c.selectors), c.reason) for c in refused),
    )


def difference_rows(differences: Iterable[FeatureDifference]) -> list[tuple[str, str, str]]:
    """Return feature, the file's value and the camera's (or why it is not known)."""
    return [
        (
            state_key(one.feature, one.selectors),
            _text(one.wanted),
            one.reason if one.value is None else _text(one.value),
        )
        for one in differences
    ]


def _text(value: FeatureValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


@dataclass(frozen=True)
class UserSets:
    """``entries``: name and text. ``load``, ``save``: names of the commands, or empty."""

    entries: tuple[tuple[str, str], ...]
    chosen: str
    load: str
    save: str
    start: str
    """The set that the camera begins with."""


def user_sets_of(tree: FeatureTree, states: Mapping[str, FeatureState]) -> UserSets | None:
    """Return the user sets of a camera; None: it has none."""
    selector = tree.info("UserSetSelector")
    if selector is None:
        return None

    def known(name: str) -> str:
        return name if tree.info(name) is not None else ""

    def value(name: str) -> str:
        state = states.get(name)
        return "" if state is None or state.value is None else str(state.value)

    state = states.get("UserSetSelector")
    there = () if state is None else state.entries
    entries = tuple(
        (entry.name, entry.display_name or entry.name)
        for entry in selector.entries
        if not there or entry.name in there
    )
    start = known("UserSetDefault") or known("UserSetDefaultSelector")
    return UserSets(
        entries, value("UserSetSelector"), known("UserSetLoad"), known("UserSetSave"), value(start)
    )


@dataclass(frozen=True)
class CameraCall:
    """A call to one camera that a run wants made; ``id`` comes back with its answer."""

    id: int
    camera: int
    operation: str
    args: dict[str, Any]


@dataclass
class FileRow:
    """What became of one camera. ``leased``: this viewer had its lease before."""

    camera: int
    name: str
    leased: bool
    state: Literal["waiting", "running", "done", "failed"] = "waiting"
    result: FileResult | None = None
    problem: str = ""


class FileRun:
    """One file for several cameras, one after another. No I/O; used by the UI thread alone."""

    def __init__(
        self,
        text: str,
        cameras: Iterable[CameraInfo],
        *,
        mine: Sequence[int] = (),
        stop: bool = False,
    ) -> None:
        """``mine``: cameras whose lease this viewer has. ``stop``: they may be stopped."""
        self._text = text
        self._stop = stop
        self._last_id = 0
        self._open: CameraCall | None = None
        """The call whose reply is awaited."""
        self._give: int | None = None
        """Camera whose lease has to be given back first."""
        self.rows = [FileRow(info.index, info.name, info.index in mine) for info in cameras]

    @property
    def done(self) -> bool:
        return self._give is None and all(row.state in ("done", "failed") for row in self.rows)

    def next(self) -> CameraCall | None:
        """Return the next call; None: one is under way or all are done."""
        if self._open is not None:
            return None
        if self._give is not None:
            camera, self._give = self._give, None
            return self._call(camera, "lease", {"action": "give"})
        row = self._row("running") or self._row("waiting")
        if row is None:
            return None
        begins = row.state == "waiting"
        row.state = "running"
        if begins and not row.leased:
            return self._call(row.camera, "lease", {"action": "take"})
        return self._call(row.camera, "load", {"text": self._text, "stop": self._stop})

    def _row(self, state: str) -> FileRow | None:
        return next((row for row in self.rows if row.state == state), None)

    def _call(self, camera: int, operation: str, args: dict[str, Any]) -> CameraCall:
        self._last_id += 1
        self._open = CameraCall(self._last_id, camera, operation, args)
        return self._open

    def answered(self, call_id: int, result: Changes | CameraLease) -> None:
        """Take a result."""
        open_call, row = self._closed(call_id), self._row("running")
        if open_call is None or row is None or not isinstance(result, Changes):
            return
        row.state = "done"
        row.result = result_of(result.changes)
        self._give = None if row.leased else row.camera

    def failed(self, call_id: int, error: FailedCall) -> None:
        """Take the refusal of a call."""
        open_call, row = self._closed(call_id), self._row("running")
        if open_call is None or row is None:
            return
        row.state = "failed"
        row.problem = error.message
        if open_call.operation == "load" and not row.leased:
            self._give = row.camera

    def _closed(self, call_id: int) -> CameraCall | None:
        if self._open is None or self._open.id != call_id:
            return None
        closed, self._open = self._open, None
        return closed
