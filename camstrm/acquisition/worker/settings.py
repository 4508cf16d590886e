"""AcquisitionSettings: how the worker runs one camera, as data."""

from __future__ import annotations

from dataclasses import dataclass, field

from camstrm.config import CameraSettings, ProcessSettings
from camstrm.profiles import Quirks

__all__ = ["RETRY_S", "RETRY_SHARED_S", "AcquisitionSettings", "acquisition_settings"]

RETRY_S = (0.5, 1.0)
"""Pauses between attempts to open a camera in seconds; the last one repeats."""

RETRY_SHARED_S = (0.5, 1.0, 2.0)
"""The same in a process with other cameras, which an attempt may hold up (it has the GIL)."""


@dataclass(frozen=True)
class AcquisitionSettings:
    """How one camera is run; times are seconds, those of day are of the monotonic clock."""

    serial: str
    """What selects it among the producer's cameras: serial number, or "id:" and a device ID."""
    name: str
    """What log and users call it."""
    quirks: Quirks = field(default_factory=Quirks)
    """How its producer must be handled."""
    stall_timeout_s: float = 2.0
    """Without a complete frame for so long it counts as stalled; StreamWatch adds to it."""
    heartbeat_s: float = 0.0
    """For how long it stays locked after its user crashed, as far as is known before it is
    open; it is not tried again before that."""
    locked_until_s: float = 0.0
    """Until when a killed process before this one keeps it locked; 0 if none does."""
    gone_s: float = 0.0
    """Since when it is away because such a process ended; 0 if none did."""
    retry_s: tuple[float, ...] = RETRY_S
    """Pauses between attempts to open it; the last one repeats."""
    realtime: bool = False
    """Whether to ask for a real-time priority for its thread."""


def acquisition_settings(
    quirks: Quirks,
    camera: CameraSettings,
    process: ProcessSettings,
    *,
    shared: bool = False,
    heartbeat_s: float = 0.0,
    locked_until_s: float = 0.0,
    gone_s: float = 0.0,
) -> AcquisitionSettings:
    """Return how to run one camera.

    ``shared``: other cameras stream in the same process, which every rescan holds up.
    ``heartbeat_s``: what the camera reported when it was open before; 0 takes what it will be
    set to.
    """
    return AcquisitionSettings(
        serial=camera.serial,
        name=camera.label,
        quirks=quirks,
        stall_timeout_s=process.stall_timeout_s,
        heartbeat_s=heartbeat_s or _configured_heartbeat_s(camera) or quirks.heartbeat_timeout_s,
        locked_until_s=locked_until_s,
        gone_s=gone_s,
        retry_s=RETRY_SHARED_S if shared else RETRY_S,
        realtime=process.realtime,
    )


def _configured_heartbeat_s(camera: CameraSettings) -> float:
    """Return the heartbeat that the user gives the camera, in seconds; 0 if none."""
    value = camera.features.get("GevHeartbeatTimeout")
    return value / 1e3 if isinstance(value, (int, float)) else 0.0
