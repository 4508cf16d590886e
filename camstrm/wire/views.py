"""Views: what is encoded of a camera beside, or instead of, its whole picture.

A wish is rounded so that viewers share encodings, and equal views have equal ids in every
process, without anybody handing them out.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections import Counter
from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta, Struct

from camstrm.camera_state import Count

GRID = 8
"""Pixels. Corners of a region are multiples of it: no packing and no cell of colours is cut."""

SIZES = (80, 160, 240, 320, 480, 640, 800, 960, 1280, 1600, 1920, 2560, 3840, 5120, 7680)
"""Sides in pixels that ``max_width`` and ``max_height`` are rounded up to."""

QUALITIES = (40, 60, 80, 90, 95)
"""JPEG qualities that ``quality`` is rounded up to."""

MAX_SIDE = 65500
"""Pixels: the largest JPEG."""

SMALL_SIDE = 640
"""Pixels. A whole picture that is not larger is cheap to make and to send (tiles, slow links)."""

MAX_SMALL_VIEWS = 6
"""Small whole pictures of one camera beside the views that are counted: one of each size."""

Side = Annotated[int, Meta(ge=1, le=MAX_SIDE)]
Position = Annotated[int, Meta(ge=0, le=MAX_SIDE)]
Quality = Annotated[int, Meta(ge=1, le=100)]

_ID = struct.Struct("<9I")


class Region(Struct, frozen=True, array_like=True):
    """A part of the camera's frame in its pixels; on the wire [x, y, width, height]."""

    x: Position
    y: Position
    width: Side
    height: Side


class View(Struct, frozen=True, omit_defaults=True):
    """What a viewer wants to see of a camera.

    ``region``: None for the whole picture. The picture is scaled down to fit ``max_width`` and
    ``max_height`` and never enlarged; None: the stream's limits. ``quality``: of the JPEG at
    most, None: the stream's.
    """

    camera: Count
    region: Region | None = None
    max_width: Side | None = None
    max_height: Side | None = None
    quality: Quality | None = None

    @property
    def id(self) -> int:
        """Number of this view, 1 to 4294967295: the same for equal views.

        The same for two others once in four billion pairs; whatever collects views refuses the
        second of them.
        """
        region = self.region
        numbers = (region.x, region.y, region.width, region.height) if region else (0, 0, 0, 0)
        limits = self.max_width or 0, self.max_height or 0, self.quality or 0
        packed = _ID.pack(self.camera & 0xFFFFFFFF, region is not None, *numbers, *limits)
        return zlib.crc32(packed) or 1

    @property
    def key(self) -> int:
        """The key of its entries in bundles (:attr:`CameraFrame.key`)."""
        return self.id << 16 | self.camera

    @property
    def small(self) -> bool:
        """Whether it is a small whole picture by both limits; ``stream.max_views`` counts none."""
        sides = self.max_width or MAX_SIDE, self.max_height or MAX_SIDE
        return self.region is None and max(sides) <= SMALL_SIDE


def admitted(views: Iterable[View], max_views: int) -> tuple[View, ...]:
    """Return the views that are made at the same time, different ones, the first first.

    At most ``max_views`` of all cameras, and MAX_SMALL_VIEWS small whole pictures of each camera
    beside them. Two views of one id would be one to whoever looks: the second one is left out.
    Bridge and grabber decide by this, so that a view that the bridge has granted is made.
    """
    chosen: dict[int, View] = {}
    counted = 0
    small: Counter[int] = Counter()
    for view in views:
        if view.id in chosen:
            continue
        if view.small and small[view.camera] < MAX_SMALL_VIEWS:
            small[view.camera] += 1
        elif counted < max_views:
            counted += 1
        else:
            continue
        chosen[view.id] = view
    return tuple(chosen.values())


def rounded(view: View) -> View:
    """Return the view that is made for a wish: at least what was asked for, on the common grid."""
    region = view.region
    if region is not None:
        x, y = region.x - region.x % GRID, region.y - region.y % GRID
        right = min(_up(region.x + region.width), MAX_SIDE)
        bottom = min(_up(region.y + region.height), MAX_SIDE)
        region = Region(x, y, right - x, bottom - y)
    return View(
        view.camera,
        region,
        _step(view.max_width, SIZES),
        _step(view.max_height, SIZES),
        _step(view.quality, QUALITIES),
    )


def clipped(region: Region | None, width: int, height: int) -> Region | None:
    """Return what a view with ``region`` shows of a frame of ``width`` x ``height`` pixels.

    The region is enlarged to multiples of GRID and ends at the frame's edges; None: nothing of it
    is inside the frame. Without a region all of the frame is shown.
    """
    if region is None:
        return Region(0, 0, width, height) if min(width, height) > 0 else None
    x, y = region.x - region.x % GRID, region.y - region.y % GRID
    right = min(_up(region.x + region.width), width)
    bottom = min(_up(region.y + region.height), height)
    return Region(x, y, right - x, bottom - y) if x < right and y < bottom else None


def _up(edge: int) -> int:
    return math.ceil(edge / GRID) * GRID


def _step(wanted: int | None, steps: tuple[int, ...]) -> int | None:
    if wanted is None:
        return None
    return next((step for step in steps if step >= wanted), wanted)
