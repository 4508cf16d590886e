"""The newest picture of each camera and view, for viewers that come and for single pictures."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection

import msgspec
from msgspec.structs import replace

from camstrm.bridge.viewers.picture_ages import PictureAges
from camstrm.camera_state import HEALTHY_STATES
from camstrm.wire import MAX_CAMERAS, CameraFrame, FrameBundle

__all__ = ["FRESH_S", "LatestPictures", "ReceivedPicture"]

FRESH_S = 1.0
"""A picture that came longer ago is not shown to a viewer that joins: it would look alive.
The grabber is asked for it again instead, which takes one tick."""


MAX_KEPT = 8 * MAX_CAMERAS
"""Pictures that are kept: a grabber that invents cameras or views must not fill the memory."""


class ReceivedPicture(msgspec.Struct, frozen=True):
    """A camera's picture and when it came (seconds of the monotonic clock)."""

    frame: CameraFrame
    received_s: float


class _Tap:
    """Waits for a bundle with pictures of all of some cameras."""

    def __init__(self, cameras: frozenset[int], complete: asyncio.Future[None]) -> None:
        self.complete = complete
        """Done when such a bundle is there."""
        self.best: FrameBundle | None = None
        """The one with the most pictures so far."""
        self._most = 0
        self._cameras = cameras

    def take(self, bundle: FrameBundle) -> None:
        """Look at a bundle."""
        ours = [f for f in bundle.frames if not f.view and f.camera_index in self._cameras]
        count = sum(bool(len(frame.payload)) for frame in ours)
        if self.complete.done():
            return
        if count > self._most or self.best is None:
            self._most, self.best = count, bundle
        missing = [f for f in ours if not len(f.payload) and f.state in HEALTHY_STATES]
        if count and not missing:
            self.best = bundle
            self.complete.set_result(None)


class LatestPictures:
    """Keeps the newest picture of each camera and view and wakes who waits for the next.

    Both are named by their key (CameraFrame.key), which of a camera is its index. A picture
    keeps the whole bundle in memory that it came with: at most one bundle for each key, of which
    there are MAX_KEPT at most.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.ages = PictureAges()
        """How old pictures and bundles were when they came."""
        self._clock = clock
        self._pictures: dict[int, ReceivedPicture] = {}
        """The newest picture of each camera and view, by its key."""
        self._waiting: dict[int, set[asyncio.Future[None]]] = {}
        """What waits for the next picture, by its key."""
        self._taps: set[_Tap] = set()
        """What waits for a bundle with pictures of several cameras."""

    def add(self, bundle: FrameBundle) -> None:
        """Take over the bundle's pictures."""
        now = self._clock()
        self.ages.add(bundle)
        for tap in self._taps:
            tap.take(bundle)
        for frame in bundle.frames:
            if frame.payload:
                key = frame.key if frame.view else frame.camera_index
                if len(self._pictures) >= MAX_KEPT and key not in self._pictures:
                    continue
                self._pictures[key] = ReceivedPicture(frame, now)
                if self._waiting:
                    for waiter in self._waiting.pop(key, ()):
                        if not waiter.done():
                            waiter.set_result(None)

    def keep_only(self, cameras: Collection[int]) -> None:
        """Forget the pictures of all other cameras."""
        self.ages.keep_only(cameras)
        self._keep(lambda frame: frame.camera_index in cameras)

    def keep_views(self, views: Collection[int]) -> None:
        """Forget the pictures of all other views, given by their ids."""
        self._keep(lambda frame: not frame.view or frame.view in views)

    def get(self, key: int) -> ReceivedPicture | None:
        """Return the newest picture of a camera or view, however old it is."""
        return self._pictures.get(key)

    def fresh(self, key: int) -> bool:
        """Return whether the newest picture of a camera or view is new enough to begin with."""
        picture = self._pictures.get(key)
        return picture is not None and self._clock() - picture.received_s <= FRESH_S

    def completed(self, bundle: FrameBundle) -> FrameBundle:
        """Return ``bundle`` with the fresh pictures of the cameras and views without one in it.

        A picture from before the camera's present state (it was lost, and is open again)
        is left out.
        """
        return replace(bundle, frames=tuple(self._complete(f) for f in bundle.frames))

    def _complete(self, frame: CameraFrame) -> CameraFrame:
        picture = self._pictures.get(frame.key)
        if len(frame.payload) or picture is None or not self.fresh(frame.key):
            return frame
        if 0 < picture.frame.capture_time_us < frame.state_since_us:
            return frame
        return replace(picture.frame, state=frame.state, state_since_us=frame.state_since_us)

    async def next_after(
        self, key: int, received_s: float, timeout_s: float
    ) -> ReceivedPicture | None:
        """Return the first picture that came after ``received_s``; None after ``timeout_s``."""
        picture = self._pictures.get(key)
        if picture is not None and picture.received_s > received_s:
            return picture
        waiter = asyncio.get_running_loop().create_future()
        waiting = self._waiting.setdefault(key, set())
        waiting.add(waiter)
        try:
            await asyncio.wait_for(waiter, timeout_s)
        except asyncio.TimeoutError:
            return None
        finally:
            waiting.discard(waiter)
        return self._pictures.get(key)

    async def next_bundle(self, cameras: Collection[int], timeout_s: float) -> FrameBundle | None:
        """Return the first bundle from now on in which no picture of these cameras is missing.

        A camera that is not healthy needs none. After ``timeout_s`` the bundle with the most of
        them, None if none came.
        """
        tap = _Tap(frozenset(cameras), asyncio.get_running_loop().create_future())
        self._taps.add(tap)
        try:
            await asyncio.wait_for(tap.complete, timeout_s)
        except asyncio.TimeoutError:
            pass
        finally:
            self._taps.discard(tap)
        return tap.best

    def _keep(self, wanted: Callable[[CameraFrame], bool]) -> None:
        self._pictures = {key: p for key, p in self._pictures.items() if wanted(p.frame)}
