"""The union of demands: what has to be made so that each of several readers gets what it wants."""

from __future__ import annotations

from collections.abc import Iterable

from camstrm.wire.messages import Demand


def union(demands: Iterable[Demand]) -> Demand:
    """Return the cameras that anybody wants, at the highest rate that anybody wants.

    A demand for no cameras counts for nothing.
    """
    wanted = [demand for demand in demands if demand.cameras != ()]
    if not wanted:
        return Demand(cameras=())
    cameras: set[int] | None = set()
    max_fps: float | None = 0.0
    for demand in wanted:
        if cameras is not None:
            cameras = None if demand.cameras is None else cameras.union(demand.cameras)
        if max_fps is not None:
            max_fps = None if demand.max_fps is None else max(max_fps, demand.max_fps)
    return Demand(
        cameras=None if cameras is None else tuple(sorted(cameras)),
        max_fps=max_fps,
        refresh=any(demand.refresh for demand in wanted),
    )
