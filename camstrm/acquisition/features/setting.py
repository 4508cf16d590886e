"""A setting (feature, selectors, value) written to a node map, and selectors as they are now."""

from __future__ import annotations

from typing import Any

from camstrm.acquisition.features.access import find_node, read_feature, write_feature
from camstrm.acquisition.features.facts import FeatureResult
from camstrm.acquisition.features.selectors import selected
from camstrm.acquisition.gentl.errors import value_or
from camstrm.feature import FeatureSetting, Selectors

__all__ = ["apply_setting", "present_selectors"]


def apply_setting(
    node_map: Any, setting: FeatureSetting, *, encoding: str = "gbk"
) -> FeatureResult:
    """Write a value with its selectors, and put these back; a number out of range is refused."""
    with selected(node_map, None, setting.selectors, encoding=encoding) as selection:
        if selection.problem:
            reason = selection.problem
            return FeatureResult(setting.feature, setting.value, False, reason=reason)
        return write_feature(
            node_map, setting.feature, setting.value, clamp=False, encoding=encoding
        )


def present_selectors(node_map: Any, feature: str) -> Selectors:
    """Return what the selectors of a feature are set to now; empty if it has none."""
    node = value_or(None, lambda: find_node(node_map, feature))
    selecting = value_or((), lambda: tuple(node.node.selecting_features)) if node else ()
    selectors: Selectors = {}
    for selector in selecting:
        name = str(selector.node.name)
        value = read_feature(node_map, name).value
        if isinstance(value, (str, int)):
            selectors[name] = value
    return selectors
