"""How a camera's picture is turned when it is drawn. No Qt.

Points and rectangles are always those of the sensor; only the place on the screen knows of the
orientation. "Picture" is what a person sees, in the sensor's pixels. The page has the same in
model/orientation.js; tests/vectors/viewing/orientation.json holds both to it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["UPRIGHT", "Orientation", "Rectangle", "nearest_quarter", "orientation_of"]


@dataclass(frozen=True)
class Rectangle:
    """A part of the frame or of the stage; corners need not be whole pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Orientation:
    """``rotation`` in degrees clockwise, after ``mirror`` left to right."""

    rotation: int = 0
    """0, 90, 180 or 270; see :func:`nearest_quarter` for other numbers."""
    mirror: bool = False

    def then(self, following: Orientation) -> Orientation:
        """Return this one, and ``following`` on what is seen then."""
        turned = -self.rotation if following.mirror else self.rotation
        rotation = (following.rotation + turned) % 360
        return Orientation(rotation, self.mirror != following.mirror)

    def rotated(self, degrees: int) -> Orientation:
        """Return what is seen, turned clockwise once more."""
        return self.then(Orientation(nearest_quarter(degrees)))

    def mirrored(self) -> Orientation:
        """Return what is seen, mirrored left to right."""
        return self.then(Orientation(0, True))

    @property
    def swaps(self) -> bool:
        """Width and height change places."""
        return self.rotation in (90, 270)

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Return the size of the picture that is seen of a sensor of this size."""
        return (height, width) if self.swaps else (width, height)

    def to_picture(self, x: float, y: float, sensor: tuple[int, int]) -> tuple[float, float]:
        """Return where a point of the sensor is in the picture."""
        width, height = sensor
        across = width - x if self.mirror else x
        if self.rotation == 90:
            return height - y, across
        if self.rotation == 180:
            return width - across, height - y
        if self.rotation == 270:
            return y, width - across
        return across, y

    def to_sensor(self, x: float, y: float, sensor: tuple[int, int]) -> tuple[float, float]:
        """Return the point of the sensor that is there in the picture."""
        width, height = sensor
        across, down = {
            0: (x, y),
            90: (y, height - x),
            180: (width - x, height - y),
            270: (width - y, x),
        }[self.rotation]
        return (width - across if self.mirror else across), down

    def part_to_picture(self, part: Rectangle, sensor: tuple[int, int]) -> Rectangle:
        """Return where a part of the sensor is in the picture."""
        far = part.x + part.width, part.y + part.height
        return _between(self.to_picture(part.x, part.y, sensor), self.to_picture(*far, sensor))

    def part_to_sensor(self, part: Rectangle, sensor: tuple[int, int]) -> Rectangle:
        """Return the part of the sensor that is there in the picture."""
        far = part.x + part.width, part.y + part.height
        return _between(self.to_sensor(part.x, part.y, sensor), self.to_sensor(*far, sensor))

    def step_to_sensor(self, dx: float, dy: float) -> tuple[float, float]:
        """Return a movement on the screen as one on the sensor."""
        return self.to_sensor(dx, dy, (0, 0))


UPRIGHT = Orientation()
"""As the camera gives it."""


def orientation_of(configured: Orientation, mine: Orientation) -> Orientation:
    """Return what the configuration says for everybody, and what this person adds to it."""
    return configured.then(mine)


def nearest_quarter(degrees: float) -> int:
    """Return the nearest of 0, 90, 180 and 270; 0 for what is no number."""
    if not math.isfinite(degrees):
        return 0
    return math.floor(degrees / 90 + 0.5) * 90 % 360


def _between(a: tuple[float, float], b: tuple[float, float]) -> Rectangle:
    """Whichever corners they are."""
    return Rectangle(min(a[0], b[0]), min(a[1], b[1]), abs(a[0] - b[0]), abs(a[1] - b[1]))
