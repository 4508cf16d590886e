"""Names of features that may be meant by one that the camera has not."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

import msgspec

from camstrm.acquisition.features.facts import FeatureResult
from camstrm.acquisition.gentl.errors import value_or

__all__ = ["proposal", "similar", "with_proposal"]


def with_proposal(node_map: Any, result: FeatureResult) -> FeatureResult:
    """Return the result for a name that a node map has not with the names that may be meant."""
    names = value_or([], lambda: [n.node.name for n in node_map.nodes if n.node.is_feature()])
    reason = f"{result.reason}{proposal(result.name, sorted(names, key=str.casefold))}"
    return msgspec.structs.replace(result, reason=reason)


def proposal(wanted: str, names: Sequence[str]) -> str:
    """Return the end of a sentence about a feature that is not there, empty for no proposal."""
    # What the XML has and this camera does not is in the list, too.
    meant = " or ".join(similar(wanted, [name for name in names if name != wanted]))
    return f"; did you mean {meant}?" if meant else ""


def similar(wanted: str, names: Sequence[str], most: int = 3) -> list[str]:
    """Return names that may be meant, the best first; case does not count."""
    by_folded = {name.casefold(): name for name in reversed(names)}
    folded = wanted.casefold()
    if folded in by_folded:
        return [by_folded[folded]]
    close = difflib.get_close_matches(folded, by_folded, n=most, cutoff=0.7)
    if len(folded) >= 4:
        close += [name for name in by_folded if folded in name and name not in close]
    return [by_folded[name] for name in close[:most]]
