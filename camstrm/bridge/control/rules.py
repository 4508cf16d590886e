"""FeatureRules: which features may be changed, whoever holds the lease."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from fnmatch import fnmatchcase

from camstrm.bridge.control.refusal import Refusal
from camstrm.bridge.control.role import Role
from camstrm.config import ControlSettings
from camstrm.wire import CameraInfo

__all__ = ["FeatureRules"]

_SELECTORS = ("*Selector*", "*Index*")
"""What features are called that choose which of several values another one has (SFNC 2.7: all
selectors but LUTIndex). A call names them beside the feature, and the camera process writes them
for a moment: a call may not write anything else in their place."""

_TABLE = "bridge.control"


class FeatureRules:
    """The allow-list, the deny-list, which wins, and the locked cameras, all of the settings."""

    def __init__(self, settings: ControlSettings, config_file: str = "") -> None:
        """``config_file``: where the settings stand, for refusals; empty without a file."""
        self._settings = settings
        self._file = config_file
        self._locked = {unicodedata.normalize("NFC", name) for name in settings.locked}

    def of_camera(self, info: CameraInfo, role: Role) -> Refusal | None:
        """Return why nothing of this camera may be changed with this role."""
        if role >= Role.ADMIN:
            return None
        named = unicodedata.normalize("NFC", info.name) in self._locked
        if not named and (not info.serial or info.serial not in self._locked):
            return None
        return Refusal(
            f"{info.name} is locked: {self._where('locked')}",
            "Only a token with role admin may change it",
        )

    def of_change(self, feature: str, role: Role) -> Refusal | None:
        """Return why this feature may not be changed with this role."""
        denied = self.of_denied(feature)
        if denied is not None or role >= Role.ADMIN:
            return denied
        if _first(feature, self._settings.allow) is not None:
            return None
        return Refusal(
            f"{feature} may not be changed: no pattern of {self._where('allow')} fits",
            "A token with role admin may change it, or add it to the allow-list",
        )

    def of_selector(self, selector: str, role: Role) -> Refusal | None:
        """Return why this feature may not be named as a selector with this role."""
        denied = self.of_denied(selector)
        if denied is not None or role >= Role.ADMIN:
            return denied
        if _first(selector, _SELECTORS) is not None:
            return None
        return Refusal(f"{selector} is no selector: their names end with 'Selector' or 'Index'")

    def of_denied(self, feature: str) -> Refusal | None:
        """Return why nobody may change this feature."""
        pattern = _first(feature, self._settings.deny)
        if pattern is None:
            return None
        return Refusal(
            f"nobody may change {feature}: pattern {pattern!r} of {self._where('deny')}",
            "Not even an admin may, as long as it is in the deny-list",
        )

    def _where(self, key: str) -> str:
        """Return where a rule stands: file and key, or that it is a default."""
        place = f"{_TABLE}.{key}"
        if getattr(self._settings, key) != getattr(ControlSettings(), key):
            return f"{place} in {self._file}" if self._file else place
        file = self._file or "a configuration file"
        return f"{place} (its default; {file} may set another)"


def _first(feature: str, patterns: Iterable[str]) -> str | None:
    return next((pattern for pattern in patterns if fnmatchcase(feature, pattern)), None)
