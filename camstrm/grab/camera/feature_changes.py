"""FeatureChanges: sets, executes, reverts and loads features of one camera that streams.

All methods are jobs: they run in the camera's control thread with the lock of its node map.
A feature that is locked while the camera streams is set between a stop and a start, if the
caller allowed that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import msgspec

from camstrm.acquisition.features.access import read_feature
from camstrm.acquisition.features.change import Attempt, execute_command, set_feature
from camstrm.acquisition.features.description import STREAM_LOCK, CameraDescription
from camstrm.acquisition.features.persistence import load_settings
from camstrm.acquisition.features.persistence_file import FileSetting, parse_settings
from camstrm.acquisition.features.selectors import selected
from camstrm.acquisition.features.setting import present_selectors
from camstrm.acquisition.features.state import read_state
from camstrm.errors import CallError, CameraError, ConfigError
from camstrm.feature import FeatureChange, FeatureSetting, FeatureValue, Selectors
from camstrm.grab.camera.camera_control import Control, OpenCamera

__all__ = ["FeatureChanges", "settings_of_file"]

_OWN = frozenset(
    {"AcquisitionStart", "AcquisitionStop", "AcquisitionAbort", "AcquisitionArm", STREAM_LOCK}
)
"""What only camstrm does with a camera that it streams from."""

_STOP_TEXT = "With the permission to stop it ('stop'), this camera stops for about 0.1 s"
"""A stop, set and start takes 88 ms (median of 20, 36 buffers)."""

_Key: TypeAlias = tuple[str, tuple[tuple[str, "str | int"], ...]]


def settings_of_file(text: str) -> list[FileSetting]:
    """Return what a GenApi persistence file says. Raises CallError with the line."""
    try:
        return parse_settings(text)
    except ConfigError as error:
        raise CallError(f"line {error.line}: {error.problem}", code="wrong") from None


class FeatureChanges:
    """Writes to one camera. Only its control thread uses it."""

    def __init__(self, control: Control, encoding: str) -> None:
        """Write to the camera of ``control``; ``encoding``: of its producer's texts."""
        self._control = control
        self._encoding = encoding
        self._before: dict[_Key, FeatureValue] = {}
        """What a feature had before it was set for the first time, for one that the configuration
        says nothing of."""

    def set(
        self,
        camera: OpenCamera,
        feature: str,
        value: FeatureValue,
        selectors: Selectors,
        *,
        stop: bool,
        clamp: bool,
    ) -> FeatureChange:
        """Set one feature. Raises CallError for what was not even tried."""
        self._check(feature)
        setting = FeatureSetting(feature, value, selectors)
        full = self._with_present_selectors(camera, setting)
        change = self._set(camera, setting, stop=stop, clamp=clamp)
        self._note(camera, full, change)
        return change

    def execute(self, camera: OpenCamera, feature: str, selectors: Selectors) -> FeatureChange:
        """Execute a command. Raises CallError for what was not even tried."""
        self._check(feature)
        attempt = execute_command(
            camera.node_map, camera.description(), feature, selectors, encoding=self._encoding
        )
        return _tried(attempt)

    def revert(
        self, camera: OpenCamera, features: Sequence[str] | None, *, stop: bool
    ) -> tuple[FeatureChange, ...]:
        """Set what was set live to what the configuration says, the newest first.

        Where it says nothing, to what the feature had before.
        """
        settings = [
            setting
            for setting in reversed(self._control.live.differing())
            if features is None or setting.feature in features
        ]
        changes = []
        for setting in settings:
            change = self._revert(camera, setting, stop=stop)
            if change.applied:
                self._control.live.forget((setting,))
            changes.append(change)
        done = {setting.feature for setting in settings}
        for name in features or ():
            if name not in done:
                value = read_feature(camera.node_map, name, encoding=self._encoding).value
                reason = "it was not set while the camera ran"
                changes.append(FeatureChange(name, None, False, value, reason=reason))
        return tuple(changes)

    def load(
        self,
        camera: OpenCamera,
        lines: Sequence[FileSetting],
        *,
        stop: bool,
        goes_on: Callable[[], bool],
    ) -> tuple[FeatureChange, ...]:
        """Write what a file says; with ``stop``, what is locked while the camera is stopped."""
        nodes, description = camera.node_map, camera.description()
        lines = [line for line in lines if line.setting.feature not in _OWN]
        changes = load_settings(nodes, description, lines, encoding=self._encoding, goes_on=goes_on)
        again = [place for place, change in enumerate(changes) if not change.applied]
        # An offset waits for the size that waits for the stop: all that is left is tried again.
        if stop and any(self._waits_for_stop(camera, changes[place].feature) for place in again):
            held = [lines[place] for place in again]
            old = [
                FeatureSetting(c.feature, c.old, c.selectors) for c in changes if c.old is not None
            ]
            done, stopped_ms = self._control.while_stopped(
                lambda stopped: load_settings(
                    stopped.node_map, description, held, encoding=self._encoding
                ),
                lambda stopped: self._put_back(stopped, old),
            )
            for place, change in zip(again, done, strict=True):
                changes[place] = msgspec.structs.replace(change, stopped_ms=stopped_ms)
        for change in changes:
            self._note_loaded(camera, change)
        return tuple(changes)

    def _set(
        self, camera: OpenCamera, setting: FeatureSetting, *, stop: bool, clamp: bool
    ) -> FeatureChange:
        attempt = self._attempt(camera, setting, clamp=clamp)
        lock = attempt.lock
        # A lock that nothing explains may be the firmware's way to say that it streams.
        if lock is None or (lock.remedy and not lock.streaming):
            return _tried(attempt)
        if not stop:
            raise CallError(f"{setting.feature}: {lock.sentence}", _STOP_TEXT, "locked")
        return self._set_stopped(camera, setting, clamp=clamp)

    def _set_stopped(
        self, camera: OpenCamera, setting: FeatureSetting, *, clamp: bool
    ) -> FeatureChange:
        description = camera.description()
        old = self._values(camera, setting, description)

        def job(stopped: OpenCamera) -> Attempt:
            attempt = self._attempt(stopped, setting, clamp=clamp)
            if not attempt.change.applied:
                self._put_back(stopped, old)
            return attempt

        try:
            attempt, stopped_ms = self._control.while_stopped(
                job, lambda stopped: self._put_back(stopped, old)
            )
        except CameraError as error:
            problem = f"{setting.feature}={setting.value}: the camera does not start with it"
            raise CallError(
                f"{problem} ({error.problem})", "The old values are back", "failed"
            ) from None
        change = _tried(attempt)
        return msgspec.structs.replace(change, stopped_ms=round(stopped_ms, 1))

    def _attempt(self, camera: OpenCamera, setting: FeatureSetting, *, clamp: bool) -> Attempt:
        return set_feature(
            camera.node_map, camera.description(), setting, clamp=clamp, encoding=self._encoding
        )

    def _values(
        self, camera: OpenCamera, setting: FeatureSetting, description: CameraDescription
    ) -> list[FeatureSetting]:
        """Return what a feature, and all that may change with it, have now, itself first."""
        names = [setting.feature, *description.affected_by(setting.feature)]
        old = []
        with selected(camera.node_map, description, setting.selectors, encoding=self._encoding):
            for name in names:
                if not description.is_writable(name):
                    continue
                value = read_feature(camera.node_map, name, encoding=self._encoding).value
                if value is not None:
                    old.append(FeatureSetting(name, value, setting.selectors))
        return old

    def _put_back(self, camera: OpenCamera, old: Sequence[FeatureSetting]) -> None:
        """Write old values, in two rounds, for they depend on each other."""
        description = camera.description()
        for _ in range(2):
            for setting in old:
                set_feature(
                    camera.node_map, description, setting, others=False, encoding=self._encoding
                )

    def _revert(self, camera: OpenCamera, setting: FeatureSetting, *, stop: bool) -> FeatureChange:
        value = self._control.live.configured(setting.feature, setting.selectors)
        if value is None:
            value = self._before.get(_key(setting))
        if value is None:
            reason = (
                "neither the configuration nor the profile says what it should be; it is left "
                "as it is, and not set again after a reconnect"
            )
            self._control.live.forget((setting,))
            return FeatureChange(
                setting.feature,
                None,
                False,
                setting.value,
                reason=reason,
                selectors=setting.selectors,
            )
        back = msgspec.structs.replace(setting, value=value)
        try:
            return self._set(camera, back, stop=stop, clamp=True)
        except CallError as error:
            return FeatureChange(
                setting.feature,
                value,
                False,
                setting.value,
                reason=str(error),
                selectors=setting.selectors,
            )

    def _waits_for_stop(self, camera: OpenCamera, name: str) -> bool:
        return read_state(
            camera.node_map, camera.description(), name, encoding=self._encoding
        ).needs_stop

    def _with_present_selectors(
        self, camera: OpenCamera, setting: FeatureSetting
    ) -> FeatureSetting:
        """Return the setting with each selector that the feature has, as it is now if not given."""
        present = present_selectors(camera.node_map, setting.feature)
        return msgspec.structs.replace(setting, selectors={**present, **setting.selectors})

    def _note(self, camera: OpenCamera, setting: FeatureSetting, change: FeatureChange) -> None:
        """Let the value be set again after a reconnect, unless it only points at others."""
        info = camera.description().info(setting.feature)
        if not change.applied or info is None or info.selects:
            return
        if change.old is not None:
            self._before.setdefault(_key(setting), change.old)
        value = setting.value if change.value is None else change.value
        self._control.live.note(msgspec.structs.replace(setting, value=value))

    def _note_loaded(self, camera: OpenCamera, change: FeatureChange) -> None:
        if change.wanted is None or change.old == change.value:
            return
        setting = FeatureSetting(change.feature, change.wanted, change.selectors)
        self._note(camera, self._with_present_selectors(camera, setting), change)

    @staticmethod
    def _check(feature: str) -> None:
        if feature in _OWN:
            raise CallError(
                f"{feature} is camstrm's own: it starts and stops the camera itself", "", "refused"
            )


def _tried(attempt: Attempt) -> FeatureChange:
    """Return what came of an attempt; raise CallError for one that was not made."""
    if not attempt.failure:
        return attempt.change
    change, lock = attempt.change, attempt.lock
    if lock is not None:
        raise CallError(f"{change.feature}: {lock.sentence}", _sentence(lock.remedy), "locked")
    raise CallError(f"{change.feature}: {change.reason}", code=attempt.failure)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _key(setting: FeatureSetting) -> _Key:
    return setting.feature, tuple(sorted(setting.selectors.items()))
