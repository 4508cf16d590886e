"""Faults: what happens to the bridge and to the way there, one after the other, at random."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator

from bench.soak.faulty_link import FaultyLink, Weather
from tests.fakes.running_system import RunningSystem

__all__ = ["Faults"]

MBIT = 1e6 / 8
_CALM_S = (1.0, 5.0)
"""Between two faults: sometimes all is well again before the next one, sometimes not."""


class Faults:
    """Disturbs as long as :meth:`raining` lasts; after it, all is as it should be."""

    def __init__(self, system: RunningSystem, link: FaultyLink, rng: random.Random) -> None:
        self._system = system
        self._link = link
        self._rng = rng
        self.counts: Counter[str] = Counter()
        """How often which fault happened."""
        self._kinds = (self._kill, self._stop, self._slow, self._late, self._cut, self._cut)

    @contextlib.asynccontextmanager
    async def raining(self) -> AsyncIterator[None]:
        """Disturb while the block runs; raises what went wrong with a fault itself."""
        task = asyncio.create_task(self._rain())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            self._link.weather = Weather()

    async def _rain(self) -> None:
        while True:
            kind = self._rng.choice(self._kinds)
            self.counts[kind.__name__.strip("_")] += 1
            await kind()
            await asyncio.sleep(self._rng.uniform(*_CALM_S))

    async def _kill(self) -> None:
        bridge = self._system.bridge
        assert bridge is not None
        bridge.kill()
        try:
            await asyncio.sleep(self._rng.choice((0.0, 0.5, 3.0)))
        finally:
            self._system.start_bridge()

    async def _stop(self) -> None:
        bridge = self._system.bridge
        assert bridge is not None
        os.kill(bridge.process.pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(self._rng.uniform(1.0, 6.0))
        finally:
            os.kill(bridge.process.pid, signal.SIGCONT)

    async def _slow(self) -> None:
        rate = self._rng.choice((0.5, 1.0, 2.0, 4.0)) * MBIT
        await self._with(Weather(self._rng.uniform(0.0, 0.1), rate))

    async def _late(self) -> None:
        await self._with(Weather(self._rng.uniform(0.02, 0.4)))

    async def _cut(self) -> None:
        self._link.cut_after(self._rng.randrange(1, 200_000))

    async def _with(self, weather: Weather) -> None:
        self._link.weather = weather
        await asyncio.sleep(self._rng.uniform(2.0, 8.0))
        self._link.weather = Weather()
