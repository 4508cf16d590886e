"""Which view a tile asks for: the part on the screen, or a small whole picture. No Qt.

Wishes are rounded as the server does (FORMAT.md, section 4), so that what changes nothing there
is not asked for again. The page has the same in view_wish.js.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from camstrm.wire import Region, View
from camstrm.wire.views import GRID, SIZES
from client_qt.model.viewport import Viewport

__all__ = ["ShownPicture", "SmallPicture", "region_wish", "small_wish"]

_PARTS = 16
"""Parts of the region that it moves by, at most: while it moves, few views are asked for."""

_ENOUGH = 0.95
"""The picture that is there does if it has so much of the resolution that the screen could show."""

_SINGLE_PIXELS = 2
"""From so many pixels of the screen for one of the camera on, a person looks at single ones."""

_FINE_QUALITY = 95
"""JPEG quality at which single pixels have their own values."""

_WORTH_IT = 0.8
"""A smaller picture must be smaller than the whole one by this factor."""

_SETTLED_S = 0.4
"""A place has one size for so long before a picture of that size is asked for."""

_SLACK = 1.15
"""A tile must have room to grow by this factor before a smaller size than the last does for it."""


@dataclass(frozen=True)
class ShownPicture:
    """Pixels of the newest whole picture, and of the camera's frame."""

    width: int
    height: int
    frame_width: int
    frame_height: int


def region_wish(
    camera: int, viewport: Viewport, pixel_ratio: float, have: ShownPicture | None
) -> View | None:
    """Return the part in view, at no more pixels than the screen has for it.

    Finely where each pixel can be seen. None: what is there does. ``pixel_ratio``: the screen's
    pixels for one of the stage.
    """
    if viewport.fits or not viewport.known or have is None:
        return None
    enlarged = viewport.scale * pixel_ratio
    wanted, fine = min(1.0, enlarged), enlarged >= _SINGLE_PIXELS
    if have.width >= _ENOUGH * wanted * have.frame_width and not fine:
        return None
    visible = viewport.visible
    left, right = _outwards(visible.x, visible.width, have.frame_width)
    top, bottom = _outwards(visible.y, visible.height, have.frame_height)
    if right <= left or bottom <= top:
        return None
    width, height = right - left, bottom - top
    return View(
        camera,
        Region(left, top, width, height),
        rounded_side(width * wanted),
        rounded_side(height * wanted),
        _FINE_QUALITY if fine else None,
    )


def small_wish(
    camera: int,
    shown: tuple[int, int],
    usual: tuple[int, int] | None,
    before: View | None,
    reduced: int,
) -> View | None:
    """Return a small whole picture for a place of ``shown`` of the screen's pixels.

    None: the usual one. ``usual``: size of the usual one, ``before``: what was asked for last.
    ``reduced`` as in the status of this viewer.
    """
    if usual is None or min(shown) <= 0:
        return None
    width = _steady_side(shown[0], None if before is None else before.max_width)
    height = _steady_side(shown[1], None if before is None else before.max_height)
    if 0 < reduced <= max(width, height):
        return None  # the server sends smaller ones than these already
    ratio = min(width / usual[0], height / usual[1])
    return View(camera, None, width, height) if ratio <= _WORTH_IT else None


class SmallPicture:
    """The small whole picture that one place asks for. Used by the UI thread alone."""

    def __init__(self, camera: int) -> None:
        self._camera = camera
        self.wish: View | None = None
        """What is asked for now; None: the usual picture."""
        self._seen: tuple[object, ...] = ()
        """What the last call of settle was given."""
        self._since_s = float("-inf")
        """Since when settle has been given the same."""

    def settle(
        self, shown: tuple[int, int], usual: tuple[int, int] | None, reduced: int, now: float
    ) -> None:
        """Let the wish follow what :func:`small_wish` says, when it has been so for a while.

        To be called again and again; ``now`` in monotonic seconds.
        """
        seen = shown, usual, reduced
        if seen != self._seen:
            self._seen, self._since_s = seen, now
        elif now - self._since_s >= _SETTLED_S:
            self.wish = small_wish(self._camera, shown, usual, self.wish, reduced)


def rounded_side(side: float) -> int:
    """Return the side rounded up to what the server makes."""
    return next((size for size in SIZES if size >= side), math.ceil(side))


def _outwards(start: float, size: float, end: int) -> tuple[int, int]:
    grid = GRID
    while grid * _PARTS < size:
        grid *= 2
    first = math.floor(start / grid) * grid
    return first, min(end, math.ceil((start + size) / grid) * grid)


def _steady_side(side: int, before: int | None) -> int:
    """Return a size that does not flap."""
    following = rounded_side(side)
    if before is None or following >= before:
        return following
    return following if rounded_side(side * _SLACK) < before else before
