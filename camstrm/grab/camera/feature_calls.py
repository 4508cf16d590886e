"""FeatureCalls: what can be asked of a camera's features, from the call to the control thread.

A handler only submits a job; the control thread does it and answers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from camstrm.acquisition.clock import Clock
from camstrm.acquisition.features.persistence import NOT_TRIED, compare_settings, save_settings
from camstrm.errors import CallError, CamstrmError
from camstrm.grab.camera.call_desk import Handler, OpenCall
from camstrm.grab.camera.camera_control import Control, OpenCamera
from camstrm.grab.camera.diagnosis import (
    Watched,
    findings_of_node_map,
    findings_of_worker,
    gravest_first,
)
from camstrm.grab.camera.feature_changes import FeatureChanges, settings_of_file
from camstrm.grab.camera.feature_reads import BUDGET_S, FeatureReads, refuse
from camstrm.wire import pack
from camstrm.wire.messages import MAX_TEXT_SIZE
from camstrm.wire.operations import (
    Changes,
    CompareFeatures,
    Differences,
    ExecuteCommand,
    FeatureFile,
    FeatureTree,
    Finding,
    Findings,
    KeepFeatures,
    Kept,
    LoadFeatures,
    ReadFeatures,
    Result,
    RevertFeatures,
    SaveFeatures,
    SetFeature,
)

__all__ = ["FeatureCalls"]

_MOST_TREE = MAX_TEXT_SIZE - 4096
"""Bytes of a tree of features: one message, less the reply around it."""


class FeatureCalls:
    """Handlers for one camera: the main thread calls them, the control thread all else."""

    def __init__(
        self,
        worker: Watched,
        control: Control,
        *,
        encoding: str = "gbk",
        clock: Clock = time,
    ) -> None:
        """Ask the camera of ``worker`` by ``control``; ``encoding``: of its producer's texts."""
        self._worker = worker
        self._control = control
        self._encoding = encoding
        self._clock = clock
        self._changes = FeatureChanges(control, encoding)
        self._reads = FeatureReads(control, encoding, clock)

    def handlers(self) -> Mapping[str, Handler]:
        """Return the handler of each operation."""
        return {
            "features": lambda call: self._submit(call, self._tree),
            "values": self._reads.values,
            "watch": self._reads.watch,
            "set": lambda call: self._submit(call, self._set),
            "execute": lambda call: self._submit(call, self._execute),
            "revert": lambda call: self._submit(call, self._revert),
            "save": lambda call: self._submit(call, self._save),
            "load": lambda call: self._submit(call, self._load),
            "diff": lambda call: self._submit(call, self._compare),
            "keep": self._keep,
            "diagnose": self._diagnose,
            "reconnect": self._reconnect,
        }

    def _submit(self, opened: OpenCall, work: Callable[[OpenCamera, Any], Struct]) -> None:
        """Let ``work`` be done with the newest of the calls that stand in this one's place."""
        call = opened

        def job(camera: OpenCamera) -> Struct | None:
            nonlocal call
            begun = opened.begin()
            if begun is None:
                return None
            call = begun
            with camera.remembering():
                return work(camera, begun.arguments)

        def done(result: Struct | CamstrmError | None) -> None:
            if isinstance(result, CamstrmError):
                refuse(call, result)
            elif result is not None:
                call.succeed(result)

        self._control.submit(job, done)

    # Jobs.

    def _tree(self, camera: OpenCamera, arguments: ReadFeatures) -> FeatureTree:
        description = camera.description()
        if arguments.hash == description.hash:
            return FeatureTree(description.hash)
        return _fitting(FeatureTree(description.hash, description.features))

    def _set(self, camera: OpenCamera, arguments: SetFeature) -> Struct:
        change = self._changes.set(
            camera,
            arguments.feature,
            arguments.value,
            arguments.selectors,
            stop=arguments.stop,
            clamp=arguments.clamp,
        )
        self._expire(camera, arguments.feature)
        return change

    def _execute(self, camera: OpenCamera, arguments: ExecuteCommand) -> Struct:
        change = self._changes.execute(camera, arguments.feature, arguments.selectors)
        # A command may load all values of a user set.
        self._reads.expire(camera.description().names)
        return change

    def _revert(self, camera: OpenCamera, arguments: RevertFeatures) -> Changes:
        changes = self._changes.revert(camera, arguments.features, stop=arguments.stop)
        self._reads.expire(camera.description().names)
        return Changes(changes)

    def _save(self, camera: OpenCamera, arguments: SaveFeatures) -> FeatureFile:
        saved = save_settings(
            camera.node_map,
            camera.description(),
            every=arguments.all,
            encoding=self._encoding,
            goes_on=self._until(self._clock.monotonic() + BUDGET_S),
        )
        missing = [name for name, reason in saved.left_out.items() if reason == NOT_TRIED]
        if missing:
            raise CallError(
                f"the camera is too slow: {len(missing)} features were not read within "
                f"{BUDGET_S:g} s",
                "Save them while the camera is not used: 'camstrm features SERIAL --save FILE'",
                "timeout",
            )
        return FeatureFile(saved.text, len(saved.settings))

    def _load(self, camera: OpenCamera, arguments: LoadFeatures) -> Changes:
        changes = self._changes.load(
            camera,
            settings_of_file(arguments.text),
            stop=arguments.stop,
            goes_on=self._until(self._clock.monotonic() + BUDGET_S),
        )
        self._reads.expire(camera.description().names)
        return Changes(changes)

    def _compare(self, camera: OpenCamera, arguments: CompareFeatures) -> Differences:
        compared = compare_settings(
            camera.node_map,
            camera.description(),
            settings_of_file(arguments.text),
            encoding=self._encoding,
            goes_on=self._until(self._clock.monotonic() + BUDGET_S),
        )
        return Differences(tuple(compared.differences), compared.equal)

    def _keep(self, call: OpenCall) -> None:
        """Note what the grabber's main process has written into the configuration."""
        arguments = call.arguments
        assert isinstance(arguments, KeepFeatures)
        names = arguments.features or ()
        self._control.live.written(names)
        # Viewers that watch them hear that they differ no more.
        self._control.submit(lambda _: self._reads.expire(names), lambda _: None)
        call.succeed(Kept(written=True))

    def _reconnect(self, call: OpenCall) -> None:
        self._control.reconnect()
        call.succeed(Result())

    def _diagnose(self, opened: OpenCall) -> None:
        worker = self._worker

        def job(camera: OpenCamera) -> list[Finding]:
            opened.begin()
            with camera.remembering():
                return findings_of_node_map(camera.node_map, worker.interval_s, self._encoding)

        def done(result: list[Finding] | CamstrmError) -> None:
            # What keeps the camera from being asked is what the worker knows.
            findings = findings_of_worker(worker, self._control.live.differing())
            if not isinstance(result, CamstrmError):
                findings += result
            opened.succeed(Findings(gravest_first(findings)))

        self._control.submit(job, done)

    def _expire(self, camera: OpenCamera, feature: str) -> None:
        self._reads.expire([feature, *camera.description().affected_by(feature)])

    def _until(self, until_s: float) -> Callable[[], bool]:
        return lambda: self._clock.monotonic() < until_s


def _fitting(tree: FeatureTree) -> FeatureTree:
    """Return a tree that fits into one message: a very large one without its longer texts."""
    for texts in ({}, {"description": ""}, {"description": "", "tooltip": ""}):
        features = tuple(msgspec.structs.replace(info, **texts) for info in tree.features)
        smaller = FeatureTree(tree.hash, features if texts else tree.features)
        if len(bytes(pack(smaller))) <= _MOST_TREE:
            break
    return smaller
