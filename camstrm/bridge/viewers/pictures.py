"""The newest picture of each camera and view, for viewers that come and for single pictures."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection

import msgspec
from msgspec.structs import replace

from camstrm.wire import CameraFrame, FrameBundle

__all__ = ["FRESH_S", "LatestPictures", "ReceivedPicture"]

FRESH_S = 1.0
"""A picture that came longer ago is not shown to a viewer that joins: it would look alive.
The grabber is asked for it again instead, which takes one tick."""


class ReceivedPicture(msgspec.Struct, frozen=True):
    """A camera's picture and when it came (seconds of the monotonic clock)."""

    frame: CameraFrame
    received_s: float


class LatestPictures:
    """Keeps the newest picture of each camera and view and wakes who waits for the next.

    Both are named by their key (CameraFrame.key), which of a camera is its index. A picture
    keeps the whole bundle in memory that it came with: at most one bundle for each key.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pictures: dict[int, ReceivedPicture] = {}
        """The newest picture of each camera and view, by its key."""
        self._waiting: dict[int, set[asyncio.Future[None]]] = {}
        """Who waits for the next picture, by its key."""

    def add(self, bundle: FrameBundle) -> None:
        """Take over the bundle's pictures."""
        now = self._clock()
        for frame in bundle.frames:
            if frame.payload:
                key = frame.key if frame.view else frame.camera_index
                self._pictures[key] = ReceivedPicture(frame, now)
                if self._waiting:
                    for waiter in self._waiting.pop(key, ()):
                        if not waiter.done():
                            waiter.set_result(None)

    def keep_only(self, cameras: Collection[int]) -> None:
        """Forget the pictures of all other cameras."""
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

    def _keep(self, wanted: Callable[[CameraFrame], bool]) -> None:
        self._pictures = {key: p for key, p in self._pictures.items() if wanted(p.frame)}
