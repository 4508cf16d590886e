"""What is said of a feature: what it is, and the result of setting it. Needs no GenApi."""

from __future__ import annotations

import msgspec

from camstrm.config import FeatureValue
from camstrm.feature import FeatureInfo, FeatureState

__all__ = ["NOT_AVAILABLE", "NO_SUCH_FEATURE", "FeatureResult", "ListedFeature"]

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


class ListedFeature(msgspec.Struct, frozen=True):
    """A feature of an open camera, as a list of all shows it."""

    info: FeatureInfo
    state: FeatureState

    @property
    def name(self) -> str:
        """The feature's name."""
        return self.info.name
