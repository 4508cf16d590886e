"""Time of an asyncio loop that passes only when a test says so; sockets work as always."""

from __future__ import annotations

import asyncio

STEPS = 40
"""Of an :meth:`StoppedLoopTime.advance`: timers come due one after another, not all at once."""


class StoppedLoopTime:
    """Stops the running loop's clock inside ``with``: no timer comes due on a busy machine.

    Deadlines of ``asyncio.wait_for`` stand still too: pytest's own ends a test that waits.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.now_s = self._loop.time()

    def __enter__(self) -> StoppedLoopTime:
        self._loop.time = lambda: self.now_s  # type: ignore[method-assign]
        return self

    def __exit__(self, *_: object) -> None:
        del self._loop.time

    async def advance(self, duration_s: float, steps: int = STEPS) -> None:
        """Let time pass and the loop call what comes due."""
        begin_s = self.now_s
        for step in range(1, steps + 1):
            self.now_s = begin_s + duration_s * step / steps
            await _turns()

    async def settle(self) -> None:
        """Let the loop call what is due now."""
        await _turns()


async def _turns() -> None:
    # A timer runs in the loop's turn after the one that finds it due, what it wakes in the next.
    for _ in range(3):
        await asyncio.sleep(0)
