"""FeatureReads: states of a camera's features for those who ask once and those who watch.

What reads many registers is done in slices, with the jobs of others in between. What was read just
now is not read again, so that many viewers cost as much as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar, cast

import msgspec

from camstrm.acquisition.clock import Clock
from camstrm.acquisition.features.access import read_feature
from camstrm.acquisition.features.names import proposal
from camstrm.acquisition.features.selectors import selected
from camstrm.acquisition.features.state import read_states
from camstrm.errors import CallError, CameraLostError, CamstrmError, SubjectError
from camstrm.feature import FeatureSetting, FeatureState, Selectors
from camstrm.grab.camera.call_desk import OpenCall
from camstrm.grab.camera.camera_control import Control, OpenCamera
from camstrm.grab.camera.known_states import KnownStates
from camstrm.wire.operations import Arguments, FeatureValues, ReadValues, WatchValues

__all__ = ["BUDGET_S", "FeatureReads", "refuse"]

A = TypeVar("A", bound=Arguments)

BUDGET_S = 7.0
"""For how long a call may read registers: its caller has an answer within 10 s, and it may have
waited for its turn."""

_SLICE_S = 0.01
"""For how long one call reads registers while others wait: no ``set`` waits longer."""

_FRESH_S = 0.15
"""Age up to which what is known of a feature is not read again: below the 0.2 s between two looks,
so that many viewers cost as much as one."""


class _Reading(Generic[A]):
    """A call that reads many features, in slices."""

    def __init__(self, call: OpenCall, arguments: A, until_s: float) -> None:
        self.call = call
        self.arguments = arguments
        self.until_s = until_s
        self.states: dict[str, FeatureState] = {}
        self.left: list[str] | None = None
        """Names that are still to be read; None before the first slice."""


class FeatureReads:
    """Answers ``values`` and ``watch`` of one camera.

    The main thread hands calls over, all else is done by the control thread.
    """

    def __init__(self, control: Control, encoding: str, clock: Clock) -> None:
        """Ask the camera of ``control``; ``encoding``: of its producer's texts."""
        self._control = control
        self._encoding = encoding
        self._clock = clock
        self._known = KnownStates(clock.time_ns, clock.monotonic)

    def expire(self, names: Iterable[str]) -> None:
        """Let these be read at the next look: something that they depend on was written."""
        self._known.expire(names)

    def values(self, opened: OpenCall) -> None:
        arguments = cast("ReadValues", opened.arguments)
        reading = _Reading(opened, arguments, self._clock.monotonic() + BUDGET_S)
        self._submit_slice(reading)

    def _submit_slice(self, reading: _Reading[ReadValues]) -> None:
        def done(result: FeatureValues | CamstrmError | None) -> None:
            if isinstance(result, CamstrmError):
                refuse(reading.call, result)
            elif result is not None:
                reading.call.succeed(result)
            elif reading.left is not None:
                self._submit_slice(reading)

        self._control.submit(lambda camera: self._slice(camera, reading), done)

    def _slice(self, camera: OpenCamera, reading: _Reading[ReadValues]) -> FeatureValues | None:
        """Read some of the features; None if there are others left for the next slice."""
        arguments = reading.arguments
        if reading.left is None:
            if reading.call.begin() is None:
                return None
            reading.left = list(_names(camera, arguments.features))
        with selected(
            camera.node_map, camera.description(), arguments.selectors, encoding=self._encoding
        ) as selection:
            if selection.problem:
                raise CallError(selection.problem, code="wrong")
            names = reading.left
            if not arguments.selectors:
                names = self._known.stale(names, _FRESH_S)
            states = self._read(camera, names, arguments.selectors, reading.until_s)
        if arguments.selectors:
            reading.states.update(states)
            reading.left = [name for name in reading.left if name not in reading.states]
        else:
            missing = set(names) - set(states)
            read = [name for name in reading.left if name not in missing]
            reading.states.update(self._known.get(read))
            reading.left = [name for name in reading.left if name in missing]
        if reading.left and self._clock.monotonic() < reading.until_s:
            return None
        return FeatureValues(
            self._known.revision,
            reading.states,
            self._control.live.differing(),
            unread=tuple(reading.left),
        )

    def watch(self, opened: OpenCall) -> None:
        arguments = cast("WatchValues", opened.arguments)
        names: Sequence[str] = ()

        def look(camera: OpenCamera) -> FeatureValues | None:
            nonlocal names
            names = _names(camera, arguments.features)
            stale = self._known.stale(names, _FRESH_S)
            states = self._read(camera, stale, {}, self._clock.monotonic() + BUDGET_S)
            if arguments.after == 0 and len(states) < len(stale):
                # The first answer has all; it goes on with the next look.
                return None
            return self._news(names, arguments.after)

        def done(result: FeatureValues | CamstrmError | None) -> None:
            if isinstance(result, CamstrmError):
                refuse(opened, result)
            else:
                opened.succeed(result or self._news(names, arguments.after) or self._nothing())

        self._control.submit_watch(look, done)

    def _news(self, names: Sequence[str], after: int) -> FeatureValues | None:
        """Return what changed after a revision, None if nothing did."""
        changed = self._known.since(names, after)
        if not changed:
            return None
        return FeatureValues(self._known.revision, changed, self._control.live.differing())

    def _nothing(self) -> FeatureValues:
        return FeatureValues(self._known.revision, live=self._control.live.differing())

    def _read(
        self, camera: OpenCamera, names: Sequence[str], selectors: Selectors, until_s: float
    ) -> dict[str, FeatureState]:
        """Read states until ``until_s``, or for a slice while others wait; at least one of them."""
        end_s = self._clock.monotonic() + _SLICE_S
        first = True

        def goes_on() -> bool:
            nonlocal first
            if first:
                first = False
                return True
            now = self._clock.monotonic()
            return now < until_s and (now < end_s or not self._control.pressed)

        description = camera.description()
        with camera.remembering():
            states = read_states(
                camera.node_map, description, names, encoding=self._encoding, goes_on=goes_on
            )
        for name, state in states.items():
            live = self._live_setting(camera, name, selectors)
            if live is not None:
                configured = self._control.live.configured(name, live.selectors)
                states[name] = msgspec.structs.replace(state, differs=True, configured=configured)
        if not selectors:
            self._known.note(states)
        return states

    def _live_setting(
        self, camera: OpenCamera, name: str, selectors: Selectors
    ) -> FeatureSetting | None:
        """Return what was set live of a feature with these selectors, None for nothing."""
        for setting in self._control.live.differing():
            if setting.feature != name:
                continue
            present = {
                selector: selectors.get(selector)
                or read_feature(camera.node_map, selector, encoding=self._encoding).value
                for selector in setting.selectors
            }
            if present == setting.selectors:
                return setting
        return None


def _names(camera: OpenCamera, wanted: Sequence[str] | None) -> Sequence[str]:
    """Return the features that are meant. Raises CallError for one that is not there."""
    names = camera.description().names
    if wanted is None:
        return names
    known = set(names)
    for name in wanted:
        if name not in known:
            problem = f"the camera has no feature {name!r}{proposal(name, names)}"
            raise CallError(problem, code="unknown")
    return tuple(dict.fromkeys(wanted))


def refuse(call: OpenCall, error: CamstrmError) -> None:
    """Answer a call that failed."""
    if isinstance(error, CallError):
        call.fail(error)
    elif isinstance(error, CameraLostError):
        call.refuse("gone", error.problem, error.remedy)
    elif isinstance(error, SubjectError):
        call.refuse("failed", error.problem, error.remedy)
    else:
        call.refuse("failed", str(error))
