"""What a client wants to get of a server, by the names of the cameras."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from camstrm.wire import CameraInfo, Region, Subscribe, View

__all__ = ["ViewWish", "Wishes"]


@dataclass(frozen=True)
class ViewWish:
    """A part of a camera's picture, or a smaller one.

    ``region``: (x, y, width, height) in pixels of the camera's frame, None for the whole
    picture; it is rounded outward to multiples of 8. The picture is scaled down to fit
    ``max_width`` and ``max_height`` (None: the stream's limits) and never enlarged.
    ``quality``: of the JPEG, 1 to 100, None: the stream's.
    """

    camera: str
    region: tuple[int, int, int, int] | None = None
    max_width: int | None = None
    max_height: int | None = None
    quality: int | None = None

    def view(self, index: int) -> View:
        """Return the wish for the camera with this index as it is sent."""
        region = None if self.region is None else Region(*self.region)
        return View(index, region, self.max_width, self.max_height, self.quality)


@dataclass(frozen=True)
class Wishes:
    """All that a client wants: whole pictures of ``cameras`` (None: of all), and ``views``.

    ``reduce``: smaller pictures while less than one bundle a second can be taken.
    """

    cameras: tuple[str, ...] | None = None
    max_fps: float | None = None
    views: tuple[ViewWish, ...] = ()
    reduce: bool = False

    def subscribe(self, cameras: Sequence[CameraInfo]) -> tuple[Subscribe, tuple[ViewWish, ...]]:
        """Return the message for a server with these cameras, and the wishes for views in it.

        Cameras that the server does not have are left out: they may come later.
        """
        index = {camera.name: camera.index for camera in cameras}
        wanted = None
        if self.cameras is not None:
            wanted = tuple(index[name] for name in self.cameras if name in index)
        views = tuple(wish for wish in self.views if wish.camera in index)
        sent = tuple(wish.view(index[wish.camera]) for wish in views)
        return Subscribe(wanted, self.max_fps, sent, self.reduce), views
