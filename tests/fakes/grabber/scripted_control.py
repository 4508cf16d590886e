"""The control thread of a camera in memory, whose jobs run when a test says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from camstrm.acquisition.discovery.device_info import DeviceInfo
from camstrm.acquisition.features.description import CameraDescription
from camstrm.camera_state import CameraCondition, CameraCounters, CameraState
from camstrm.errors import CallError, CameraError, CamstrmError
from camstrm.feature import FeatureSetting, FeatureValue, Selectors
from tests.fakes.gentl.memory_port import MemoryCamera

__all__ = ["ScriptedControl", "ScriptedLive", "ScriptedWorker"]


class ScriptedWorker:
    """What a worker says of a camera that streams 400 frames a second."""

    def __init__(self) -> None:
        self.condition = CameraCondition(CameraState.STREAMING, 1)
        self.statistics = CameraCounters(delivered=400)
        self.info = DeviceInfo(cti="x.cti", serial="L1", device_id="L1", tl_type="U3V")
        self.interval_s = 0.0025
        self.heartbeat_s = 0.0
        self.failure: CameraError | None = None


class ScriptedLive:
    """Live values of a camera whose configuration is ``config``."""

    def __init__(self) -> None:
        self.config: dict[str, FeatureValue] = {}
        self._settings: dict[str, FeatureSetting] = {}

    def differing(self) -> tuple[FeatureSetting, ...]:
        return tuple(self._settings.values())

    def written(self, features: Iterable[str]) -> None:
        names = set(features)
        self._settings = {k: s for k, s in self._settings.items() if s.feature not in names}

    def configured(self, feature: str, selectors: Selectors | None = None) -> FeatureValue | None:
        return self.config.get(feature)

    def note(self, *settings: FeatureSetting) -> None:
        for setting in settings:
            self._settings[_key(setting.feature, setting.selectors)] = setting

    def forget(self, settings: tuple[FeatureSetting, ...]) -> None:
        for setting in settings:
            self._settings.pop(_key(setting.feature, setting.selectors), None)


def _key(feature: str, selectors: Selectors) -> str:
    return f"{feature}{sorted(selectors.items())}"


class ScriptedControl:
    """Has the methods of CameraControl. ``gone``: the camera is not open."""

    def __init__(self, camera: MemoryCamera) -> None:
        self.camera = camera
        self.live = ScriptedLive()
        self.gone = False
        self.reconnects = 0
        self.stops = 0
        self.starts_fail = 0
        """How many of the next starts fail."""
        self.jobs: list[tuple[Callable[[Any], Any], Callable[[Any], None]]] = []
        self.watches: list[tuple[Callable[[Any], Any], Callable[[Any], None]]] = []
        self.pressing = False

    @property
    def node_map(self) -> Any:
        return self.camera.nodes

    def description(self) -> CameraDescription:
        return self.camera.description

    def remembering(self) -> AbstractContextManager[None]:
        return nullcontext()

    @property
    def pressed(self) -> bool:
        return self.pressing or len(self.jobs) > 0

    def submit(self, job: Callable[[Any], Any], done: Callable[[Any], None]) -> None:
        if self.gone:
            done(CallError("camera left is not open", "", "gone"))
        else:
            self.jobs.append((job, done))

    def submit_watch(self, look: Callable[[Any], Any], done: Callable[[Any], None]) -> None:
        if self.gone:
            done(CallError("camera left is not open", "", "gone"))
        else:
            self.watches.append((look, done))

    def run(self) -> int:
        """Do all jobs, also those that they submit; return how many."""
        count = 0
        while self.jobs:
            job, done = self.jobs.pop(0)
            count += 1
            try:
                result = job(self)
            except CamstrmError as error:
                result = error
            done(result)
        return count

    def look(self, *, last: bool = False) -> None:
        """Do one round of looks; with ``last`` their time is over."""
        watches, self.watches = self.watches, []
        for look, done in watches:
            try:
                result = look(self)
            except CamstrmError as error:
                result = error
            if result is not None or last:
                done(result)
            else:
                self.watches.append((look, done))

    def while_stopped(
        self, job: Callable[[Any], Any], undo: Callable[[Any], None]
    ) -> tuple[Any, float]:
        self.stops += 1
        self.camera.put(0x168, 0)
        result = job(self)
        if self.starts_fail:
            self.starts_fail -= 1
            undo(self)
            self.camera.put(0x168, 1)
            raise CameraError("left", "it does not start")
        self.camera.put(0x168, 1)
        return result, 88.04

    def reconnect(self) -> None:
        self.reconnects += 1
