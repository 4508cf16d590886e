"""What is said of a feature: its description and the result of setting it. Needs no GenApi."""

from __future__ import annotations

import msgspec

from camstrm.config import FeatureValue

__all__ = ["NOT_AVAILABLE", "NO_SUCH_FEATURE", "FeatureDescription", "FeatureResult"]

NO_SUCH_FEATURE = "the camera has no such feature"
"""The reason of a FeatureResult for a node that does not exist."""

NOT_AVAILABLE = "not available now: another setting hides it"
"""The reason for one that exists and is not available."""


class FeatureResult(msgspec.Struct, frozen=True):
    """What became of one feature.

    ``applied`` is True when the camera now has the wanted value, within its own limits
    and steps. ``value`` is what was read back (None: not readable); ``reason`` says why
    it differs or could not be set. ``outside``: it was out of the camera's range.
    """

    name: str
    wanted: FeatureValue | None
    applied: bool
    value: FeatureValue | None = None
    reason: str = ""
    outside: bool = False

    def __str__(self) -> str:
        wanted = f"{self.name}={self.wanted}"
        if self.applied:
            return f"{wanted} ({self.reason})" if self.reason else wanted
        return f"{wanted} not applied: {self.reason}"


class FeatureDescription(msgspec.Struct, frozen=True):
    """One feature as the camera has it now.

    ``type``: integer, float, boolean, enumeration, string, command or register. ``access``: rw,
    ro, wo (can only be written) or na (not available now: another setting hides it). ``value``:
    None where there is none to read; ``problem`` says why, unless that is normal (command,
    register, wo). ``min``, ``max``, ``increment``: None where it has none or they cannot be
    read. Numbers that are not finite are the texts NaN, Infinity and -Infinity, which JSON
    has no numbers for.
    """

    name: str
    type: str
    access: str
    value: FeatureValue | None = None
    min: int | float | str | None = None
    max: int | float | str | None = None
    increment: int | float | None = None
    unit: str = ""
    entries: tuple[str, ...] = ()
    display_name: str = ""
    tooltip: str = ""
    problem: str = ""
