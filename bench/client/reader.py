"""Read bundles with a client: ``python -m bench.client.reader SOURCE WAY SECONDS DECODE``.

SOURCE is the bridge's port; with the WAY "jpeg" it is a folder, whose JPEGs are decoded at the same
rate without any connection: what a client cannot do better.

Prints one JSON object: bundles, those that came out of order, CPU seconds and wall seconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import simplejpeg

from camstrm.client import asyncio as with_loop
from camstrm.client import blocking
from camstrm.client.bundle import Bundle

RATE_HZ = 30.0


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
        return self._is_over()

    def decode(self, jpegs: Iterable[bytes]) -> bool:
        """Decode as a client does; return whether it was the last time."""
        if not self.bundles:
            self._begin, self._cpu = time.monotonic(), time.process_time()
        self.bundles += 1
        for jpeg in jpegs:
            simplejpeg.decode_jpeg(jpeg, "RGB", fastdct=True, fastupsample=True)
        return self._is_over()

    def _is_over(self) -> bool:
        return time.monotonic() - self._begin >= self._seconds

    def due_s(self) -> float:
        """Return when the next bundle would come, in monotonic seconds."""
        return self._begin + self.bundles / RATE_HZ

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
    source, way, seconds, decode = arguments
    url, count = f"ws://127.0.0.1:{source}", Count(float(seconds), decode == "decode")
    if way == "jpeg":
        jpegs = [path.read_bytes() for path in sorted(Path(source).glob("*.jpg"))]
        while not count.decode(jpegs):
            time.sleep(max(0.0, count.due_s() - time.monotonic()))
        print(count.result())
        return
    if way == "asyncio":
        asyncio.run(read_with_loop(url, count))
        print(count.result())
        return
    with blocking.connect(url) as client:
        read(client, count)
        print(count.result())


if __name__ == "__main__":
    main(sys.argv[1:])
