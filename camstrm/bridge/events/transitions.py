"""Transitions: from what the grabber says once a second to one event for each real change."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from camstrm.bridge.events.change_hold import ChangeHold
from camstrm.bridge.events.event_log import EventLog
from camstrm.camera_state import HEALTHY_STATES, CameraState
from camstrm.wire import CameraStatus, Hello, Leases

__all__ = ["Transitions"]

OPENING_US = 15_000_000
"""Microseconds for which a camera that never delivered in this run of the grabber may be opening
before it counts as lost; a dead GigE camera is given up after 2 to 6 s."""

_NAMES_SHOWN = 20
"""Names of cameras in the text of one event."""


@dataclass
class _Known:
    """What was last heard of a camera, by its name: also over a restart of the grabber."""

    away: bool = False
    """Its last event was "lost"."""
    delivered: bool = False
    """It was healthy in this run of the grabber."""
    counters: CameraStatus | None = None
    """Its newest status of this run of the grabber."""


class Transitions:
    """Watches cameras, grabber and leases. Belongs to the bridge's loop.

    While a camera is away it is opening and backing off in turns: that is one "lost", with the time
    at which it went and the first reason, and one "back".
    """

    def __init__(
        self,
        log: EventLog,
        changes: ChangeHold,
        utc_us: Callable[[], int] = lambda: time.time_ns() // 1000,
    ) -> None:
        self._log = log
        self._changes = changes
        self._utc_us = utc_us
        self._session = ""
        """Of the grabber that spoke last."""
        self._names: dict[int, str] = {}
        """Of its cameras, by index."""
        self._known: dict[str, _Known] = {}
        self._input = ""
        """"ok" or "none" as viewers hear it; empty before the first grabber."""
        self._holders: dict[str, str] = {}
        """Who holds the lease of a camera, by the camera's name."""

    def hello(self, hello: Hello) -> None:
        """Take a grabber's hello: the first, or one with other cameras."""
        names = {info.index: info.name for info in hello.cameras}
        before, now = set(self._names.values()), set(names.values())
        if before and now != before:
            shown = sorted(now)[:_NAMES_SHOWN]
            more = [f"and {len(now) - len(shown)} more"] if len(now) > len(shown) else []
            self._log.add("cameras", text=", ".join([*shown, *more]) or "none")
        self._names = names
        # A camera that is taken out of the configuration is forgotten, so this is bounded.
        self._known = {name: self._known.get(name) or _Known() for name in names.values()}
        if hello.session != self._session:
            self._session = hello.session
            for known in self._known.values():
                known.delivered, known.counters = False, None

    def status(self, cameras: Iterable[CameraStatus]) -> None:
        """Take the cameras' states and counters."""
        for status in cameras:
            name = self._names.get(status.index)
            if name is not None:
                self._look(name, self._known[name], status)

    def input(self, state: str) -> None:
        """Take whether there is a grabber."""
        if state == "none" and self._input == "ok":
            self._log.add("grabber lost", text="no grabber is connected")
        elif state == "ok" and self._input == "none":
            self._log.add("grabber back")
        if state == "ok" or self._input:
            self._input = state

    def leases(self, leases: Leases) -> None:
        """Take who holds which camera now."""
        holders = {
            self._names[lease.camera]: lease.holder
            for lease in leases.leases
            if lease.camera in self._names
        }
        for name in holders.keys() | self._holders.keys():
            before, now = self._holders.get(name), holders.get(name)
            if before != now:
                self._changes.note("lease", name, now or before or "", old=before, new=now)
        self._holders = holders

    def _look(self, name: str, known: _Known, status: CameraStatus) -> None:
        before, known.counters = known.counters, status
        if before is not None and status.restarts > before.restarts and not known.away:
            self._log.add("restarted", name, status.reason)
        if before is not None and status.reconfigured > before.reconfigured:
            times = status.reconfigured - before.reconfigured
            self._log.add("reconfigured", name, f"{times} times" if times > 1 else "")
        if status.state in HEALTHY_STATES:
            if (
                not known.away
                and known.delivered
                and before is not None
                and status.reconnects > before.reconnects
            ):
                # Between two looks: it was away for less than a second.
                self._log.add("lost", name, "it was opened again at once")
                known.away = True
            if known.away:
                self._log.add("back", name)
            known.away, known.delivered = False, True
        elif status.state != CameraState.RECONFIGURING and not known.away:
            now_us = self._utc_us()
            since_us = status.since_us if 0 < status.since_us <= now_us else now_us
            first_try = status.state == CameraState.OPENING and not known.delivered
            if not first_try or now_us - since_us >= OPENING_US:
                known.away = True
                self._log.add("lost", name, status.reason, time_us=since_us)
