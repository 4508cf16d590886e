"""ShownStates: which features differ from what panels show of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from camstrm.feature import FeatureSetting, FeatureState, FeatureValue
from client_qt.model.feature_edit import FeatureEdit, Note
from client_qt.model.feature_tree import FeatureTree
from client_qt.model.feature_watch import state_key

__all__ = ["ShownStates"]


class ShownStates:
    """What panels were given of a camera's features. Belongs to the UI thread, all of it."""

    def __init__(self) -> None:
        self._tree: FeatureTree | None = None
        self._states: dict[str, FeatureState] = {}
        """By ``state_key``; a state that changed is another object."""
        self._touched: dict[str, FeatureSetting] = {}
        """What was set from here and may still have a wish or a note, by ``state_key``."""
        self._said: dict[str, tuple[FeatureValue | None, Note | None]] = {}
        """Wish and note of each of these, as they were given."""

    def touch(self, settings: Iterable[FeatureSetting]) -> None:
        """Note what is set: wishes and notes of it are compared from now on."""
        self._touched.update({state_key(one.feature, one.selectors): one for one in settings})

    def take_tree(self, tree: FeatureTree | None, states: Mapping[str, FeatureState]) -> bool:
        """Take the features and their states if the features are others; return whether they are.

        Everything that panels show is made again then, so the states count as given.
        """
        if tree is self._tree:
            return False
        self._tree = tree
        self._states = dict(states)
        return True

    def take(self, states: Mapping[str, FeatureState], edit: FeatureEdit) -> set[str]:
        """Take states, wishes and notes; return the features of which one differs."""
        before = self._states
        changed = {key for key, state in states.items() if before.get(key) is not state}
        changed |= before.keys() - states.keys()
        said = {
            key: (edit.wanted(one.feature, one.selectors), edit.notes.get(key))
            for key, one in self._touched.items()
        }
        changed |= {key for key, now in said.items() if self._said.get(key) != now}
        self._touched = {k: v for k, v in self._touched.items() if said[k] != (None, None)}
        self._states, self._said = dict(states), said
        return {key.partition("[")[0] for key in changed}
