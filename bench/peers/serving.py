"""What the servers of the peers have in common: options, the 30 Hz clock, how they end.

Every server module is run by the peers' interpreter, from the repository's root::

    python -m bench.peers.NAME_server --port P --jpegs FOLDER --fps 30 [--knob value]

It sends the JPEGs of FOLDER, stamped with one sequence number and time for all of them, at
each tick to every client, prints ``ready`` and the process ids whose CPU time is the
server's when it listens, and ends when its standard input does.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import select
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.broadcast.stamped_jpeg import load_jpegs, stamped

__all__ = ["PictureSource", "options", "say_ready"]

_STDIN = 0


def options(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with the options that every server has; a server adds its knobs."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, required=True, help="to listen on, on 127.0.0.1")
    parser.add_argument("--jpegs", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--fps", type=float, default=30.0)
    return parser


def say_ready(*pids: int) -> None:
    """Report that clients may connect and which processes serve them (this one by default)."""
    print("ready", *(pids or (os.getpid(),)), flush=True)


@dataclass
class PictureSource:
    """A stamped set of pictures at each tick, until standard input ends.

    A tick that comes late is not made up for: the next one is a full period later.
    """

    folder: Path
    fps: float
    seq: int = 0

    def __post_init__(self) -> None:
        self._jpegs = load_jpegs(self.folder)
        self.cameras = len(self._jpegs)

    def sets(self) -> Iterator[list[bytes]]:
        """Yield a set at each tick."""
        next_s = time.monotonic()
        while True:
            next_s = self._next(next_s)
            if select.select([_STDIN], [], [], max(0.0, next_s - time.monotonic()))[0]:
                return
            yield self._stamped()

    async def async_sets(self) -> AsyncIterator[list[bytes]]:
        """Yield a set at each tick, in an asyncio program."""
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(_STDIN, ended.set)
        try:
            next_s = time.monotonic()
            while True:
                next_s = self._next(next_s)
                await asyncio.sleep(max(0.0, next_s - time.monotonic()))
                if ended.is_set():
                    return
                yield self._stamped()
        finally:
            loop.remove_reader(_STDIN)

    def _next(self, last_s: float) -> float:
        now = time.monotonic()
        period = 1 / self.fps
        return max(now, last_s + period)

    def stamped_now(self, camera: int) -> bytes:
        """Return one picture of the present set with the present time."""
        return stamped(self._jpegs[camera], self.seq, time.time_ns())

    def _stamped(self) -> list[bytes]:
        self.seq += 1
        time_ns = time.time_ns()
        return [stamped(jpeg, self.seq, time_ns) for jpeg in self._jpegs]
