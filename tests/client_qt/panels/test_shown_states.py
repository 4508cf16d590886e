from __future__ import annotations

from camstrm.feature import FeatureSetting, FeatureState
from client_qt.model.feature_edit import FeatureEdit
from client_qt.model.feature_tree import FeatureTree
from client_qt.panels.shown_states import ShownStates

GAIN, OTHER = FeatureState("RW", 1.0), FeatureState("RW", 2.0)


def test_what_differs_is_named_once_without_its_selectors() -> None:
    shown, edit = ShownStates(), FeatureEdit()
    states = {"Gain": GAIN, "Gain[GainSelector=Red]": GAIN, "Width": GAIN}
    assert shown.take(states, edit) == {"Gain", "Width"}
    assert shown.take(states, edit) == set()
    assert shown.take({**states, "Gain[GainSelector=Red]": OTHER}, edit) == {"Gain"}
    assert shown.take({"Gain": GAIN}, edit) == {"Gain", "Width"}, "what is gone differs, too"


def test_with_other_features_all_is_made_again() -> None:
    shown, edit, tree = ShownStates(), FeatureEdit(), FeatureTree(())
    assert shown.take_tree(tree, {"Gain": GAIN})
    assert shown.take({"Gain": GAIN}, edit) == set()
    assert not shown.take_tree(tree, {"Gain": OTHER})
    assert shown.take({"Gain": OTHER}, edit) == {"Gain"}
    assert shown.take_tree(None, {})


def test_a_wish_differs_when_it_comes_and_when_it_goes() -> None:
    shown, edit = ShownStates(), FeatureEdit()
    edit.wish("Gain", 3.0)
    assert shown.take({}, edit) == set(), "nobody set it here"
    shown.touch([FeatureSetting("Gain", 3.0)])
    assert shown.take({}, edit) == {"Gain"}
    assert shown.take({}, edit) == set()
    edit.reset()
    assert shown.take({}, edit) == {"Gain"}
