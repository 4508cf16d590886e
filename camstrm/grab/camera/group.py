"""ProcessGroup: the cameras that share one camera process, and how to start it."""

from __future__ import annotations

from typing import Any

import msgspec

from camstrm.config import CameraSettings, ProcessSettings, StreamSettings
from camstrm.feature import FeatureSetting
from camstrm.profiles import GentlProfile

__all__ = ["GroupCamera", "ProcessGroup"]


class GroupCamera(msgspec.Struct, frozen=True):
    """One camera of a group: its index in bundles and its settings.

    ``profile``: the one that its settings name, in place of the group's.
    """

    index: int
    settings: CameraSettings
    profile: GentlProfile | None = None


class ProcessGroup(msgspec.Struct, frozen=True):
    """What a camera process gets at its start.

    ``cti``: path of the producer. ``profile``: the producer's, chosen by its settings or its
    file name. ``candidates``: profiles by name, from which each camera's own is chosen when
    its vendor and bus are known; empty if the settings name one. ``python``: interpreter,
    empty for the grabber's own. ``environment``: the process's whole environment, empty for the
    grabber's own; it is not sent, it must be there before exec because the dynamic loader
    reads it. ``siblings``: cameras of the same producer, which may share a link.
    ``heartbeats_s``: by the camera's ``serial`` setting, for how many seconds it stays locked
    after the death of its process, where that is known. ``locked_until_s``: the same, until
    when (this host's monotonic clock) a process that was killed keeps it locked.
    ``left_out``: by the same, features that are not set because they ended a process.
    ``gone_s``: since when (this host's monotonic clock) the cameras have been away, because
    processes before this one ended; 0 for the first one. ``live``: by the camera's ``serial``
    setting, what was set of it while it ran, to be set again.
    ``last_step``: path of the file for :class:`StepWriter`.
    """

    cti: str
    profile: GentlProfile
    cameras: tuple[GroupCamera, ...]
    stream: StreamSettings
    process: ProcessSettings
    candidates: dict[str, GentlProfile] = {}
    python: str = ""
    environment: dict[str, str] = {}
    log_level: str = "INFO"
    siblings: int = 1
    heartbeats_s: dict[str, float] = {}
    locked_until_s: dict[str, float] = {}
    left_out: dict[str, tuple[str, ...]] = {}
    gone_s: float = 0.0
    live: dict[str, tuple[FeatureSetting, ...]] = {}
    last_step: str = ""

    @property
    def name(self) -> str:
        """What logs call the process."""
        return "+".join(camera.settings.label for camera in self.cameras)

    @property
    def serials(self) -> str:
        """How the cameras are selected, in the same order."""
        return "+".join(camera.settings.serial for camera in self.cameras)

    @property
    def indices(self) -> tuple[int, ...]:
        """The cameras' indices in bundles, in the same order."""
        return tuple(camera.index for camera in self.cameras)

    def to_settings(self) -> dict[str, Any]:
        """Return the group as JSON-ready object for a Start message; msgspec.convert reads it."""
        sent = msgspec.structs.replace(self, environment={})
        settings: dict[str, Any] = msgspec.to_builtins(sent, str_keys=True)
        return settings
