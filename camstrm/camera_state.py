"""What a camera is doing and what became of its frames: said once, for every part."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta, Struct

__all__ = [
    "COUNTERS",
    "HEALTHY_STATES",
    "CameraCondition",
    "CameraCounters",
    "CameraState",
    "Count",
]

Count = Annotated[int, Meta(ge=0)]
"""A number of things, an index, a time: never negative."""


class CameraState(enum.IntEnum):
    """What a camera is doing; the number is what the wire carries."""

    CLOSED = 0
    OPENING = 1
    STREAMING = 2
    STALLED = 3
    LOST = 4
    BACKING_OFF = 5
    UNSUPPORTED = 6
    """Frames arrive, but in a pixel format that cannot be shown."""
    WAITING_FOR_TRIGGER = 7
    """Healthy and started, but no trigger came for a while: the newest picture is the present."""
    RECONFIGURING = 8
    """Stopped for a moment to set a feature that is locked while it streams."""


HEALTHY_STATES = frozenset({CameraState.STREAMING, CameraState.WAITING_FOR_TRIGGER})
"""The camera streams, or would if a trigger came."""


@dataclass(frozen=True)
class CameraCondition:
    """State, since when (host UTC in microseconds) and why (empty while all is well).

    ``state`` is an int so that a value of a later version passes through; compare it with
    CameraState. While the camera streams or waits for a trigger, ``since_us`` is when a frame
    arrived.
    """

    state: int
    since_us: int
    reason: str = ""

    @property
    def healthy(self) -> bool:
        """Whether the camera streams, or would if a trigger came."""
        return self.state in HEALTHY_STATES


class CameraCounters(Struct, kw_only=True):
    """What became of the frames of one camera: numbers that only grow.

    A further counter is named here, behind the others, and counted where it happens; sums,
    messages and metrics go by these fields, in this order.
    """

    delivered: Count = 0
    """Complete frames that the producer handed over."""
    incomplete: Count = 0
    """Frames with missing data."""
    rejected: Count = 0
    """Frames of a wrong size."""
    underrun: Count = 0
    """Frames that the producer lost because no buffer was free."""
    overwritten: Count = 0
    """Frames that a newer one replaced before anybody asked for them (normal: the stream is
    slower than the camera)."""
    gaps: Count = 0
    """Frame ids that never came."""
    encoded: Count = 0
    """Frames that became a picture."""
    missed: Count = 0
    """Ticks of the stream at which the picture was not ready."""
    reconnects: Count = 0
    """Times the camera was opened again."""
    restarts: Count = 0
    """Times the camera's process was started again."""
    reconfigured: Count = 0
    """Times the camera was stopped for a moment, because somebody set a feature that is locked
    while it streams. The frames of that moment are counted nowhere: none was taken."""

    @property
    def lost(self) -> int:
        """Frames that never came whole from the camera."""
        # An underrun also leaves a gap in the frame ids of a camera that counts frames.
        return self.incomplete + self.rejected + max(self.gaps, self.underrun)

    def counts(self) -> dict[str, int]:
        """Return each counter by its name."""
        return {name: getattr(self, name) for name in COUNTERS}

    def plus(self, other: CameraCounters) -> CameraCounters:
        """Return the sums."""
        return CameraCounters(**{n: getattr(self, n) + getattr(other, n) for n in COUNTERS})


COUNTERS = CameraCounters.__struct_fields__
"""Names of the counters."""
