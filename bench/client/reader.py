"""Read bundles with a client: ``python -m bench.client.reader PORT WAY SECONDS DECODE``.

Prints one JSON object: bundles, those that came out of order, CPU seconds and wall seconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterable

from camstrm.client import asyncio as with_loop
from camstrm.client import blocking
from camstrm.client.bundle import Bundle


class Count:
    """What a reader has seen from its first bundle on."""

    def __init__(self, seconds: float, decode: bool) -> None:
        self._seconds = seconds
        self._decode = decode
        self._begin = self._cpu = 0.0
        self._seq = -1
        self.bundles = self.wrong = 0

    def add(self, bundle: Bundle) -> bool:
        """Take a bundle; return whether it was the last."""
        if not self.bundles:
            self._begin, self._cpu = time.monotonic(), time.process_time()
        self.bundles += 1
        self.wrong += bundle.seq <= self._seq
        self._seq = bundle.seq
        if self._decode:
            for picture in bundle.values():
                picture.image()
        return time.monotonic() - self._begin >= self._seconds

    def result(self) -> str:
        return json.dumps(
            {
                "bundles": self.bundles,
                "wrong": self.wrong,
                "cpu_s": time.process_time() - self._cpu,
                "seconds": time.monotonic() - self._begin,
            }
        )


def read(bundles: Iterable[Bundle], count: Count) -> None:
    for bundle in bundles:
        if count.add(bundle):
            return


async def read_with_loop(url: str, count: Count) -> None:
    async with with_loop.connect(url) as client:
        async for bundle in client:
            if count.add(bundle):
                return


def main(arguments: list[str]) -> None:
    port, way, seconds, decode = arguments
    url, count = f"ws://127.0.0.1:{port}", Count(float(seconds), decode == "decode")
    if way == "asyncio":
        asyncio.run(read_with_loop(url, count))
        print(count.result())
        return
    with blocking.connect(url) as client:
        read(client, count)
        print(count.result())


if __name__ == "__main__":
    main(sys.argv[1:])
