"""Stands in for the grabber: publishes a set of ready JPEGs at a fixed rate.

``python -m bench.feeder SOCKET FOLDER FPS``, until standard input ends. It speaks with
the grabber's own BundlePublisher and obeys the demand; a stamp in every JPEG tells number and
time of its set, and the bundle has the same number.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from bench.stamped_jpeg import PICTURE_SIZES, load_jpegs, stamped
from camstrm.grab.loop import READ, Loop
from camstrm.grab.publisher import BundlePublisher
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
        self.loop = Loop()
        self._publisher = BundlePublisher(
            self.loop, path, self._hello, self._on_demand, lambda _: False
        )

    def run(self) -> None:
        """Publish until the loop is stopped."""
        self._publisher.start()
        self._status_s = self._next_s = time.monotonic()
        self._tick()
        self.loop.run()
        self._publisher.stop()
        self.loop.close()

    def _tick(self) -> None:
        now = time.monotonic()
        if now >= self._status_s:
            self._status_s = now + 1.0
            self._publisher.send_status(self._status())
        if self._demand.cameras != ():
            self._publisher.publish(self._bundle())
        # A tick that comes late is not made up for, as with the servers of the peers.
        self._next_s = max(self._next_s + 1 / self._fps, now)
        self.loop.call_at(self._next_s, self._tick)

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
        dropped = self._publisher.dropped
        return Status(
            time.time_ns() // 1000, bundles=self._seq, bundles_dropped=dropped, cameras=cameras
        )

    def _hello(self) -> Hello:
        return Hello(_SESSION, "bench", cameras=self._infos, limits=Limits(stream_fps=self._fps))

    def _on_demand(self, demand: Demand) -> None:
        self._demand = demand


def main() -> None:
    """Feed until standard input ends."""
    path, folder, fps = sys.argv[1:]
    feeder = Feeder(path, Path(folder), float(fps))
    feeder.loop.watch(sys.stdin, READ, lambda _: feeder.loop.stop())
    feeder.run()


if __name__ == "__main__":
    main()
