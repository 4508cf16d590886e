"""Stands in for the grabber: publishes a set of ready JPEGs at a fixed rate.

``python -m bench.broadcast.feeder SOCKET FOLDER FPS``, until standard input ends. It speaks with
the grabber's own Feed and follows the demand; a stamp in every JPEG tells number and
time of its set, and the bundle has the same number.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from bench.broadcast.stamped_jpeg import PICTURE_SIZES, load_jpegs, stamped
from camstrm.feed.feed import Feed
from camstrm.feed.sender import FeedReader
from camstrm.wire import (
    CameraFrame,
    CameraInfo,
    CameraState,
    CameraStatus,
    Demand,
    Encoding,
    FrameBundle,
    FrameFlag,
    Hello,
    Limits,
    Status,
)

_MONO8 = 0x01080001
_SESSION = "bench"


class Feeder:
    """Publishes at each tick while somebody watches."""

    def __init__(self, path: str, folder: Path, fps: float) -> None:
        self._jpegs = load_jpegs(folder)
        self._fps = fps
        self._infos = tuple(CameraInfo(i, f"camera{i}") for i in range(len(self._jpegs)))
        self._seq = 0
        self._demand = Demand()
        self._since_us = time.time_ns() // 1000
        self._feed = Feed(
            (FeedReader(path),), self._hello, self._on_demand, on_refused=lambda _: False
        )

    async def run(self, over: asyncio.Event) -> None:
        """Publish until ``over``."""
        self._loop = asyncio.get_running_loop()
        self._feed.start()
        self._status_s = self._next_s = time.monotonic()
        self._tick()
        await over.wait()
        self._timer.cancel()
        self._feed.stop()

    def _tick(self) -> None:
        now = time.monotonic()
        if now >= self._status_s:
            self._status_s = now + 1.0
            self._feed.send_status(self._status())
        if self._demand.cameras != ():
            self._feed.publish(self._bundle())
        # A tick that comes late is not made up for, as with the servers of the peers.
        self._next_s = max(self._next_s + 1 / self._fps, now)
        self._timer = self._loop.call_at(self._next_s, self._tick)

    def _bundle(self) -> FrameBundle:
        self._seq += 1
        time_ns = time.time_ns()
        frames = tuple(
            CameraFrame(
                index,
                CameraState.STREAMING,
                Encoding.JPEG,
                FrameFlag.FRAME_ID,
                _MONO8,
                frame_id=self._seq,
                capture_time_us=time_ns // 1000,
                encoded_time_us=time_ns // 1000,
                state_since_us=self._since_us,
                width=width,
                height=height,
                source_width=width,
                source_height=height,
                payload=stamped(jpeg, self._seq, time_ns),
            )
            for index, (jpeg, (width, height)) in enumerate(
                zip(self._jpegs, PICTURE_SIZES, strict=True)
            )
        )
        return FrameBundle(self._seq, time_ns // 1000, frames)

    def _status(self) -> Status:
        cameras = tuple(
            CameraStatus(info.index, CameraState.STREAMING, self._since_us, encoded=self._seq)
            for info in self._infos
        )
        return Status(time.time_ns() // 1000, bundles=self._seq, cameras=cameras)

    def _hello(self) -> Hello:
        return Hello(_SESSION, "bench", cameras=self._infos, limits=Limits(stream_fps=self._fps))

    def _on_demand(self, demand: Demand) -> None:
        self._demand = demand


async def _feed() -> None:
    path, folder, fps = sys.argv[1:]
    over = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin, over.set)
    await Feeder(path, Path(folder), float(fps)).run(over)


def main() -> None:
    """Feed until standard input ends."""
    asyncio.run(_feed())


if __name__ == "__main__":
    main()
