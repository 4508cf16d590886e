"""What ``camstrm features`` does with a camera of a running server: by calls, beside its stream."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from camstrm.acquisition.features.facts import FeatureResult, ListedFeature
from camstrm.acquisition.features.names import proposal
from camstrm.acquisition.features.session import FeatureAnswer, SavedFile
from camstrm.acquisition.features.text_value import value_of_text
from camstrm.client.blocking import Client
from camstrm.errors import CallError
from camstrm.feature import FeatureChange, FeatureInfo, FeatureSetting
from camstrm.profiles import FeatureStep, GentlProfile, match_profile, prerequisites
from camstrm.wire import CameraInfo
from camstrm.wire.operations import (
    Changes,
    CompareFeatures,
    Differences,
    FeatureFile,
    FeatureValues,
    LoadFeatures,
    ReadValues,
    SaveFeatures,
)

__all__ = ["FeatureWork", "do_in_running_server", "live_settings"]


@dataclass(frozen=True)
class FeatureWork:
    """What is to be done, in this order.

    ``settings``: names and texts. ``load``, ``diff``: texts of GenApi persistence files, empty
    for none. ``save``: write one. ``listing``: describe all features. ``stop``: the camera may
    be stopped for what is locked while it streams.
    """

    settings: Sequence[tuple[str, str]] = ()
    load: str = ""
    diff: str = ""
    save: bool = False
    listing: bool = False
    stop: bool = False
    wanted: Mapping[str, object] = field(default_factory=dict)


def do_in_running_server(
    client: Client, camera: CameraInfo, work: FeatureWork, profiles: Mapping[str, GentlProfile]
) -> FeatureAnswer:
    """Do it and return what came of it. Raises CallError for what was refused as a whole."""
    answer = FeatureAnswer()
    infos = {info.name: info for info in client.features(camera.name)}
    profile = match_profile(profiles, "", camera.vendor, "")
    with _lease(client, camera.name, wanted=bool(work.settings or work.load)):
        given = dict(work.settings)
        for name, text in work.settings:
            steps = prerequisites(profile, name, given) if name in infos else ()
            answer.results += _set(client, camera.name, infos, name, text, steps, stop=work.stop)
        if work.load:
            loaded = client.call(camera.name, "load", LoadFeatures(work.load, work.stop))
            assert isinstance(loaded, Changes)
            answer.changes = list(loaded.changes)
    if work.diff:
        compared = client.call(camera.name, "diff", CompareFeatures(work.diff))
        assert isinstance(compared, Differences)
        answer.differences, answer.equal = list(compared.differences), compared.equal
    if work.save:
        saved = client.call(camera.name, "save", SaveFeatures())
        assert isinstance(saved, FeatureFile)
        answer.saved = SavedFile(saved.text, saved.settings)
    if work.listing:
        states = client.values(camera.name)
        answer.features = [
            ListedFeature(infos[name], states[name])
            for name in sorted(infos, key=lambda name: (name.casefold(), name))
            if name in states and states[name].access != "NI"
        ]
    return answer


def live_settings(client: Client, camera: CameraInfo) -> tuple[FeatureSetting, ...]:
    """Return what was set of the camera while it ran and the configuration does not say."""
    values = client.call(camera.name, "values", ReadValues(()))
    assert isinstance(values, FeatureValues)
    return values.live


@contextlib.contextmanager
def _lease(client: Client, camera: str, *, wanted: bool) -> Iterator[None]:
    if not wanted:
        yield
        return
    with client.lease(camera):
        yield


def _set(
    client: Client,
    camera: str,
    infos: Mapping[str, FeatureInfo],
    name: str,
    text: str,
    steps: Sequence[FeatureStep],
    *,
    stop: bool,
) -> list[FeatureResult]:
    """Set a feature from text, after what the camera's profile sets before it."""
    if name not in infos:
        near = proposal(name, list(infos))
        return [FeatureResult(name, text, False, reason=f"the camera has no such feature{near}")]
    results = []
    for step in steps:
        switch = next((n for n in step.names if n in infos), None)
        if switch is None or step.value is None or step.selector or step.each:
            continue
        done = _change(client, camera, switch, step.value, stop=stop)
        if done.applied and done.value is not None and done.value != done.old:
            why = f"so that {name} can be set"
            results.append(FeatureResult(switch, step.value, True, done.value, why))
    value = value_of_text(infos[name].type, text)
    done = _change(client, camera, name, value, stop=stop)
    others = ", ".join(f"{other} = {v}" for other, v in done.changed.items())
    reason = "; ".join(part for part in (done.reason, others and f"now {others}") if part)
    return [*results, FeatureResult(name, value, done.applied, done.value, reason)]


def _change(
    client: Client, camera: str, name: str, value: bool | int | float | str, *, stop: bool
) -> FeatureChange:
    try:
        return client.set(camera, name, value, stop=stop, clamp=True)
    except CallError as error:
        problem = error.problem.removeprefix(f"{name}: ")
        remedy = "Use --stop" if error.code == "locked" and not stop else error.remedy
        return FeatureChange(name, value, False, reason=f"{problem}. {remedy}".rstrip(". "))
