"""What was set at a camera, so that it can be set back. No Qt. The page has undo_list.js."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from camstrm.feature import FeatureChange, FeatureSetting, FeatureValue

__all__ = ["MOST_STEPS", "Again", "Direction", "UndoList"]

MOST_STEPS = 50
"""Changes that can be undone."""

Direction = Literal["", "undo", "redo"]


@dataclass(frozen=True)
class Again:
    """What has to be set to undo or redo. ``needs_stop``: the camera was stopped for it."""

    settings: tuple[FeatureSetting, ...]
    needs_stop: bool


@dataclass
class _Step:
    before: tuple[FeatureSetting, ...]
    after: tuple[FeatureSetting, ...]
    stopped: bool


class UndoList:
    """Steps of one camera. Used by the UI thread alone."""

    def __init__(self) -> None:
        self._done: list[_Step] = []
        """The newest last."""
        self._undone: list[_Step] = []
        """What was undone, the newest last."""
        self._moving: _Step | None = None
        """What is being undone or done again: another cannot be before that is over."""

    @property
    def can_undo(self) -> bool:
        return bool(self._done) and self._moving is None

    @property
    def can_redo(self) -> bool:
        return bool(self._undone) and self._moving is None

    def add(
        self, changes: Sequence[FeatureChange], companions: Sequence[FeatureSetting], *, joins: bool
    ) -> None:
        """Remember changes that were made.

        ``companions`` are set as well to undo them; ``joins``: they go on with the step before,
        if that is of the same features.
        """
        after = tuple(_setting(change, change.value) for change in changes)
        self._undone = []
        if joins and self._done and _names(self._done[-1].after) == _names(after):
            self._done[-1].after = after
            return
        # Undone in the opposite order: an offset grew after the size had shrunk.
        before = [_setting(change, change.old) for change in reversed(changes)]
        stopped = any(change.stopped_ms > 0 for change in changes)
        self._done.append(_Step((*before, *companions), after, stopped))
        del self._done[:-MOST_STEPS]

    def undo(self) -> Again | None:
        """Return what has to be set to undo the last step; ``moved`` hears what came of it."""
        if not self.can_undo:
            return None
        self._moving = self._done[-1]
        return Again(self._moving.before, self._moving.stopped)

    def redo(self) -> Again | None:
        """Return what has to be set to do again what was undone last."""
        if not self.can_redo:
            return None
        self._moving = self._undone[-1]
        return Again(self._moving.after, self._moving.stopped)

    def moved(self, direction: Direction, *, done: bool) -> None:
        """Take what came of undo or redo."""
        step, self._moving = self._moving, None
        if step is None or not done:
            return
        source, target = self._done, self._undone
        if direction == "redo":
            source, target = target, source
        if source and source[-1] is step:
            target.append(source.pop())

    def clear(self) -> None:
        self._done, self._undone, self._moving = [], [], None


def _setting(change: FeatureChange, value: FeatureValue | None) -> FeatureSetting:
    assert value is not None
    return FeatureSetting(change.feature, value, change.selectors)


def _names(settings: Sequence[FeatureSetting]) -> list[tuple[str, dict[str, str | int]]]:
    return [(setting.feature, setting.selectors) for setting in settings]
