"""HelloHold: a grabber's first hello waits until it says who the cameras are.

A grabber that has just started knows names and serial numbers; vendor and model come with its
producers' device lists, about a second later, before any picture. Viewers would be told of all
cameras twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from msgspec.structs import replace

from camstrm.bridge.viewers.hub import BundleHub
from camstrm.bridge.viewers.shared_bundle import SharedBundle
from camstrm.wire import CameraInfo, Demand, Hello, Status

__all__ = ["HelloHold"]

HOLD_S = 1.5
"""Longest wait: of a camera that is not there nobody knows them."""


class HelloHold:
    """Stands between the grabber's connection and the hub (a GrabberSink).

    The demand goes to the grabber at once, so nothing starts later. The hello is passed on as
    soon as all cameras are known, the first picture is there, or HOLD_S is over. What the hub
    knows of the same cameras from the grabber before is filled in.
    """

    def __init__(self, hub: BundleHub) -> None:
        self._hub = hub
        # Hello that waits, and the way back to its grabber.
        self._held: tuple[Hello, Callable[[Demand], None]] | None = None
        self._status: Status | None = None  # the newest that came meanwhile
        self._timer: asyncio.TimerHandle | None = None

    def grabber_came(self, hello: Hello, send_demand: Callable[[Demand], None]) -> None:
        """Take the first hello of a connection and the way back to the grabber."""
        self._forget()
        hello = self._with_known(hello)
        if _says_who(hello):
            self._hub.grabber_came(hello, send_demand)
            return
        self._held = hello, send_demand
        self._timer = asyncio.get_running_loop().call_later(HOLD_S, self._release)
        self._hub.demand_from(send_demand)

    def grabber_said_hello(self, hello: Hello) -> None:
        """Take a later hello of the same connection."""
        hello = self._with_known(hello)
        if self._held is None:
            self._hub.grabber_said_hello(hello)
            return
        self._held = hello, self._held[1]
        if _says_who(hello):
            self._release()

    def grabber_sent_status(self, status: Status) -> None:
        """Take the grabber's counters."""
        if self._held is None:
            self._hub.grabber_sent_status(status)
        else:
            self._status = status

    def grabber_sent_bundle(self, bundle: SharedBundle, size: int) -> None:
        """Take a bundle of ``size`` bytes; one without a picture is not worth a hello."""
        if self._held is not None:
            if not any(len(frame.payload) for frame in bundle.bundle.frames):
                return
            self._release()
        self._hub.grabber_sent_bundle(bundle, size)

    def grabber_went(self) -> None:
        """Learn that the connection is over."""
        self._forget()
        self._hub.grabber_went()

    def set_input(self, state: str) -> None:
        """Learn that the grabber is silent ("none") or speaks again ("ok")."""
        if self._held is None:
            self._hub.set_input(state)

    def _release(self) -> None:
        if self._held is not None:
            (hello, send_demand), status = self._held, self._status
            self._forget()
            self._hub.grabber_came(hello, send_demand)
            if status is not None:
                self._hub.grabber_sent_status(status)

    def _forget(self) -> None:
        self._held = self._status = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _with_known(self, hello: Hello) -> Hello:
        known = {(c.name, c.serial): c for c in self._hub.cameras.values()}

        def filled(info: CameraInfo) -> CameraInfo:
            before = known.get((info.name, info.serial))
            if before is None or info.vendor or info.model:
                return info
            return replace(info, vendor=before.vendor, model=before.model)

        return replace(hello, cameras=tuple(map(filled, hello.cameras)))


def _says_who(hello: Hello) -> bool:
    return all(info.vendor or info.model for info in hello.cameras)
