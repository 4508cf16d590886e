"""A BundleLoop on links that the test answers for."""

from __future__ import annotations

from typing import Any

from camstrm.config import StreamSettings
from camstrm.grab.bundle_loop import BundleLoop
from camstrm.wire import Demand, FrameBundle
from tests.fakes.clock import START_NS
from tests.fakes.grabber.grab_links import FakeLink, FakeSupervisor
from tests.fakes.manual_loop import ManualLoop

ALL = Demand(cameras=None)
FPS = 20.0
PERIOD = 1 / FPS


class Rig:
    """A BundleLoop at 20 fps on links that answer when told to."""

    def __init__(self, *links: FakeLink, max_mbit: float = 0.0, max_views: int = 8) -> None:
        self.loop = ManualLoop()
        self.links = links
        self.supervisor = FakeSupervisor(*links)
        self.sent: list[FrameBundle] = []
        supervisor: Any = self.supervisor
        stream = StreamSettings(fps=FPS, max_mbit=max_mbit, max_views=max_views)
        loop: Any = self.loop
        self.bundles = BundleLoop(
            loop,
            supervisor,
            supervisor.ledgers,
            stream,
            self.sent.append,
            utc_ns=self.loop.clock.time_ns,
        )

    def demand(self, demand: Demand = ALL) -> None:
        """Say what is wanted and let what is due at once happen."""
        self.bundles.demand(demand)
        self.loop.advance(0)

    def answer(self, link: FakeLink, *indices: int, text: str = "picture") -> None:
        self.bundles.answer(link, link.picture(*indices, text=text))  # type: ignore[arg-type]

    def answer_all(self) -> None:
        for link in self.links:
            if link.busy:
                self.answer(link, *link.group.indices)

    def pictures(self, bundle: FrameBundle) -> dict[int, bytes]:
        frames = [f for f in bundle.frames if not f.view]
        return {f.camera_index: bytes(f.payload) for f in frames if len(f.payload)}

    def views(self, bundle: FrameBundle) -> dict[int, bytes]:
        return {f.view: bytes(f.payload) for f in bundle.frames if f.view}

    def missed(self, index: int) -> int:
        return int(self.supervisor.ledgers[index].counters.missed)


def ages_of_frames(
    rig: Rig, frames: dict[int, tuple[int, int]], ticks: int
) -> dict[int, list[float]]:
    """Answer ticks with cameras' newest frames; return their ages in ms.

    ``frames``: for each camera the period of its frames and the age of the newest one at the
    clock's start, in microseconds.
    """
    ages: dict[int, list[float]] = {index: [] for index in frames}
    for _ in range(ticks):
        tick_us = rig.loop.clock.time_ns() // 1000
        for index, (period_us, offset_us) in frames.items():
            age_us = (tick_us - START_NS // 1000 + offset_us) % period_us
            ages[index].append(age_us / 1000)
            link = rig.links[index]
            bundle = link.picture(index, capture_time_us=tick_us - age_us)
            rig.bundles.answer(link, bundle)  # type: ignore[arg-type]
        rig.loop.advance(rig.loop.waiting[0] + 1e-6)  # it is rounded
    return ages
