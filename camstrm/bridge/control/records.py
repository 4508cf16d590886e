"""From calls and replies to what is written down."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from camstrm.bridge.control.audit import AuditRecord, shortened, utc_text
from camstrm.bridge.control.viewer import CallingViewer
from camstrm.bridge.control.wishes import Wish, wishes
from camstrm.bridge.events.change_hold import ChangeHold
from camstrm.errors import WireError
from camstrm.feature import FeatureChange
from camstrm.wire import Call, CameraInfo, CameraLease, Reply, unpack
from camstrm.wire.operations import Changes

__all__ = ["lease_record", "note_record", "record_of_call", "records_of"]

MAX_RECORDS = 1000
"""Of one call: a file of 64 KiB has at most about so many settings."""


def record_of_call(viewer: CallingViewer, call: Call, camera: CameraInfo | None) -> AuditRecord:
    """Return what all records of a call have in common."""
    return AuditRecord(
        utc_text(),
        viewer.name,
        viewer.role,
        viewer.address,
        viewer.id,
        f"camera {call.camera}" if camera is None else camera.name,
        "" if camera is None else camera.serial,
        call.do[:64],
    )


def records_of(common: AuditRecord, call: Call, reply: Reply) -> list[AuditRecord]:
    """Return a record for each feature that a call has changed, or tried to; at least one.

    A call without an answer may have changed something: what it wanted is written down.
    """
    changes = _changes(call, reply)
    if changes:
        return [_of_change(common, change) for change in changes[:MAX_RECORDS]]
    result = "ok" if reply.ok else f"{reply.code or 'failed'}: {reply.problem}"
    common = replace(common, result=str(shortened(result)))
    try:
        wanted = wishes(call) or ()
    except WireError:  # an operation that only a later camstrm knows
        wanted = ()
    return [_of_wish(common, wish) for wish in wanted[:MAX_RECORDS]] or [common]


def lease_record(
    common: AuditRecord, action: str, before: CameraLease, after: CameraLease
) -> AuditRecord:
    """Return the record of a lease that has another holder."""
    return replace(common, feature=action, old=before.holder or None, new=after.holder or None)


def note_record(changes: ChangeHold, record: AuditRecord) -> None:
    """Let a change that was made become an event."""
    text = "" if record.result == "ok" else record.result
    camera = record.camera
    if record.do in ("share", "unshare"):
        # Of several cameras, so of none: viewers that may see only one do not hear of it.
        text, camera = f"{camera}{text.removeprefix('ok')}", ""
    changes.note(
        _KINDS.get(record.do, "changed"),
        camera,
        record.name,
        feature=record.feature,
        text=text,
        old=record.old,
        new=record.new,
    )


_KINDS = {
    "execute": "executed",
    "reconnect": "reconnect",
    "keep": "kept",
    "share": "shared",
    "unshare": "unshared",
}
"""Kinds of events by operation; others are "changed"."""


def _changes(call: Call, reply: Reply) -> Sequence[FeatureChange]:
    if not reply.ok:
        return ()
    try:
        if call.do in ("set", "execute"):
            return (unpack(reply.result, FeatureChange, call.do),)
        if call.do in ("load", "revert"):
            return unpack(reply.result, Changes, call.do).changes
    except WireError:
        pass  # a grabber of another version: what was wanted is known all the same
    return ()


def _of_change(common: AuditRecord, change: FeatureChange) -> AuditRecord:
    result = change.reason or "ok"
    if not change.applied:
        result = f"not applied: {change.reason}"
    return replace(
        common,
        feature=change.feature,
        selectors=change.selectors,
        old=shortened(change.old),
        new=shortened(change.value),
        wanted=shortened(change.wanted),
        result=str(shortened(result)),
    )


def _of_wish(common: AuditRecord, wish: Wish) -> AuditRecord:
    return replace(
        common, feature=wish.feature, selectors=wish.selectors, wanted=shortened(wish.value)
    )
