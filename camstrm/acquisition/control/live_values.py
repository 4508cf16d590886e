"""LiveValues: what was set of a camera while it ran, applied again whenever it is opened."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from camstrm.feature import FeatureSetting, FeatureValue, Selectors

__all__ = ["LiveValues", "same_value"]

_Key: TypeAlias = tuple[str, tuple[tuple[str, "str | int"], ...]]


def _key(feature: str, selectors: Mapping[str, str | int]) -> _Key:
    return feature, tuple(sorted(selectors.items()))


def same_value(one: FeatureValue | None, other: FeatureValue | None) -> bool:
    """Return whether two values of a feature are equal; None equals nothing."""
    if one is None or other is None:
        return False
    numbers = (int, float)
    if isinstance(one, float) or isinstance(other, float):
        if isinstance(one, numbers) and isinstance(other, numbers):
            return math.isclose(one, other, rel_tol=1e-9)
        return False
    return type(one) is type(other) and one == other


class LiveValues:
    """Settings by feature and selectors, in the order of setting: features depend on others.

    A feature that has the value of the configuration again is left out: nothing of it is
    different. Any thread may call; ``on_change`` is called by the one that changes something.
    """

    def __init__(self, on_change: Callable[[], None] = lambda: None) -> None:
        self.on_change = on_change
        self._lock = threading.Lock()
        """Guards the two that follow."""
        self._settings: dict[_Key, FeatureSetting] = {}
        self._configured: dict[_Key, FeatureValue] = {}
        """What the configuration and the profile have set, as the camera has it."""
        self._kept: dict[_Key, FeatureValue] = {}
        """What was written into the configuration since this process was started: it is set again
        after a reconnect like the rest, for this process knows the configuration of its start."""

    def settings(self) -> tuple[FeatureSetting, ...]:
        """Return all that is to be set again, the oldest first."""
        with self._lock:
            return tuple(self._settings.values())

    def differing(self) -> tuple[FeatureSetting, ...]:
        """Return what the configuration does not say, the oldest first."""
        with self._lock:
            return tuple(s for key, s in self._settings.items() if self._differs(key))

    def differs(self, feature: str, selectors: Selectors | None = None) -> bool:
        """Return whether a feature was set while the camera ran, and otherwise than configured."""
        with self._lock:
            return self._differs(_key(feature, selectors or {}))

    def configured(self, feature: str, selectors: Selectors | None = None) -> FeatureValue | None:
        """Return what the configuration or the profile has set; None: they say nothing of it.

        What was set without a word of selectors counts for all of their values.
        """
        with self._lock:
            return self._configured_value(feature, selectors or {})

    def note(self, *settings: FeatureSetting) -> None:
        """Note what the camera has now because somebody wanted it.

        ``value`` as it was read back, ``selectors`` of all that the feature has.
        """
        with self._lock:
            before = tuple(self._settings.values())
            for setting in settings:
                key = _key(setting.feature, setting.selectors)
                # What is set again is the newest: others may depend on it.
                self._settings.pop(key, None)
                configured = self._configured_value(setting.feature, setting.selectors)
                if key in self._kept or not same_value(configured, setting.value):
                    self._settings[key] = setting
            changed = tuple(self._settings.values()) != before
        if changed:
            self.on_change()

    def forget(self, settings: Iterable[FeatureSetting]) -> None:
        """Leave out what is no longer to be applied again, by feature and selectors."""
        with self._lock:
            gone = []
            for setting in settings:
                key = _key(setting.feature, setting.selectors)
                gone.append(self._settings.pop(key, None))
                if key in self._kept:
                    kept = FeatureSetting(setting.feature, self._kept[key], setting.selectors)
                    self._settings[key] = kept
        if any(setting is not None for setting in gone):
            self.on_change()

    def keep(self, settings: Iterable[FeatureSetting]) -> None:
        """Take what a process before this one kept; not a change."""
        with self._lock:
            self._settings = {_key(s.feature, s.selectors): s for s in settings}

    def written(self, features: Iterable[str]) -> None:
        """Note that the configuration says now what these features were set to."""
        with self._lock:
            names = set(features)
            for key, setting in self._settings.items():
                if setting.feature in names:
                    self._kept[key] = setting.value

    def note_configured(self, settings: Iterable[FeatureSetting]) -> None:
        """Take what the configuration and the profile have set just now, in place of before."""
        with self._lock:
            self._configured = {_key(s.feature, s.selectors): s.value for s in settings}

    def _differs(self, key: _Key) -> bool:
        setting = self._settings.get(key)
        return setting is not None and not same_value(self._kept.get(key), setting.value)

    def _configured_value(self, feature: str, selectors: Selectors) -> FeatureValue | None:
        key = _key(feature, selectors)
        found = self._kept.get(key, self._configured.get(key))
        return self._configured.get(_key(feature, {})) if found is None else found
