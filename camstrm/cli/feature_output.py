"""What ``camstrm features`` prints of what was done and found."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import msgspec

from camstrm.acquisition.features.facts import FeatureResult, ListedFeature
from camstrm.acquisition.features.session import FeatureAnswer
from camstrm.cli.table import format_table
from camstrm.feature import FeatureChange, FeatureDifference, FeatureState

__all__ = ["show_answer"]

_TOOLTIP_WIDTH = 80
"""Characters of a tool tip in a table."""


def show_answer(answer: FeatureAnswer, *, find: str | None, as_json: bool) -> int:
    """Print an answer; return 1 if something was not done, differs, or nothing was found.

    ``find``: only features with this text.
    """
    features = answer.features
    if find is not None:
        features = [feature for feature in features if _matches(feature, find)]
    done = [r.applied for r in answer.results] + [c.applied for c in answer.changes]
    failed = bool(answer.problem or answer.differences) or not all(done)
    nothing = find is not None and not features
    if as_json:
        body = {
            "results": answer.results,
            "changes": answer.changes,
            "differences": answer.differences,
            "features": [_row(feature) for feature in features],
            "problem": answer.problem,
        }
        print(msgspec.json.format(msgspec.json.encode(body), indent=2).decode())
        return 1 if failed or nothing else 0
    for result in answer.results:
        _show_result(result)
    _show_loaded(answer.changes)
    for difference in answer.differences:
        print(_difference(difference))
    if answer.equal or answer.differences:
        print(f"{len(answer.differences)} differ, {answer.equal} are equal")
    if answer.problem:
        print(f"camstrm: {answer.problem}", file=sys.stderr)
    if nothing:
        print(
            f"camstrm: no feature has {find!r} in its name, display name or tool tip",
            file=sys.stderr,
        )
    if features:
        print(_table(features, with_tooltips=find is not None))
    return 1 if failed or nothing else 0


def _show_result(result: FeatureResult) -> None:
    if not result.applied:
        print(f"camstrm: {result.name} not set: {result.reason}", file=sys.stderr)
        return
    note = f" ({result.reason})" if result.reason else ""
    if result.value is None:
        # A command, or a feature that can only be written.
        done = "executed" if result.wanted is True else "set"
        value = "" if result.wanted is True else f" = {_text(result.wanted)}"
        print(f"{done} {result.name}{value}{note}", flush=True)
    else:
        print(f"set {result.name} = {_text(result.value)}{note}", flush=True)


def _show_loaded(changes: Sequence[FeatureChange]) -> None:
    for change in changes:
        if not change.applied:
            name = _selected(change.feature, change.selectors)
            print(f"camstrm: {name} not set: {change.reason}", file=sys.stderr)
    if changes:
        applied = sum(change.applied for change in changes)
        print(f"set {applied} of {len(changes)} settings")


def _difference(difference: FeatureDifference) -> str:
    name = _selected(difference.feature, difference.selectors)
    there = f"? ({difference.reason})" if difference.value is None else _text(difference.value)
    return f"{name}: {there} in the camera, {_text(difference.wanted)} in the file"


def _selected(name: str, selectors: Mapping[str, object]) -> str:
    chosen = ", ".join(f"{selector}={value}" for selector, value in selectors.items())
    return f"{name} [{chosen}]" if chosen else name


def _row(feature: ListedFeature) -> dict[str, object]:
    """Return a feature as JSON shows it, what is and what is now in one object."""
    info, state = feature.info, feature.state
    return {
        "name": info.name,
        "type": info.type,
        "access": state.access.lower(),
        "value": state.value,
        "min": state.minimum,
        "max": state.maximum,
        "increment": state.increment,
        "unit": info.unit,
        "entries": state.entries,
        "display_name": info.display_name,
        "tooltip": info.tooltip,
        "category": info.category,
        "visibility": info.visibility,
        "selectors": info.selectors,
        "locked_by": state.locked_by,
        "problem": _problem(state),
    }


def _matches(feature: ListedFeature, text: str) -> bool:
    folded = text.casefold()
    texts = (feature.info.name, feature.info.display_name, feature.info.tooltip)
    return any(folded in part.casefold() for part in texts)


def _table(features: Sequence[ListedFeature], *, with_tooltips: bool) -> str:
    header = ["FEATURE", "ACCESS", "VALUE", "ALLOWED"]
    rows = [[f.name, f.state.access.lower(), _value(f.state), _limits(f)] for f in features]
    if with_tooltips:
        header.append("TOOLTIP")
        rows = [[*row, _short(f.info.tooltip)] for row, f in zip(rows, features, strict=True)]
    return format_table(header, rows)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TOOLTIP_WIDTH else line[: _TOOLTIP_WIDTH - 3] + "..."


def _problem(state: FeatureState) -> str:
    hidden = state.locked_by if state.access == "NA" else ""
    return state.problem or (f"not available now: {hidden}" if hidden else "")


def _value(state: FeatureState) -> str:
    if state.value is not None:
        return _text(state.value)
    problem = _problem(state)
    return f"? ({problem})" if problem else ""


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return "" if value is None else str(value)


def _limits(feature: ListedFeature) -> str:
    kind = feature.info.type
    if kind == "command":
        return "command (set it to true to execute)"
    if kind == "register":
        return "register (bytes, not shown)"
    if kind == "boolean":
        return "true | false"
    if kind == "enumeration":
        return " | ".join(feature.state.entries)
    return _range(feature) if kind in ("integer", "float") else ""


def _range(feature: ListedFeature) -> str:
    low, high, steps = (
        feature.state.minimum,
        feature.state.maximum,
        feature.state.increment,
    )
    if low is not None and high is not None and low > high:
        text = f"minimum {_text(low)} is above maximum {_text(high)}: the camera contradicts itself"
    elif low is None and high is None:
        text = "any number"
    elif high is None:
        text = f"from {_text(low)}"
    else:
        text = f"up to {_text(high)}" if low is None else f"{_text(low)} to {_text(high)}"
    if steps is not None and (steps != 1 or feature.info.type == "float"):
        text += f", steps of {_text(steps)}"
    return f"{text} {feature.info.unit}".rstrip()
