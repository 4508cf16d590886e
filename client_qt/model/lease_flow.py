"""Who may change a camera, and what this person can do about it. No Qt.

The page has the same in lease_flow.js; tests/vectors/viewing/feature_edit.json holds both to it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from camstrm.wire import CameraLease
from client_qt.model.feature_edit import Note

__all__ = ["LeaseFlow", "lease_flow"]

_CHANGING = ("control", "admin")


@dataclass(frozen=True)
class LeaseFlow:
    """``may``: as FeatureEdit takes it, "never": without the right to change anything.

    ``note``: one sentence for the panel. ``actions``: of the operation ``lease``.
    """

    may: Literal["mine", "free", "other", "never"]
    note: Note | None = None
    actions: tuple[str, ...] = ()


def lease_flow(
    lease: CameraLease | None, viewer: int, role: str, name: str, now_us: int
) -> LeaseFlow:
    """Return what a person may do. ``viewer``: of this connection, ``name``: of its token."""
    if role not in _CHANGING:
        return LeaseFlow("never", Note("note", "setup.lease.view"))
    if lease is None or lease.viewer == 0:
        return LeaseFlow("free")
    minutes = str(max(1, math.ceil((lease.until_us - now_us) / 60e6)))
    values = {"holder": lease.holder, "asked_by": lease.asked_by, "minutes": minutes}
    asked = lease.asked_by != ""
    if lease.viewer == viewer:
        if asked:
            return LeaseFlow("mine", Note("question", "setup.lease.asked_by", values), ("pass",))
        return LeaseFlow("mine", Note("ok", "setup.lease.mine", values), ("give",))
    waiting = asked and lease.asked_by == name
    key = f"setup.lease.{'waiting' if waiting else 'queue' if asked else 'other'}"
    actions = [*(() if asked else ("ask",)), *(("force",) if role == "admin" else ())]
    return LeaseFlow("other", Note("note", key, values), tuple(actions))
