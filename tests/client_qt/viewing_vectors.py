"""The vectors of the models that page and Qt viewer have in common."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from msgspec import convert

from camstrm.feature import FeatureInfo, FeatureState

__all__ = ["digits", "info", "state", "states", "vectors"]

_FOLDER = Path(__file__).parents[1] / "vectors" / "viewing"


def vectors(name: str) -> dict[str, Any]:
    """Return the vectors of one file."""
    found: dict[str, Any] = json.loads((_FOLDER / f"{name}.json").read_text("utf-8"))
    return found


def info(members: dict[str, Any]) -> FeatureInfo:
    return convert(members, FeatureInfo)


def state(members: dict[str, Any]) -> FeatureState:
    return convert(members, FeatureState)


def states(members: dict[str, Any]) -> dict[str, FeatureState]:
    return {name: state(value) for name, value in members.items()}


def digits(value: Any) -> Any:
    """Return a value to compare: numbers to 12 digits, as the page's tests do."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float)):
        return float(f"{value:.12g}")
    if isinstance(value, (list, tuple)):
        return [digits(item) for item in value]
    if isinstance(value, dict):
        return {name: digits(member) for name, member in value.items()}
    return value
