"""What one view has to show: the newest picture of the whole frame, and of a part of it."""

from __future__ import annotations

from collections.abc import Callable

from camstrm.wire import CameraFrame
from client_qt.model.freeze import Freeze
from client_qt.model.viewport import Viewport
from client_qt.session.picture import DecodedPicture
from client_qt.widgets.picture_area import PicturePart

__all__ = ["ShownPictures"]

_LATE_PART_S = 0.5
"""A part that has not come for so long after a newer whole picture is not shown any more."""


class ShownPictures:
    """Both stand still while they are frozen. Used by the UI thread alone."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.whole: DecodedPicture | None = None
        """The newest one; stays when the camera is lost."""
        self.frame: CameraFrame | None = None
        """What came with it."""
        self.part: PicturePart | None = None
        """The newest picture of a part that was zoomed in on; None while the whole is shown."""
        self.freeze = Freeze()
        """Whether they stand still because the person wants it."""
        self._clock = clock
        """Monotonic time in seconds."""
        self._overtaken_at: float | None = None
        """When a newer whole picture was there than the part shows; None: none is."""

    def take(self, picture: DecodedPicture | None, frame: CameraFrame | None) -> bool:
        """Take a whole picture, None: there is none any more; return whether it is to be shown."""
        if picture is None:
            self.freeze.release()
        elif not self.freeze.takes():
            return False
        self.whole, self.frame = picture, frame
        if frame is not None and self.part is not None and self._overtaken_at is None:
            newer = self.part.capture_time_us < frame.capture_time_us
            self._overtaken_at = self._clock() if newer else None
        return True

    def take_part(self, frame: CameraFrame, picture: DecodedPicture) -> bool:
        """Take the picture of a part; return whether it is to be shown."""
        if self.freeze.frozen:
            return False
        self.part = PicturePart(frame, picture)
        self._overtaken_at = None
        return True

    def present_part(self, viewport: Viewport) -> PicturePart | None:
        """Return the part that is drawn over the whole picture; None: none is."""
        part = self.part
        if viewport.fits or part is None or part.frame_size != viewport.frame:
            return None
        if self.freeze.frozen:
            return part
        late_since = self._overtaken_at
        in_time = late_since is None or self._clock() - late_since < _LATE_PART_S
        return part if in_time else None
