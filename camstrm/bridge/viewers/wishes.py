"""Wish: a view that a viewer asked for, as it can be made, or why it cannot."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from camstrm.bridge.viewers.view_places import ViewPlaces
from camstrm.wire import GrantedView, Region, View, rounded

__all__ = ["Wish", "resolved", "too_many"]


class Wish(NamedTuple):
    """``view`` is what is made for it and ``number`` its id; None and 0: ``problem`` says why."""

    camera: int
    view: View | None = None
    number: int = 0
    problem: str = ""

    def answer(self, places: ViewPlaces, most: int) -> GrantedView:
        """Return what the viewer is answered when the places are given."""
        if self.view is None:
            return GrantedView(0, self.camera, refused=self.problem)
        holder = places.get(self.number)
        if holder == self.view:
            return GrantedView(self.number, self.camera, self.view.region)
        if holder is not None:
            why = "another view that is watched has the same number: ask for one that differs a bit"
        else:
            why = f"{most} different views are watched already (stream.max_views)"
        return GrantedView(0, self.camera, refused=why)


def resolved(
    asked: View,
    cameras: Collection[int] | None,
    most: int,
    sizes: Mapping[int, tuple[int, int]],
) -> Wish:
    """Return what a wish comes to with these ``cameras`` (None: not known yet).

    ``most``: views that the grabber makes; ``sizes``: width and height of the cameras' frames,
    where they are known.
    """
    camera = asked.camera
    if cameras is None:
        return Wish(camera, problem="no grabber is connected yet, so there are no cameras")
    if camera not in cameras:
        known = ", ".join(map(str, sorted(cameras))) or "none"
        return Wish(camera, problem=f"there is no camera {camera}; there are: {known}")
    if not most:
        return Wish(camera, problem="the grabber makes no views (stream.max_views is 0)")
    view = rounded(asked)
    if view.region is not None and camera in sizes:
        region = _clipped(view.region, *sizes[camera])
        if region is None:
            width, height = sizes[camera]
            x, y = view.region.x, view.region.y
            problem = f"the region begins at {x}, {y}, outside of the picture of {width}x{height}"
            return Wish(camera, problem=problem)
        view = replace(view, region=region)
    return Wish(camera, view, view.id)


def too_many(asked: View, most: int) -> GrantedView:
    """Return the answer to a wish beyond the number that a viewer may have."""
    return GrantedView(0, asked.camera, refused=f"a viewer can watch {most} views at most")


def _clipped(region: Region, width: int, height: int) -> Region | None:
    """Return the part of a region within a picture; None if there is none."""
    right = min(region.x + region.width, width)
    bottom = min(region.y + region.height, height)
    if right <= region.x or bottom <= region.y:
        return None
    return Region(region.x, region.y, right - region.x, bottom - region.y)
