"""White balance by picking something grey. No Qt.

The page has the same in white_balance.js; tests/vectors/viewing/camera_setup.json holds both to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from camstrm.wire.operations import ChannelMeasurement
from client_qt.model.value_scale import rounded

__all__ = ["GreyPoint", "colours_of", "grey_point"]

_COLOURS = {
    "R": ("Red", "R"),
    "G": ("Green", "G", "GreenRed", "GreenBlue", "Gr", "Gb"),
    "B": ("Blue", "B"),
}
"""Names that makers give the colours of a balance."""

_DARK = 0.02
"""A colour whose mean is below this part of the largest value is too dark to go by."""

_CLIPPED = 1.0
"""Percent of clipped pixels from which a colour says nothing."""


@dataclass(frozen=True)
class GreyPoint:
    """New ratios by the selector's entry; ``problem``: key of the text that says why not."""

    ratios: dict[str, float] = field(default_factory=dict)
    problem: str = ""


def colours_of(entries: Iterable[str]) -> list[tuple[str, str]]:
    """Return the colours that a selector has: letter and entry."""
    there = list(entries)
    return [
        (letter, entry) for letter, names in _COLOURS.items() for entry in there if entry in names
    ]


def grey_point(
    bits: int, channels: Iterable[ChannelMeasurement], ratios: Mapping[str, float]
) -> GreyPoint:
    """Return the ratios that make what was measured grey; green stays as it is.

    ``ratios``: those of now, by the selector's entry.
    """
    means: dict[str, float] = {}
    for channel in channels:
        if channel.name not in _COLOURS:
            continue
        if channel.clipped > _CLIPPED:
            return GreyPoint(problem="setup.white.clipped")
        if channel.mean < _DARK * (2**bits - 1):
            return GreyPoint(problem="setup.white.dark")
        means[channel.name] = channel.mean
    if len(means) < len(_COLOURS):
        return GreyPoint(problem="setup.white.grey")
    found = {
        entry: rounded(ratios[entry] * means["G"] / means[letter], 6)
        for letter, entry in colours_of(ratios)
        if letter != "G"
    }
    return GreyPoint(found) if found else GreyPoint(problem="setup.white.grey")
