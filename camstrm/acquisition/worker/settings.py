"""AcquisitionSettings: how the worker runs one camera."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from camstrm.acquisition.camera import Camera

__all__ = ["RETRY_S", "RETRY_SHARED_S", "AcquisitionSettings"]

RETRY_S = (0.5, 1.0)
"""Pauses between attempts to open a camera in seconds; the last one repeats."""

RETRY_SHARED_S = (0.5, 1.0, 2.0)
"""The same in a process with other cameras, which an attempt may hold up (it has the GIL)."""


@dataclass(frozen=True)
class AcquisitionSettings:
    """How one camera is run.

    ``configure`` sets the features of an open, stopped camera. ``buffer_count`` gives
    the number of buffers for (frame rate in 1/s or None, payload size in bytes).
    ``drain`` is "event" or "poll". ``stall_timeout_s``: without a complete frame for so long
    the camera counts as stalled; :class:`StreamWatch` adds to it. ``open_retry_s``: least
    pause before a GigE camera (or one of unknown bus) that another one holds is tried again:
    more frequent tries were seen to keep it locked. ``heartbeat_s``: for how long it stays
    locked after its user crashed, as far as is known before it is open; it is not tried
    again before that. ``locked_until_s``: until when (monotonic clock) it is locked by a
    process before this one that was killed, 0 if it is not. ``gone_s``: since when (the same
    clock) it is away because such a process ended, 0 if none did. ``close_open_pause_s``: pause
    between closing and opening. ``local_teardown``: see :class:`Camera`. ``retry_s``: pauses
    between attempts to open, in seconds; the last one repeats. ``realtime``: ask for a
    real-time priority for the thread.
    """

    serial: str
    name: str
    configure: Callable[[Camera], None]
    buffer_count: Callable[[float | None, int], int]
    drain: str = "event"
    preopen_bypass: bool = True
    stall_timeout_s: float = 2.0
    open_retry_s: float = 3.5
    heartbeat_s: float = 0.0
    locked_until_s: float = 0.0
    gone_s: float = 0.0
    close_open_pause_s: float = 0.0
    local_teardown: Mapping[str, int] = field(default_factory=dict)
    retry_s: tuple[float, ...] = field(default=RETRY_S)
    realtime: bool = False
