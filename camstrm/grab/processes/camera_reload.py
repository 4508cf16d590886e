"""CameraReload: camera processes whose cameras got other settings start again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from camstrm.config import CameraSettings, Config, StreamSettings
from camstrm.grab.camera.last_step import StepDeaths
from camstrm.grab.processes.camera_changes import (
    CameraChanges,
    changed_features,
    compare_cameras,
)
from camstrm.grab.processes.ledger import Ledgers
from camstrm.grab.processes.place import NOT_KNOWN, Place, configured
from camstrm.wire import CameraState

__all__ = ["CameraReload"]

_log = logging.getLogger(__name__)

_CHANGED = "its configuration was changed"


class CameraReload:
    """Takes what a configuration that was read again says of the cameras.

    A process whose cameras are to work otherwise closes them and starts again; the others, and
    their cameras, go on. Belongs to the grabber's loop.
    """

    def __init__(
        self, config: Config, ledgers: Ledgers, start_process: Callable[[Place], None]
    ) -> None:
        """``start_process``: starts one with the present settings of a place."""
        self.settings = {camera.label: camera for camera in config.cameras}
        """Of the configured cameras, as they are in force, by label."""
        self._ledgers = ledgers
        self._start_process = start_process
        self._stop_timeout_s = config.process.stop_timeout_s
        self._restarts: dict[str, asyncio.Task[None]] = {}
        """Processes that are being ended to start again, by the key of their place."""

    def take(
        self, places: Iterable[Place], stream: StreamSettings, cameras: Sequence[CameraSettings]
    ) -> CameraChanges:
        """Let these settings hold; return what came of it."""
        changes = compare_cameras(tuple(self.settings.values()), cameras)
        self.settings = changes.settings
        for place in places:
            needed = self._reconfigured(place, changes.settings, stream)
            # One that is ending already will start with what the place has by then.
            if needed and place.key not in self._restarts:
                task = asyncio.get_running_loop().create_task(self._start_again(place))
                self._restarts[place.key] = task
        for label, camera in changes.settings.items():
            self._ledgers.named(label).shown(camera.rotation, camera.mirror)
        return changes

    def stop(self) -> None:
        """Start nothing any more."""
        for task in self._restarts.values():
            task.cancel()

    def _reconfigured(
        self, place: Place, settings: Mapping[str, CameraSettings], stream: StreamSettings
    ) -> bool:
        """Give the place its cameras' new settings; return whether its process needs them."""
        before = [configured(m, self._ledgers[m.index]).settings for m in place.group.cameras]
        after = [settings.get(camera.label, camera) for camera in before]
        for member, old, new in zip(place.group.cameras, before, after, strict=True):
            self._ledgers[member.index].reconfigured(changed_features(old, new))
        needed = [_in_process(c, place.group.stream) for c in before]
        cameras = tuple(
            msgspec.structs.replace(member, settings=new)
            for member, new in zip(place.group.cameras, after, strict=True)
        )
        place.group = msgspec.structs.replace(place.group, cameras=cameras, stream=stream)
        return needed != [_in_process(camera, stream) for camera in after]

    async def _start_again(self, place: Place) -> None:
        """Let the place's process close its cameras; start one with the present settings."""
        place.deaths = StepDeaths()
        if place.timer is not None:
            place.timer.cancel()
        if (link := place.link) is not None:
            _log.info("camera %s: starts with its new configuration", place.group.name)
            link.stop()
            place.gone_s = asyncio.get_running_loop().time()
            for index in place.group.indices:
                self._ledgers[index].down(CameraState.OPENING, _CHANGED)
            link.calls.refuse_all("gone", _CHANGED, NOT_KNOWN)
            if not await link.join(self._stop_timeout_s):
                link.kill("stopped")
                if not await link.join(1.0):
                    place.stuck.append(link)
            place.link = None
        del self._restarts[place.key]
        self._start_process(place)


def _in_process(camera: CameraSettings, stream: StreamSettings) -> object:
    """Return what of a camera's settings its process works with; it never shows a picture."""
    shown = msgspec.structs.replace(camera, rotation=0, mirror=False)
    picture = stream.for_camera(camera)
    return shown, picture.max_width, picture.max_height, picture.quality
