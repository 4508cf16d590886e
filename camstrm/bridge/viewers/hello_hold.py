"""HelloHold: a grabber's first hello waits until it says who the cameras are.

A grabber that has just started knows names and serial numbers; vendor and model come with its
producers' device lists, about a second later, before any picture. Viewers would get all
cameras twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from msgspec.structs import replace

from camstrm.bridge.viewers.bundle_hold import BundleHold
from camstrm.bridge.viewers.hub import BundleHub
from camstrm.bridge.viewers.shared_bundle import SharedBundle
from camstrm.wire import Call, CameraInfo, Demand, FrameBundle, Hello, Status
from camstrm.wire.messages import cut_name

__all__ = ["HelloHold"]

HOLD_S = 1.5
"""Longest wait in seconds: of a camera that is not there nobody knows vendor and model."""


class HelloHold:
    """Stands between the grabber's connection and the hub (a FeedSink).

    The demand goes to the grabber at once, so nothing starts later. The hello is passed on as
    soon as all cameras are known, the first picture is there, or HOLD_S is over. What the hub
    knows of the same cameras from the grabber before is filled in. Bundles go through a
    BundleHold. Belongs to the bridge's event loop.
    """

    def __init__(self, hub: BundleHub) -> None:
        self._hub = hub
        self._bundles = BundleHold(self._bundle_is_due, hub.counters)
        self.grabber_caught_up = self._bundles.release
        self.grabber_replied = hub.calls.replied
        self.grabber_sent_data = hub.calls.data_came
        # Hello that waits, and the way back to its grabber.
        self._held: tuple[Hello, Callable[[Demand | Call], bool]] | None = None
        self._status: Status | None = None  # the newest that came meanwhile
        self._timer: asyncio.TimerHandle | None = None  # runs while a hello is held

    def grabber_came(self, hello: Hello, send: Callable[[Demand | Call], bool]) -> None:
        self._forget()
        # The one before it may have the place no more without having gone.
        self._hub.calls.grabber_went()
        hello = self._with_known(hello)
        if _says_who(hello):
            self._hub.grabber_came(hello, send)
            return
        self._held = hello, send
        self._timer = asyncio.get_running_loop().call_later(HOLD_S, self._release)
        self._hub.demand_from(send)

    def grabber_said(self, message: Hello | Status) -> None:
        if isinstance(message, Hello):
            self._bundles.release()  # it belongs to what was said before
            self._hello_again(self._with_known(message))
        elif self._held is None:
            self._hub.grabber_sent_status(message)
        else:
            self._status = message

    def grabber_sent(self, bundle: FrameBundle, data: memoryview) -> None:
        self._bundles.hold(SharedBundle(bundle, data), len(data))

    def grabber_went(self) -> None:
        self._forget()
        self._hub.grabber_went()

    def set_input(self, state: str) -> None:
        if self._held is None:
            self._hub.set_input(state)

    def _hello_again(self, hello: Hello) -> None:
        if self._held is None:
            self._hub.grabber_said_hello(hello)
            return
        self._held = hello, self._held[1]
        if _says_who(hello):
            self._release()

    def _bundle_is_due(self, bundle: SharedBundle, size: int) -> None:
        if self._held is not None:
            if not bundle.pictures:
                return  # not worth a hello
            self._release()
        self._hub.grabber_sent_bundle(bundle, size)

    def _release(self) -> None:
        if self._held is not None:
            (hello, send), status = self._held, self._status
            self._forget_hello()
            self._hub.grabber_came(hello, send)
            if status is not None:
                self._hub.grabber_sent_status(status)

    def _forget(self) -> None:
        self._bundles.forget()
        self._forget_hello()

    def _forget_hello(self) -> None:
        self._held = self._status = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _with_known(self, hello: Hello) -> Hello:
        """Return the hello as viewers may have it: names cut, those of makers filled in."""
        known = {(c.name, c.serial): c for c in self._hub.cameras.values()}

        def filled(info: CameraInfo) -> CameraInfo:
            before = known.get((info.name, info.serial))
            if before is None or info.vendor or info.model:
                return info
            return replace(info, vendor=before.vendor, model=before.model)

        cameras = tuple(filled(info.cut()) for info in hello.cameras)
        return replace(
            hello, session=cut_name(hello.session), server=cut_name(hello.server), cameras=cameras
        )


def _says_who(hello: Hello) -> bool:
    return all(info.vendor or info.model for info in hello.cameras)
