"""Set one step of a plan on a node map: the first spelling there is, for each selector entry."""

from __future__ import annotations

from typing import Any

from camstrm.acquisition.features.access import (
    choose_entry,
    enum_entries,
    has_feature,
    read_feature,
    write_feature,
)
from camstrm.acquisition.features.facts import NO_SUCH_FEATURE, FeatureResult
from camstrm.acquisition.features.names import with_proposal
from camstrm.profiles import FeatureStep

__all__ = ["apply_step", "step_name"]


def step_name(node_map: Any, step: FeatureStep) -> str:
    """Return which of a step's spellings the camera has; the first one if it has none."""
    return next((name for name in step.names if has_feature(node_map, name)), step.names[0])


def apply_step(
    node_map: Any, name: str, step: FeatureStep, *, encoding: str = "utf-8"
) -> list[FeatureResult]:
    """Set the feature in its spelling ``name``; return a result for each entry of its selector.

    Without a selector there is one result.
    """
    selector, entries = step.each, enum_entries(node_map, step.each) if step.each else ()
    if step.selector is not None:
        selector, entries = step.selector[0], (step.selector[1],)
    if not selector or (step.selector is None and not entries):
        return [_write(node_map, name, step, encoding)]
    # Other features depend on the selector too: it is left as it was found.
    before = read_feature(node_map, selector).value
    results = []
    for entry in entries:
        selected = write_feature(node_map, selector, entry, encoding=encoding)
        if selected.applied:
            results.append(_write(node_map, name, step, encoding))
        else:
            reason = selected.reason
            if reason != NO_SUCH_FEATURE:
                reason = f"selector: {selected}"
            results.append(FeatureResult(name, step.value, False, reason=reason))
    if before is not None:
        write_feature(node_map, selector, before, encoding=encoding)
    return results


def _write(node_map: Any, name: str, step: FeatureStep, encoding: str) -> FeatureResult:
    value = step.value
    if value is None:
        value = choose_entry(node_map, name, step.first_of)
        if value is None:
            wanted = " or ".join(step.first_of)
            return FeatureResult(name, wanted, False, reason="none of them is available")
    result = write_feature(node_map, name, value, clamp=step.clamp, encoding=encoding)
    if step.required and result.reason == NO_SUCH_FEATURE:
        return with_proposal(node_map, result)
    return result
