"""LeaseDesk: who may change which camera now. One holder at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from camstrm.bridge.control.refusal import Refusal
from camstrm.bridge.control.role import Person, Role
from camstrm.wire import CameraInfo, CameraLease, Leases

__all__ = ["LEASE_S", "LeaseDesk"]

LEASE_S = 120.0
"""Seconds without a change after which a lease ends."""


@dataclass
class _Lease:
    holder: Person
    until_s: float
    """When it ends, in seconds of the clock."""
    until_us: int
    """The same as microseconds of UTC."""
    asked_by: Person | None = None
    """The person who gets it next: the first one who asked."""


class LeaseDesk:
    """Gives and takes leases. Pure but for the clocks; belongs to the bridge's event loop.

    A lease is of a camera's name, because an index may be another camera's after the grabber
    was started again. It ends when the holder gives it back or is gone, or LEASE_S after the
    last change; then it is theirs who asked for it. What is refused changes nothing.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        utc_us: Callable[[], int] = lambda: time.time_ns() // 1000,
    ) -> None:
        self._clock = clock
        self._utc_us = utc_us
        self._leases: dict[str, _Lease] = {}
        """By the camera's name."""

    def take(self, camera: str, person: Person) -> Refusal | None:
        """Let ``person`` hold the lease if nobody else does; their own begins again."""
        lease = self._live(camera)
        if lease is not None and lease.holder.viewer != person.viewer:
            return self._held(camera, lease, person)
        if lease is None:
            self._begin(camera, person)
        else:
            self._renew(lease)
        return None

    def give(self, camera: str, person: Person) -> Refusal | None:
        """End the lease of ``person``."""
        lease = self._live(camera)
        if lease is None or lease.holder.viewer != person.viewer:
            return self.refusal(camera, person)
        self._end(camera, lease)
        return None

    def ask(self, camera: str, person: Person) -> Refusal | None:
        """Let ``person`` be the next holder: at once if nobody holds the lease."""
        lease = self._live(camera)
        if lease is None or lease.holder.viewer == person.viewer:
            return self.take(camera, person)
        if lease.asked_by is not None and lease.asked_by.viewer != person.viewer:
            return Refusal(
                f"{lease.asked_by} has asked {lease.holder} for the lease of {camera} already",
                "Ask again when it has changed hands",
                "busy",
            )
        lease.asked_by = person
        return None

    def hand_over(self, camera: str, person: Person) -> Refusal | None:
        """Give the lease of ``person`` to the one who asked for it."""
        lease = self._live(camera)
        if lease is None or lease.holder.viewer != person.viewer:
            return self.refusal(camera, person)
        if lease.asked_by is None:
            return Refusal(f"nobody has asked for the lease of {camera}", "", "failed")
        self._end(camera, lease)
        return None

    def force(self, camera: str, person: Person) -> Refusal | None:
        """Let ``person`` hold the lease, whoever has it."""
        if person.role < Role.ADMIN:
            return Refusal(
                f"only a token with role admin takes a lease from somebody, yours has role "
                f"{person.role.label}",
                "Ask the holder for it",
            )
        lease = self._live(camera)
        if lease is None or lease.holder.viewer == person.viewer:
            return self.take(camera, person)
        self._begin(camera, person, lease.asked_by)
        return None

    def leave(self, viewer: int) -> None:
        """End what this connection holds and has asked for: it is gone."""
        for lease in self._leases.values():
            if lease.asked_by is not None and lease.asked_by.viewer == viewer:
                lease.asked_by = None
        for camera, lease in list(self._leases.items()):
            if lease.holder.viewer == viewer:
                self._end(camera, lease)

    def expire(self) -> None:
        """End the leases whose time is over."""
        for camera in list(self._leases):
            self._live(camera)

    def refusal(self, camera: str, person: Person) -> Refusal | None:
        """Return why ``person`` may not change ``camera`` now; None for the holder."""
        lease = self._live(camera)
        if lease is None:
            return Refusal(f"nobody holds the lease of {camera}", "Take the lease first")
        if lease.holder.viewer != person.viewer:
            return self._held(camera, lease, person)
        return None

    def changed(self, camera: str) -> None:
        """Let the camera's lease begin again: its holder changes something."""
        if (lease := self._live(camera)) is not None:
            self._renew(lease)

    def one(self, index: int, camera: str) -> CameraLease:
        """Return the lease of a camera as it goes to viewers."""
        lease = self._live(camera)
        if lease is None:
            return CameraLease(index)
        asked_by = "" if lease.asked_by is None else lease.asked_by.name
        return CameraLease(index, lease.holder.name, lease.holder.viewer, lease.until_us, asked_by)

    def all(self, cameras: Mapping[int, CameraInfo]) -> Leases:
        """Return all leases of the cameras that there are."""
        leases = (self.one(index, info.name) for index, info in cameras.items())
        return Leases(tuple(lease for lease in leases if lease.viewer))

    def _live(self, camera: str) -> _Lease | None:
        lease = self._leases.get(camera)
        if lease is not None and lease.until_s <= self._clock():
            self._end(camera, lease)
            lease = self._leases.get(camera)
        return lease

    def _begin(self, camera: str, holder: Person, asked_by: Person | None = None) -> None:
        if asked_by is not None and asked_by.viewer == holder.viewer:
            asked_by = None
        lease = _Lease(holder, 0.0, 0, asked_by)
        self._renew(lease)
        self._leases[camera] = lease

    def _renew(self, lease: _Lease) -> None:
        lease.until_s = self._clock() + LEASE_S
        lease.until_us = self._utc_us() + int(LEASE_S * 1e6)

    def _end(self, camera: str, lease: _Lease) -> None:
        if lease.asked_by is None:
            del self._leases[camera]
        else:
            self._begin(camera, lease.asked_by)

    def _held(self, camera: str, lease: _Lease, person: Person) -> Refusal:
        remedy = f'Ask "{lease.holder.name}" for it; it ends {LEASE_S:g} s after the last change'
        if person.role >= Role.ADMIN:
            remedy += ", and an admin may take it at once"
        return Refusal(f"{lease.holder} holds the lease of {camera}", remedy)
