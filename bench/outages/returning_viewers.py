"""Viewers of the client library that come back, in a process of their own.

``python -m bench.outages.returning_viewers URL TOKEN COUNT`` prints a line when each of COUNT
viewers has a bundle, and then for each line of its input what happened since the last one, as JSON
(Happened). It ends with its input.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time

import msgspec

from camstrm.client.address import parse_address
from camstrm.client.asyncio import Client
from camstrm.client.wish import Wishes
from camstrm.errors import ServerError

__all__ = ["Happened", "main"]

_MAX_FPS = 2.0
"""Bundles a second of each viewer: it is not their rate that is measured."""


class Happened(msgspec.Struct):
    """Of each viewer, times of time.monotonic(): attempts to connect, and the first bundle after
    the latest of them, 0 while there is none.
    """

    attempts: list[list[float]]
    bundles: list[float]


class _Returning(Client):
    def __init__(self, url: str, token: str) -> None:
        super().__init__(parse_address(url, token), Wishes(None, _MAX_FPS, (), reduce=False), None)
        self.attempts: list[float] = []
        self.bundle_s = 0.0

    async def _attempt(self) -> ServerError:
        self.attempts.append(time.monotonic())
        self.bundle_s = 0.0
        return await super()._attempt()

    async def watch(self, first: asyncio.Event) -> None:
        """Read until cancelled."""
        async for _ in self:
            self.bundle_s = self.bundle_s or time.monotonic()
            first.set()


async def _serve(url: str, token: str, count: int) -> None:
    viewers = [_Returning(url, token) for _ in range(count)]
    firsts = [asyncio.Event() for _ in viewers]
    tasks = [
        asyncio.create_task(viewer.watch(first))
        for viewer, first in zip(viewers, firsts, strict=True)
    ]
    try:
        for first in firsts:
            await first.wait()
        print("ready", flush=True)
        lines = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        while await lines.readline():
            happened = Happened([v.attempts for v in viewers], [v.bundle_s for v in viewers])
            print(msgspec.json.encode(happened).decode(), flush=True)
            for viewer in viewers:
                viewer.attempts = []
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for viewer in viewers:
            await viewer.close()


def main(arguments: list[str]) -> int:
    """Watch until standard input ends."""
    url, token, count = arguments
    logging.disable()  # each loss is a warning, and they are lost on purpose
    asyncio.run(_serve(url, token, int(count)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
