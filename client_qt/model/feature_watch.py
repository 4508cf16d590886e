"""What is known of one camera's features while somebody looks at them. No Qt, no I/O, no clock.

Which call is to be made next, and what its answer means. The page has the same in
feature_watch.js; tests/vectors/viewing/feature_watch.json holds both to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import structs

from camstrm.feature import FeatureChange, FeatureSetting, FeatureState, FeatureValue, Selectors
from camstrm.wire.operations import FeatureTree as FeatureTreeResult
from camstrm.wire.operations import FeatureValues
from client_qt.model.feature_tree import FeatureTree

__all__ = ["FailedCall", "FeatureGroup", "FeatureWatch", "WantedCall", "state_key"]

_MOST_WATCHES = 2
"""Watches that may be open: the one before ends by itself within 5 s."""

_WATCH_S = 0.1
"""Between two watches of the same: a server that has nothing to say is not asked faster."""

_PAUSE_S = 3.0
_BUSY_PAUSE_S = 0.5
"""Until a call that failed is made again, and one for which there was no room."""

_SELECTED_S = 1.0
"""Between two looks at values behind selectors: each look writes a selector."""

_MOST_TREES = 8
"""Trees that are kept: cameras of one model and firmware share theirs."""


@dataclass(frozen=True)
class WantedCall:
    """A call that a model wants made; ``id`` comes back with its answer."""

    id: int
    operation: str
    args: dict[str, Any]


@dataclass(frozen=True)
class FailedCall:
    """Why a call failed: two sentences for the user, a word for programs."""

    message: str
    remedy: str = ""
    code: str = "failed"


@dataclass(frozen=True)
class FeatureGroup:
    """Features that are read with these values of their selectors."""

    features: tuple[str, ...]
    selectors: Selectors


@dataclass(frozen=True)
class _Open:
    kind: str
    epoch: int
    turn: int
    group: int


def state_key(feature: str, selectors: Mapping[str, str | int] | None = None) -> str:
    """Return the name of a feature's state, with values of its selectors."""
    pairs = ",".join(f"{name}={value}" for name, value in sorted((selectors or {}).items()))
    return f"{feature}[{pairs}]" if pairs else feature


@dataclass
class FeatureWatch:
    """Times are seconds of the caller's clock. Used by the UI thread alone."""

    tree: FeatureTree | None = None
    """None until it has come."""
    states: dict[str, FeatureState] = field(default_factory=dict)
    """By ``state_key``: of the features that are shown."""
    live: tuple[FeatureSetting, ...] = ()
    """What is set again after a reconnect."""
    unread: list[str] = field(default_factory=list)
    """What the camera was too slow for."""
    problem: FailedCall | None = None
    """Why nothing new comes."""

    def __post_init__(self) -> None:
        self._trees: dict[str, FeatureTree] = {}
        """By hash, the newest last."""
        self._hashes: dict[int, str] = {}
        """Of each camera's last tree, by index."""
        self._camera: int | None = None
        """Index; None: nothing is shown."""
        self._names: tuple[str, ...] | None = ()
        """What is shown; None: all."""
        self._groups: tuple[FeatureGroup, ...] = ()
        self._epoch = 0
        """Grows with each camera and connection: answers of an earlier one are dropped."""
        self._turn = 0
        """Grows when other features are shown."""
        self._revision = 0
        self._last_id = 0
        self._open: dict[int, _Open] = {}
        self._due: list[int] = []
        """Groups that are to be read."""
        self._retry_at = 0.0
        self._selected_at = 0.0
        self._watch_at = 0.0

    def show(
        self, camera: int, names: Sequence[str] | None, groups: Sequence[FeatureGroup] = ()
    ) -> None:
        """Look at these features of a camera (None: all), some with values of selectors."""
        if camera != self._camera:
            self._restart(camera)
        wanted = None if names is None else tuple(names)
        if (wanted, tuple(groups)) == (self._names, self._groups):
            return
        self._names, self._groups = wanted, tuple(groups)
        self._turn += 1
        self._revision = 0
        self._watch_at = 0.0
        self._due = list(range(len(groups)))
        self._selected_at = 0.0

    def hide(self) -> None:
        """Look at nothing; what is open ends by itself."""
        self._restart(None)

    def reset(self) -> None:
        """Begin again: the connection is another one, or the camera behind the index."""
        self._restart(self._camera)
        self._open.clear()

    def _restart(self, camera: int | None) -> None:
        self._camera = camera
        self._epoch += 1
        self._revision = 0
        self._retry_at = self._selected_at = self._watch_at = 0.0
        self._due = list(range(len(self._groups)))
        self.tree = None
        self.states = {}
        self.live = ()
        self.unread = []
        self.problem = None
        if camera is None:
            self._names, self._groups = (), ()

    def calls(self, now: float) -> list[WantedCall]:
        """Return the calls to be made at this time."""
        if self._camera is None or now < self._retry_at:
            return []
        mine = [call for call in self._open.values() if call.epoch == self._epoch]
        if self.tree is None:
            if any(call.kind == "features" for call in mine):
                return []
            known = self._hashes.get(self._camera, "")
            return [self._call("features", {"hash": known} if known else {})]
        calls = []
        watches = sum(call.kind == "watch" for call in self._open.values())
        watched = any(call.kind == "watch" and call.turn == self._turn for call in mine)
        due = not watched and now >= self._watch_at and watches < _MOST_WATCHES
        if due and self._names != ():
            self._watch_at = now + _WATCH_S
            wanted = {} if self._names is None else {"features": list(self._names)}
            calls.append(self._call("watch", {**wanted, "after": self._revision}))
        if any(call.kind == "values" for call in mine):
            return calls
        if self.unread:
            calls.append(self._call("values", {"features": list(self.unread)}))
        elif self._due and now >= self._selected_at:
            group = self._groups[self._due[0]]
            args = {"features": list(group.features), "selectors": dict(group.selectors)}
            calls.append(self._call("values", args, self._due[0]))
        return calls

    def _call(self, kind: str, args: dict[str, Any], group: int = -1) -> WantedCall:
        self._last_id += 1
        self._open[self._last_id] = _Open(kind, self._epoch, self._turn, group)
        return WantedCall(self._last_id, kind, args)

    def answered(self, call_id: int, result: FeatureTreeResult | FeatureValues, now: float) -> None:
        """Take the result of a call."""
        call = self._open.pop(call_id, None)
        if call is None or call.epoch != self._epoch:
            return
        self.problem = None
        if isinstance(result, FeatureTreeResult):
            self._tree_came(result)
        elif call.group >= 0:
            self._group_came(call, result, now)
        else:
            self._values_came(call, result)

    def _tree_came(self, result: FeatureTreeResult) -> None:
        if self._camera is None:
            return
        known = None if result.features else self._trees.get(result.hash)
        if not result.features and known is None and self._hashes.pop(self._camera, ""):
            # The tree that the server took for known is not kept any more: ask for all of it.
            return
        tree = known or FeatureTree(result.features)
        self.tree = tree
        self._hashes[self._camera] = result.hash
        self._trees.pop(result.hash, None)
        self._trees[result.hash] = tree
        while len(self._trees) > _MOST_TREES:
            del self._trees[next(iter(self._trees))]

    def _values_came(self, call: _Open, result: FeatureValues) -> None:
        self.states.update(result.features)
        self.live = result.live
        if call.kind == "watch" and call.turn == self._turn:
            self._revision = result.revision
            if result.features:
                self._due = list(range(len(self._groups)))
        if call.kind == "watch":
            left = [name for name in self.unread if name not in result.features]
            self.unread = list(dict.fromkeys([*left, *result.unread]))
        else:
            self.unread = list(result.unread)

    def _group_came(self, call: _Open, result: FeatureValues, now: float) -> None:
        if call.turn != self._turn:
            return
        selectors = self._groups[call.group].selectors
        for name, state in result.features.items():
            self.states[state_key(name, selectors)] = state
        if call.group in self._due:
            self._due.remove(call.group)
        if not self._due:
            self._selected_at = now + _SELECTED_S

    def failed(self, call_id: int, error: FailedCall, now: float) -> None:
        """Take the refusal of a call."""
        call = self._open.pop(call_id, None)
        if call is None or call.epoch != self._epoch:
            return
        if call.turn != self._turn and call.kind != "features":
            return
        busy = error.code == "busy"
        self._retry_at = now + (_BUSY_PAUSE_S if busy else _PAUSE_S)
        if not busy:
            self.problem = error

    def changed(self, change: FeatureChange) -> None:
        """Take what a change's reply says, before the next look."""
        self._know(state_key(change.feature, change.selectors), change.value)
        for name, value in change.changed.items():
            self._know(name, value)

    def _know(self, key: str, value: FeatureValue | None) -> None:
        state = self.states.get(key)
        if state is not None and value is not None:
            self.states[key] = structs.replace(state, value=value)
