"""What the worker of a camera does at a moment, and why."""

from __future__ import annotations

import enum
from dataclasses import dataclass

__all__ = ["WorkerCondition", "WorkerState"]


class WorkerState(enum.Enum):
    """What a worker's camera does."""

    CLOSED = "closed"
    OPENING = "opening"
    STREAMING = "streaming"
    WAITING = "waiting for a trigger"
    STALLED = "stalled"
    LOST = "lost"


@dataclass(frozen=True)
class WorkerCondition:
    """State, since when (host UTC in microseconds) and why (empty while all is well).

    While it streams or waits for a trigger, ``since_us`` is when a frame arrived.
    """

    state: WorkerState
    since_us: int
    reason: str = ""
