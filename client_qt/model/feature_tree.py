"""All features of a camera: their categories, which are shown, the search, what locks one. No Qt.

The page has the same in feature_tree.js; tests/vectors/viewing/feature_tree.json holds both to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from camstrm.feature import FeatureInfo, FeatureState, FeatureValue
from client_qt.model.feature_search import Query, SearchedFeature

__all__ = ["LEVELS", "FeatureLock", "FeatureTree", "TreeRow", "Unlock", "lock_of"]

LEVELS = ("Beginner", "Expert", "Guru")

_UNLOCK = re.compile(r"\b([A-Za-z_]\w*) is ([^\s;,]+)", re.ASCII)


@dataclass(frozen=True)
class TreeRow:
    """A category (``category`` is its path, ``count`` of its features) or a feature."""

    depth: int
    feature: str = ""
    category: str = ""
    name: str = ""
    is_open: bool = True
    count: int = 0


@dataclass(frozen=True)
class Unlock:
    """A feature that a lock's sentence names, and the value that most likely unlocks."""

    feature: str
    value: FeatureValue | None


@dataclass(frozen=True)
class FeatureLock:
    """What keeps a feature from being written: the server's sentence, and what would help."""

    sentence: str
    needs_stop: bool
    unlocks: tuple[Unlock, ...]


class FeatureTree:
    """What does not change of a camera's features."""

    def __init__(self, features: Sequence[FeatureInfo]) -> None:
        """``features``: in the order of the camera's XML."""
        self.features = [info for info in features if _level(info) < len(LEVELS)]
        self.by_name = {info.name: info for info in features}
        self._searched: dict[str, SearchedFeature] = {}
        """What the first search needed to know of each feature."""

    def info(self, name: str) -> FeatureInfo | None:
        return self.by_name.get(name)

    def rows(
        self,
        *,
        level: str = "Guru",
        query: str = "",
        only: Iterable[str] | None = None,
        closed: Iterable[str] = (),
    ) -> tuple[list[TreeRow], int]:
        """Return what is to be seen in order, and how many more fit at a higher level.

        With a query: the features that fit, the best first; without one: categories with their
        features, without those below the paths ``closed``.
        """
        most = LEVELS.index(level)
        wanted = None if only is None else set(only)
        among = [info for info in self.features if wanted is None or info.name in wanted]
        fits = _ranked(map(self._search, among), query) if query.strip() else among
        shown = [info for info in fits if _level(info) <= most]
        hidden = len(fits) - len(shown)
        if query.strip():
            return [TreeRow(0, info.name) for info in shown], hidden
        return _in_categories(shown, set(closed)), hidden

    def _search(self, info: FeatureInfo) -> SearchedFeature:
        if info.name not in self._searched:
            self._searched[info.name] = SearchedFeature(info)
        return self._searched[info.name]


@dataclass
class _Branch:
    path: str = ""
    name: str = ""
    below: dict[str, _Branch] = field(default_factory=dict)
    features: list[str] = field(default_factory=list)


def _in_categories(features: Iterable[FeatureInfo], closed: set[str]) -> list[TreeRow]:
    root = _Branch()
    for info in features:
        branch = root
        for name in info.category:
            if name not in branch.below:
                path = f"{branch.path}/{name}" if branch.path else name
                branch.below[name] = _Branch(path, name)
            branch = branch.below[name]
        branch.features.append(info.name)
    return _walk(root, 0, closed)[0]


def _walk(branch: _Branch, depth: int, closed: set[str]) -> tuple[list[TreeRow], int]:
    """Return the rows below a branch, and how many features it has."""
    rows: list[TreeRow] = []
    count = len(branch.features)
    for below in branch.below.values():
        inner, found = _walk(below, depth + 1, closed)
        is_open = below.path not in closed
        rows.append(TreeRow(depth, "", below.path, below.name, is_open, found))
        rows += inner if is_open else []
        count += found
    return rows + [TreeRow(depth, name) for name in branch.features], count


def _ranked(features: Iterable[SearchedFeature], query: str) -> list[FeatureInfo]:
    wanted = Query(query)
    ranks = [(feature.rank(wanted), feature.info) for feature in features]
    fits = [(rank, info) for rank, info in ranks if rank is not None]
    return [info for _, info in sorted(fits, key=lambda pair: pair[0])]


def _level(info: FeatureInfo) -> int:
    return LEVELS.index(info.visibility) if info.visibility in LEVELS else len(LEVELS)


def lock_of(tree: FeatureTree, state: FeatureState | None) -> FeatureLock | None:
    """Return what keeps a feature from being written now; None: nothing does."""
    if state is None or not state.locked_by:
        return None
    found = []
    for name, value in _UNLOCK.findall(state.locked_by):
        info = tree.info(name)
        if info is not None:
            found.append(Unlock(name, _unlocking(info, value)))
    return FeatureLock(state.locked_by, state.needs_stop, tuple(found))


def _unlocking(info: FeatureInfo, value: str) -> FeatureValue | None:
    """Return the value that most likely unlocks; None where it is not clear."""
    if info.type == "boolean":
        return value != "true"
    wanted = "On" if value == "Off" else "Off"
    return wanted if any(entry.name == wanted for entry in info.entries) else None
