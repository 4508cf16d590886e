"""Changes to one camera: what is wanted, what was sent, what came of it, how to undo it. No Qt.

Without I/O and clock. The page has the same in feature_edit.js;
tests/vectors/viewing/feature_edit.json holds both to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from camstrm.feature import FeatureChange, FeatureSetting, FeatureState, FeatureValue, Selectors
from camstrm.wire import CameraLease
from camstrm.wire.operations import Changes
from client_qt.model.feature_watch import FailedCall, WantedCall, state_key
from client_qt.model.settings_text import settings_text
from client_qt.model.undo_list import Again, Direction, UndoList

__all__ = ["FeatureEdit", "Note", "Wish", "lasting_of", "note_of"]

INTERVAL_S = 0.05
"""Between two changes that are sent: 20 in a second, of 50 that the server takes."""

_MOST_OPEN = 2
"""Changes whose reply is awaited at the same time."""


@dataclass(frozen=True)
class Note:
    """A sentence of a model: the key of a text, and its values."""

    level: Literal["ok", "note", "error", "question"]
    key: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Wish:
    """Something that is wanted. ``key``: what it is called in notes; the newest of one key wins."""

    key: str
    settings: tuple[FeatureSetting, ...]
    command: bool = False
    joins: bool = False
    companions: tuple[FeatureSetting, ...] = ()
    needs_stop: bool = False
    stop: bool = False
    """The camera may be stopped for it."""
    direction: Direction = ""


class FeatureEdit:
    """Times are seconds of the caller's clock. Used by the UI thread alone."""

    def __init__(self) -> None:
        self.may_stop = False
        """The camera may be stopped for a moment: said once, it holds while the panel is open."""
        self.question: Wish | None = None
        """A change that waits for the answer whether the camera may be stopped."""
        self.undo_list = UndoList()
        self.notes: dict[str, Note] = {}
        """What came of the last change of each, by key; nothing for nothing to say."""
        self._pending: dict[str, Wish] = {}
        """Wishes that were not sent yet, by key."""
        self._open: dict[int, Wish | None] = {}
        """Sent, by the call's id; None: the lease."""
        self._last_id = 0
        self._sent_at = -INTERVAL_S
        self._taken = False
        """The lease was taken, although nothing has been heard of it yet."""

    def wish(
        self,
        feature: str,
        value: FeatureValue,
        selectors: Selectors | None = None,
        *,
        joins: bool = False,
        companions: Sequence[FeatureSetting] = (),
        needs_stop: bool = False,
    ) -> None:
        """Want a value.

        ``joins``: it goes on with the change before (a slider that moves), and both are undone
        together. ``companions``: what else has to be set to undo it (the time of an automatic
        exposure). ``needs_stop``: it can be set only while the camera is stopped.
        """
        setting = FeatureSetting(feature, value, selectors or {})
        key = state_key(feature, selectors)
        self._want(Wish(key, (setting,), False, joins, tuple(companions), needs_stop))

    def wish_all(
        self, key: str, settings: Sequence[FeatureSetting], *, needs_stop: bool = False
    ) -> None:
        """Want several values at once, in this order."""
        if settings:
            self._want(Wish(key, tuple(settings), needs_stop=needs_stop))

    def execute(self, feature: str) -> None:
        """Want a command."""
        self._want(Wish(feature, (FeatureSetting(feature, True),), command=True))

    def _want(self, wish: Wish) -> None:
        self.notes.pop(wish.key, None)
        self._drop(self._pending.pop(wish.key, None))
        wish = replace(wish, stop=self.may_stop)
        if wish.needs_stop and not wish.stop:
            self._ask(wish)
        else:
            self._pending[wish.key] = wish

    def _ask(self, wish: Wish) -> None:
        self._drop(self.question)
        self.question = wish

    def _drop(self, wish: Wish | None) -> None:
        """Let a wish come to nothing: what it would have undone can be undone again."""
        if wish is not None and wish.direction:
            self.undo_list.moved(wish.direction, done=False)

    def wanted(self, feature: str, selectors: Selectors | None = None) -> FeatureValue | None:
        """Return what is wanted and not yet so; None: nothing."""
        key = state_key(feature, selectors)
        for wish in reversed((*self._open.values(), *self._pending.values(), self.question)):
            for setting in () if wish is None else wish.settings:
                if state_key(setting.feature, setting.selectors) == key:
                    return setting.value
        return None

    @property
    def busy(self) -> bool:
        """Something is not done yet."""
        return bool(self._pending or self._open)

    def accept(self, *, remember: bool) -> None:
        """Answer the question with yes; ``remember``: for all that follow."""
        if remember:
            self.may_stop = True
        wish, self.question = self.question, None
        if wish is not None:
            self._pending[wish.key] = replace(wish, stop=True)

    def decline(self) -> None:
        """Answer the question with no."""
        self._drop(self.question)
        self.question = None

    def undo(self) -> None:
        """Set what was before the last change."""
        self._again(self.undo_list.undo(), "undo")

    def redo(self) -> None:
        """Set what was undone last."""
        self._again(self.undo_list.redo(), "redo")

    def _again(self, again: Again | None, direction: Direction) -> None:
        if again is None:
            return
        first = again.settings[0]
        one = len(again.settings) == 1
        key = state_key(first.feature, first.selectors) if one else "undo"
        self._want(Wish(key, again.settings, needs_stop=again.needs_stop, direction=direction))

    def calls(self, now: float, lease: Literal["mine", "free", "other"]) -> list[WantedCall]:
        """Return the calls to be made at this time.

        ``lease``: whether this viewer may change the camera, nobody does, or somebody else.
        """
        if not self._pending:
            return []
        if lease == "other":
            self._drop_all(Note("error", "setup.held"))
            return []
        if lease == "mine":
            self._taken = False
        elif not self._taken:
            if None in self._open.values():
                return []
            return [self._send(None, "lease", {"action": "take"})]
        sent = list(self._open.values())
        if now < self._sent_at + INTERVAL_S or len(sent) >= _MOST_OPEN:
            return []
        under_way = {wish.key for wish in sent if wish is not None}
        for wish in self._pending.values():
            if wish.key not in under_way:
                del self._pending[wish.key]
                self._sent_at = now
                return [self._send(wish, *_call_of(wish))]
        return []

    def wait(self, now: float) -> float | None:
        """Return the seconds until more can be sent; None: nothing waits for the time."""
        return max(0.0, self._sent_at + INTERVAL_S - now) if self._pending else None

    def _send(self, wish: Wish | None, operation: str, args: dict[str, Any]) -> WantedCall:
        self._last_id += 1
        self._open[self._last_id] = wish
        return WantedCall(self._last_id, operation, args)

    def answered(
        self, call_id: int, result: FeatureChange | Changes | CameraLease
    ) -> tuple[FeatureChange, ...]:
        """Take a result; return the changes that it has, for what shows values."""
        if call_id not in self._open:
            return ()
        wish = self._open.pop(call_id)
        if wish is None or isinstance(result, CameraLease):
            self._taken = True
            return ()
        changes = result.changes if isinstance(result, Changes) else (result,)
        note = note_of(changes)
        if note is not None:
            self.notes[wish.key] = note
        self._remember(wish, changes)
        return changes

    def _remember(self, wish: Wish, changes: Sequence[FeatureChange]) -> None:
        if wish.command:
            return
        done = [
            change
            for change in changes
            if change.applied and None not in (change.old, change.value)
            if change.old != change.value
        ]
        if wish.direction:
            moved = bool(done) or all(change.applied for change in changes)
            self.undo_list.moved(wish.direction, done=moved)
        elif done:
            self.undo_list.add(done, wish.companions, joins=wish.joins)

    def failed(self, call_id: int, error: FailedCall) -> None:
        """Take the refusal of a call."""
        if call_id not in self._open:
            return
        wish = self._open.pop(call_id)
        if error.code == "refused":
            self._taken = False
        key = "setup.failed_remedy" if error.remedy else "setup.failed"
        note = Note("error", key, {"message": error.message, "remedy": error.remedy})
        if wish is None:
            self._drop_all(note)
            return
        # A newer wish took its place: that one's answer counts.
        replaced = error.code == "replaced" or wish.key in self._pending
        if not replaced and error.code == "locked" and not wish.stop and "'stop'" in error.remedy:
            self._ask(wish)
            return
        self._drop(wish)
        if not replaced:
            self.notes[wish.key] = note

    def _drop_all(self, note: Note) -> None:
        for wish in self._pending.values():
            self.notes[wish.key] = note
            self._drop(wish)
        self._pending.clear()

    def reset(self) -> None:
        """Begin again with another connection. What was done can still be undone."""
        for wish in (*self._pending.values(), *self._open.values(), self.question):
            self._drop(wish)
        self._pending.clear()
        self._open.clear()
        self.question = None
        self._taken = False


def _call_of(wish: Wish) -> tuple[str, dict[str, Any]]:
    if len(wish.settings) > 1:
        return "load", {"text": settings_text(wish.settings), "stop": wish.stop}
    setting = wish.settings[0]
    chosen = {"selectors": dict(setting.selectors)} if setting.selectors else {}
    if wish.command:
        return "execute", {"feature": setting.feature, **chosen}
    return "set", {"feature": setting.feature, "value": setting.value, **chosen, "stop": wish.stop}


def note_of(changes: Sequence[FeatureChange]) -> Note | None:
    """Return what is to be said of changes; None: all is as it was wanted."""
    for change in changes:
        if not change.applied:
            if len(changes) == 1:
                return Note("error", "setup.refused", {"reason": change.reason})
            values = {"feature": change.feature, "reason": change.reason}
            return Note("error", "setup.refused_one", values)
    for change in changes:
        if change.reason:
            return Note("note", "setup.adjusted", {"reason": change.reason})
    stopped = max((change.stopped_ms for change in changes), default=0.0)
    return Note("ok", "setup.stopped", {"ms": f"{stopped:.0f}"}) if stopped > 0 else None


def lasting_of(state: FeatureState | None, text: Callable[[FeatureValue], str]) -> Note | None:
    """Return how long the value that a feature has now will last.

    None: it is what the configuration says, or was never set.
    """
    if state is None or not state.differs:
        return None
    if state.configured is None:
        return Note("note", "setup.lasts.unset")
    return Note("note", "setup.lasts.configured", {"value": text(state.configured)})
