"""The union of demands: what has to be made so that each of several readers gets what it wants."""

from __future__ import annotations

from collections.abc import Iterable

from camstrm.wire.messages import Demand
from camstrm.wire.views import View


def union(demands: Iterable[Demand]) -> Demand:
    """Return the cameras and views that anybody wants, at the highest rate that anybody wants.

    A demand for nothing counts for nothing. Views are sorted by camera and id, and none is there
    twice.
    """
    wanted = [demand for demand in demands if not demand.empty]
    if not wanted:
        return Demand(cameras=())
    cameras: set[int] | None = set()
    max_fps: float | None = 0.0
    views: dict[tuple[int, int], View] = {}
    for demand in wanted:
        if cameras is not None:
            cameras = None if demand.cameras is None else cameras.union(demand.cameras)
        if max_fps is not None:
            max_fps = None if demand.max_fps is None else max(max_fps, demand.max_fps)
        views |= {(view.camera, view.id): view for view in demand.views}
    return Demand(
        cameras=None if cameras is None else tuple(sorted(cameras)),
        max_fps=max_fps,
        refresh=any(demand.refresh for demand in wanted),
        views=tuple(views[number] for number in sorted(views)),
    )
