"""LeaseCalls: the operation ``lease``, and what the viewers hear of leases."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from camstrm.bridge.control.audit import AuditTrail
from camstrm.bridge.control.lease import LeaseDesk
from camstrm.bridge.control.records import lease_record, record_of_call
from camstrm.bridge.control.refusal import Refusal
from camstrm.bridge.control.role import Person
from camstrm.bridge.control.viewer import CallingViewer, PresentViewer
from camstrm.wire import Call, CameraInfo, CameraLease, Leases, Reply, pack, unpack
from camstrm.wire.operations import ChangeLease

__all__ = ["LeaseCalls"]

LEASE_CALLS_PER_S = 10.0
"""Of one viewer; each may be followed by a message to all viewers."""

_OLD_NEWS_US = 10_000_000
"""A lease begins again with each change. Viewers hear of its end when what they know is so much
wrong, not with each move of a slider."""


class LeaseCalls:
    """Answers ``lease`` calls and publishes what comes of them. Belongs to the bridge's loop."""

    def __init__(
        self,
        trail: AuditTrail,
        cameras: Callable[[], Mapping[int, CameraInfo]],
        publish: Callable[[Leases], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._trail = trail
        self._cameras = cameras
        self._publish = publish
        self._desk = LeaseDesk(clock)
        self._published = Leases()
        """What the viewers know."""

    @property
    def held(self) -> int:
        """How many leases the viewers know of."""
        return len(self._published.leases)

    def answer(self, present: PresentViewer, call: Call, camera: CameraInfo) -> Reply:
        """Do what a call says; raise WireError if it says nothing that can be done."""
        action = unpack(call.with_, ChangeLease, "lease").action
        if not present.lease_calls.take():
            problem: Refusal | None = Refusal(
                f"more than {LEASE_CALLS_PER_S:g} lease calls a second", "Slow down", "busy"
            )
        else:
            problem = self._act(action, present, call, camera)
            self.publish()
        if problem is not None:
            return problem.to(call.id)
        return Reply(call.id, ok=True, result=pack(self._desk.one(call.camera, camera.name)))

    def refusal(self, camera: CameraInfo, person: Person) -> Refusal | None:
        """Return why ``person`` may not change the camera now; None for the holder."""
        return self._desk.refusal(camera.name, person)

    def changed(self, camera: CameraInfo) -> None:
        """Let the camera's lease begin again."""
        self._desk.changed(camera.name)

    def leave(self, viewer: CallingViewer) -> None:
        """End the leases of a viewer that is gone."""
        self._desk.leave(viewer.id)
        self.publish()

    def publish(self) -> None:
        """Let the viewers know what is news; to be called each second, too."""
        self._desk.expire()
        leases = self._desk.all(self._cameras())
        if _is_news(leases.leases, self._published.leases):
            self._published = leases
            self._publish(leases)

    def _act(
        self, action: str, present: PresentViewer, call: Call, camera: CameraInfo
    ) -> Refusal | None:
        act = {
            "take": self._desk.take,
            "give": self._desk.give,
            "ask": self._desk.ask,
            "pass": self._desk.hand_over,
            "force": self._desk.force,
        }[action]
        before = self._desk.one(call.camera, camera.name)
        problem = act(camera.name, present.person)
        after = self._desk.one(call.camera, camera.name)
        if before.viewer != after.viewer:
            common = record_of_call(present.viewer, call, camera)
            self._trail.add(lease_record(common, action, before, after))
        return problem


def _is_news(leases: tuple[CameraLease, ...], known: tuple[CameraLease, ...]) -> bool:
    if [_who(lease) for lease in leases] != [_who(lease) for lease in known]:
        return True
    pairs = zip(leases, known, strict=True)
    return any(abs(now.until_us - then.until_us) >= _OLD_NEWS_US for now, then in pairs)


def _who(lease: CameraLease) -> tuple[int, str, int, str]:
    return lease.camera, lease.holder, lease.viewer, lease.asked_by
