"""Answers to ``measure`` as a camera would give them, which a test changes while it looks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import msgspec

from camstrm.wire import Call, Region
from camstrm.wire.operations import ChannelMeasurement, LineProfile, Measure, Measurement

_BITS = 12


class MeasuredSensor:
    """A sensor of 12 bits with a mosaic; ``wishes`` is what was asked of it."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.sharpness = 100.0
        self.clipped = 2.0
        """Percent of the reds; other colours have less."""
        self.stands = False
        """The same frame is measured again and again."""
        self.wishes: list[Measure] = []
        self._frame_us = 0
        self._asked = asyncio.Event()

    @staticmethod
    def point(x: int, y: int) -> dict[str, int]:
        """Return the values of the cell that a pixel is in."""
        left, top = x - x % 2, y - y % 2
        red = (left * 3 + top * 5) % 4096
        return {"R": red, "Gr": red // 2, "Gb": red // 3, "B": red // 4}

    def measure(self, call: Call) -> Measurement:
        """Answer a call."""
        wish = msgspec.json.decode(call.with_, type=Measure)
        self.wishes.append(wish)
        self._asked.set()
        if not self.stands:
            self._frame_us = time.time_ns() // 1000 - 20_000
        values = (("R", 1000.0, self.clipped), ("G", 1500.0, 0.0), ("B", 500.0, 0.0))
        bins = tuple(min(at, wish.bins - at) for at in range(wish.bins))
        line = LineProfile((0.0, 100.0, 200.0), {"R": (10.0, 500.0, 20.0), "G": (1.0, 2.0, 3.0)})
        return Measurement(
            pixel_format="BayerRG12",
            bits=_BITS,
            region=wish.region or Region(0, 0, self.width, self.height),
            pixels=1000,
            step=1,
            channels=tuple(
                ChannelMeasurement(name, mean, 3, 4095, 12.5, clipped, 0.0, bins)
                for name, mean, clipped in values
            ),
            sharpness=self.sharpness,
            capture_time_us=self._frame_us,
            point={} if wish.point is None else self.point(*wish.point),
            line=None if wish.line is None else line,
        )

    async def until(self, holds: Callable[[Measure], bool], timeout_s: float = 10) -> None:
        """Wait until something of this kind was asked for last."""

        async def wait() -> None:
            while not (self.wishes and holds(self.wishes[-1])):
                self._asked.clear()
                await self._asked.wait()

        await asyncio.wait_for(wait(), timeout_s)
