"""Bundle: the newest pictures of all cameras at one moment, by the cameras' names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from camstrm.camera_state import CameraState
from camstrm.client.picture import Picture
from camstrm.client.wish import ViewWish

__all__ = ["Bundle"]


class Bundle(Mapping[str, Picture]):
    """The pictures of one tick of the server, by camera.

    Holds the cameras that have a picture in it: one slower than the stream, or one that is lost,
    is not in each bundle (``"left" in bundle``, ``bundle.get("left")``).
    """

    def __init__(
        self,
        seq: int,
        timestamp_us: int,
        pictures: dict[str, Picture],
        states: dict[str, int],
        views: dict[ViewWish, Picture],
    ) -> None:
        self.seq = seq
        """Number of the bundle in this run of the grabber; jumps where bundles were dropped."""
        self.timestamp_us = timestamp_us
        """Server time of the tick, microseconds of UTC."""
        self.states = states
        """State of every camera by its name, also of those without a picture."""
        self.views = views
        """New pictures of the views that were asked for, by the wish."""
        self._pictures = pictures

    def __getitem__(self, camera: str) -> Picture:
        try:
            return self._pictures[camera]
        except KeyError:
            raise KeyError(self._why_not(camera)) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._pictures)

    def __len__(self) -> int:
        return len(self._pictures)

    def __repr__(self) -> str:
        return f"<Bundle {self.seq} of {', '.join(self._pictures) or 'no pictures'}>"

    def _why_not(self, camera: str) -> str:
        state = self.states.get(camera)
        if state is None:
            return f"no camera {camera!r} here, only {', '.join(self.states) or 'none'}"
        if state == CameraState.STREAMING:
            return f"camera {camera!r} has no new picture in this bundle"
        word = CameraState(state).name.lower() if state in list(CameraState) else f"state {state}"
        return f"camera {camera!r} has no picture: {word.replace('_', ' ')}"
