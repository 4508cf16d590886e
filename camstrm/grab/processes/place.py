"""Place: a group of cameras, and what is known of the processes that served it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import msgspec

from camstrm.backoff import Backoff
from camstrm.config.settings import feature_key
from camstrm.grab.camera.group import GroupCamera, ProcessGroup
from camstrm.grab.camera.last_step import LastStep, StepDeaths
from camstrm.grab.processes.ledger import CameraLedger
from camstrm.grab.processes.process_link import ProcessLink

__all__ = ["NOT_KNOWN", "Place", "configured"]

NOT_KNOWN = "Whether it was done is not known: look at what the camera has when it is there again"
"""What is said of a call whose process has ended."""


def configured(member: GroupCamera, ledger: CameraLedger) -> GroupCamera:
    """Return the camera with what was written into its configuration since the start."""
    if not ledger.kept:
        return member
    features = dict(member.settings.features)
    for setting in reversed(ledger.kept):
        features[feature_key(setting)] = setting.value
    settings = msgspec.structs.replace(member.settings, features=features)
    return msgspec.structs.replace(member, settings=settings)


@dataclass
class Place:
    """A group of cameras and the process that serves it, if one runs."""

    key: str
    """The producer's path, with the camera's serial number where each has a process."""
    group: ProcessGroup
    """As it was found; what is known of the processes before is added at each start."""
    pauses: Backoff
    """Before the next start; counts the processes in a row that have not run well."""
    link: ProcessLink | None = None
    """None while no process runs."""
    timer: asyncio.TimerHandle | None = None
    """The next start; None while a process runs."""
    stuck: list[ProcessLink] = field(default_factory=list)
    """Processes before this one that were killed and are still there (in the kernel)."""
    last_step: LastStep = field(default_factory=LastStep)
    deaths: StepDeaths = field(default_factory=StepDeaths)
    start_s: float = 0.0
    """When ``timer`` calls, in the loop's time."""
    reason: str = ""
    """Why the last process ended."""
    gone_s: float = 0.0
    """Since when (monotonic clock) its cameras are away; 0 until a process ended."""
