"""Which part of a camera's frame is on the screen, and how large: plain geometry. No Qt.

"Frame" is counted in the camera's pixels, "stage" in pixels of the place where the picture is
shown. "Picture" is the frame as it is turned for the person who looks at it. The page has the
same in viewport.js; tests/vectors/viewport/zoom.json and tests/vectors/viewing/orientation.json
hold both to it.
"""

from __future__ import annotations

from client_qt.model.orientation import UPRIGHT, Orientation, Rectangle

__all__ = ["Rectangle", "Viewport"]

MAX_SCALE = 40.0
"""Pixels of the stage for one of the camera's at most: single ones are easily distinguished."""


class Viewport:
    """What of a frame is shown on a stage. Used by the UI thread alone.

    Places and sizes of the stage are in logical pixels, those of the frame in the sensor's.
    """

    def __init__(self) -> None:
        self.fits = True
        """The whole frame is shown as large as the stage allows, whatever size either has."""
        self._stage = (0.0, 0.0)
        self._frame = (0, 0)
        self._scale = 1.0
        """Pixels of the stage for one of the frame; only while it does not fit."""
        self._centre = (0.0, 0.0)
        """What of the picture is in the middle of the stage; only while it does not fit."""
        self._orientation = UPRIGHT

    def set_stage(self, width: float, height: float) -> None:
        self._stage = (width, height)
        self._clamp()

    def set_frame(self, width: int, height: int) -> None:
        """Take the camera's size; with another one the whole frame is shown."""
        if (width, height) != self._frame:
            self._frame = (width, height)
            self.fits = True

    def set_orientation(self, orientation: Orientation) -> None:
        """Turn the picture; what was in the middle stays there."""
        if orientation == self._orientation:
            return
        middle = self._orientation.to_sensor(*self._centre, self._frame)
        self._orientation = orientation
        self._centre = orientation.to_picture(*middle, self._frame)
        self._clamp()

    @property
    def orientation(self) -> Orientation:
        """How the picture is turned."""
        return self._orientation

    @property
    def picture(self) -> tuple[int, int]:
        """Width and height of the picture, as it is turned."""
        return self._orientation.size(*self._frame)

    @property
    def frame(self) -> tuple[int, int]:
        """Width and height of the camera's frame, 0 while they are not known."""
        return self._frame

    @property
    def known(self) -> bool:
        """Nothing can be placed before both sizes are known."""
        return min(*self._frame, *self._stage) > 0

    @property
    def scale(self) -> float:
        """Pixels of the stage for one of the frame."""
        return self._fitting if self.fits else self._scale

    @property
    def visible(self) -> Rectangle:
        """The part of the frame that is on the stage."""
        (width, height), last = self.picture, self._picture_at(*self._stage)
        first = self._picture_at(0, 0)
        x, y = max(0.0, first[0]), max(0.0, first[1])
        part = Rectangle(x, y, min(width, last[0]) - x, min(height, last[1]) - y)
        return self._orientation.part_to_sensor(part, self._frame)

    def fit(self) -> None:
        """Show the whole frame."""
        self.fits = True

    def zoom_by(self, factor: float, x: float | None = None, y: float | None = None) -> None:
        """Enlarge ``factor`` times; what is at x, y of the stage (None: its middle) stays there.

        Making it smaller ends where the whole frame fits.
        """
        if not self.known:
            return
        fitting, scale = self._fitting, min(MAX_SCALE, self.scale * factor)
        if factor < 1 and scale <= fitting <= self.scale:
            self.fit()
            return
        if factor < 1:
            scale = max(scale, min(fitting, self.scale))
        self.zoom_to(scale, x, y)

    def zoom_to(self, scale: float, x: float | None = None, y: float | None = None) -> None:
        """As :meth:`zoom_by`, to ``scale`` pixels of the stage for one of the frame."""
        if not self.known:
            return
        middle = self._stage[0] / 2, self._stage[1] / 2
        x, y = middle[0] if x is None else x, middle[1] if y is None else y
        there = self._picture_at(x, y)
        self.fits = False
        self._scale = scale
        self._centre = there[0] - (x - middle[0]) / scale, there[1] - (y - middle[1]) / scale
        self._clamp()

    def pan_by(self, dx: float, dy: float) -> None:
        """Move the picture by pixels of the stage."""
        if self.fits:
            return
        self._centre = self._centre[0] - dx / self._scale, self._centre[1] - dy / self._scale
        self._clamp()

    def frame_at(self, x: float, y: float) -> tuple[float, float]:
        """Return what of the frame is at x, y of the stage."""
        return self._orientation.to_sensor(*self._picture_at(x, y), self._frame)

    def stage_at(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point of the frame is on the stage."""
        across, down = self._orientation.to_picture(x, y, self._frame)
        (left, top), scale = self._origin, self.scale
        return left + across * scale, top + down * scale

    def place(self, part: Rectangle) -> Rectangle:
        """Return where a part of the frame is on the stage."""
        part = self._orientation.part_to_picture(part, self._frame)
        (left, top), scale = self._origin, self.scale
        return Rectangle(
            left + part.x * scale, top + part.y * scale, part.width * scale, part.height * scale
        )

    def _picture_at(self, x: float, y: float) -> tuple[float, float]:
        """Return what of the picture is there on the stage."""
        (left, top), scale = self._origin, self.scale
        return (x - left) / scale, (y - top) / scale

    @property
    def _fitting(self) -> float:
        width, height = self.picture
        return min(self._stage[0] / width, self._stage[1] / height)

    @property
    def _origin(self) -> tuple[float, float]:
        """Where the picture's first pixel is on the stage."""
        scale, (width, height) = self.scale, self.picture
        centre = (width / 2, height / 2) if self.fits else self._centre
        return self._stage[0] / 2 - centre[0] * scale, self._stage[1] / 2 - centre[1] * scale

    def _clamp(self) -> None:
        """Let the frame cover the place where it fits as a whole.

        Enlarging it at any point of it keeps to that by itself, so that the point need not move.
        """
        if self.fits or not self.known:
            return
        part, (width, height) = self._fitting / self._scale, self.picture
        self._centre = (
            _clamped(self._centre[0], part, width),
            _clamped(self._centre[1], part, height),
        )


def _clamped(centre: float, part: float, size: int) -> float:
    """Return the centre with which ``part`` of ``size`` covers the place."""
    if part >= 1:
        return size / 2
    half = part * size / 2
    return min(max(centre, half), size - half)
