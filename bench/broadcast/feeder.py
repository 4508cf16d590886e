"""Stands in for the grabber: publishes a set of ready JPEGs at a fixed rate, and views of them.

``python -m bench.broadcast.feeder SOCKET FOLDER FPS``, until standard input ends. It speaks with
the grabber's own Feed and follows the demand; a stamp in every JPEG has number and
time of its set, and the bundle has the same number.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import msgspec
import numpy as np
import simplejpeg

from bench.broadcast.stamped_jpeg import load_jpegs, stamped
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
    Region,
    Status,
    View,
)

_MONO8 = 0x01080001
_SESSION = "bench"
_MAX_VIEWS = 8
_QUALITY = 80


class Feeder:
    """Publishes at each tick while somebody watches."""

    def __init__(self, path: str, folder: Path, fps: float) -> None:
        self._jpegs = load_jpegs(folder)
        self._sizes = tuple(map(_size, self._jpegs))
        self._fps = fps
        self._infos = tuple(CameraInfo(i, f"camera{i}") for i in range(len(self._jpegs)))
        self._seq = 0
        self._demand = Demand()
        self._views: dict[View, tuple[bytes, int, int]] = {}
        """JPEG, width and height of the views that are demanded."""
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
        if self._demand.cameras != () or self._demand.views:
            self._feed.publish(self._bundle())
        # A tick that comes late is not made up for, as with the servers of the peers.
        self._next_s = max(self._next_s + 1 / self._fps, now)
        self._timer = self._loop.call_at(self._next_s, self._tick)

    def _bundle(self) -> FrameBundle:
        self._seq += 1
        time_ns = time.time_ns()
        return FrameBundle(self._seq, time_ns // 1000, tuple(self._frames(time_ns)))

    def _frames(self, time_ns: int) -> Iterator[CameraFrame]:
        cameras = self._demand.cameras
        for index, (jpeg, size) in enumerate(zip(self._jpegs, self._sizes, strict=True)):
            if cameras is None or index in cameras:
                yield self._frame(index, jpeg, size, time_ns)
            else:
                yield CameraFrame(index, CameraState.STREAMING, state_since_us=self._since_us)
        for view, (jpeg, across, down) in self._views.items():
            region = view.region or Region(0, 0, *self._sizes[view.camera])
            x, y, width, height = msgspec.structs.astuple(region)
            yield msgspec.structs.replace(
                self._frame(view.camera, jpeg, (across, down), time_ns),
                view=view.id,
                x=x,
                y=y,
                region_width=width,
                region_height=height,
            )

    def _frame(self, index: int, jpeg: bytes, size: tuple[int, int], time_ns: int) -> CameraFrame:
        return CameraFrame(
            index,
            CameraState.STREAMING,
            Encoding.JPEG,
            FrameFlag.FRAME_ID,
            _MONO8,
            frame_id=self._seq,
            capture_time_us=time_ns // 1000,
            encoded_time_us=time_ns // 1000,
            state_since_us=self._since_us,
            width=size[0],
            height=size[1],
            source_width=self._sizes[index][0],
            source_height=self._sizes[index][1],
            payload=stamped(jpeg, self._seq, time_ns),
        )

    def _status(self) -> Status:
        cameras = tuple(
            CameraStatus(info.index, CameraState.STREAMING, self._since_us, encoded=self._seq)
            for info in self._infos
        )
        return Status(time.time_ns() // 1000, bundles=self._seq, cameras=cameras)

    def _hello(self) -> Hello:
        limits = Limits(stream_fps=self._fps, max_views=_MAX_VIEWS)
        return Hello(_SESSION, "bench", cameras=self._infos, limits=limits)

    def _on_demand(self, demand: Demand) -> None:
        self._demand = demand
        made = self._views
        self._views = {v: made.get(v) or _encoded(v, self._jpegs[v.camera]) for v in demand.views}


def _size(jpeg: bytes) -> tuple[int, int]:
    """Return width and height."""
    height, width, *_ = simplejpeg.decode_jpeg_header(jpeg)
    return width, height


def _encoded(view: View, jpeg: bytes) -> tuple[bytes, int, int]:
    """Return a view of a picture as JPEG, and its width and height."""
    region = view.region or Region(0, 0, *_size(jpeg))
    image = simplejpeg.decode_jpeg(jpeg, colorspace="GRAY")[..., 0]
    image = image[region.y : region.y + region.height, region.x : region.x + region.width]
    height, width = image.shape
    scale = min(1.0, (view.max_width or width) / width, (view.max_height or height) / height)
    if scale < 1:
        size = max(1, round(width * scale)), max(1, round(height * scale))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    quality = min(view.quality or _QUALITY, _QUALITY)
    made = simplejpeg.encode_jpeg(
        np.ascontiguousarray(image[..., None]), quality=quality, colorspace="GRAY"
    )
    return made, image.shape[1], image.shape[0]


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
