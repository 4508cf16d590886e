"""A grabber double: speaks the UNIX socket's protocol with small real JPEGs.

Three ways to use it::

    async with FakeGrabber(path) as grabber:      # in an asyncio test, step by step
        await grabber.send_bundle()

    with FakeGrabberThread(FakeGrabber(path)):    # streams what is demanded, in a thread
        ...

    python -m tests.fakes.grabber.fake_grabber PATH --fps 30   # the same in a process, to be killed

Streaming follows the demand as the real grabber does: nothing wanted, nothing sent but the
status once a second; pictures only of the demanded cameras; at most ``max_fps``.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import fcntl
import functools
import itertools
import termios
import threading
import time
import uuid
from collections.abc import Callable, Collection, Sequence

import numpy as np
import simplejpeg

from camstrm.wire import (
    FEED_DOWN,
    FEED_UP,
    Call,
    CameraFrame,
    CameraInfo,
    CameraState,
    CameraStatus,
    Demand,
    Encoding,
    FrameBundle,
    FrameFlag,
    Goodbye,
    Hello,
    Limits,
    PacketKind,
    PacketSplitter,
    Refused,
    Reply,
    Status,
    encode_bundle_parts,
    encode_packet_parts,
)
from tests.fakes.packet_stream import receive_data

WIDTH, HEIGHT = 32, 24
MONO8 = 0x01080001
TIMEOUT_S = 30.0
"""For what happens at once on a machine that is not busy."""

RETRY_S = 0.05


def now_us() -> int:
    """Return UTC in microseconds."""
    return time.time_ns() // 1000


@functools.cache
def small_jpeg(camera: int, step: int) -> bytes:
    """Return a JPEG of 32x24 whose grey tells camera and step apart."""
    level = (37 * camera + 11 * (step % 16)) % 256
    image = np.full((HEIGHT, WIDTH, 1), level, np.uint8)
    image[:4, :4] = 255 - level
    jpeg: bytes = simplejpeg.encode_jpeg(image, quality=60, colorspace="GRAY")
    return jpeg


class FakeGrabber:
    """A connected grabber; ``padding`` bytes after each JPEG make bundles as large as wanted."""

    def __init__(
        self,
        path: str,
        names: Sequence[str] = ("left", "right", "top"),
        *,
        session: str = "",
        padding: int = 0,
        fps: float = 30.0,
    ) -> None:
        self.path = path
        self.session = session or uuid.uuid4().hex[:8]
        self.padding = padding
        self.fps = fps
        self.infos = tuple(
            CameraInfo(i, name, serial=f"SN{i:04d}", model="Fake", vendor="camstrm")
            for i, name in enumerate(names)
        )
        self.states = dict.fromkeys(range(len(names)), int(CameraState.STREAMING))
        self.since_us = dict.fromkeys(range(len(names)), now_us())
        self.demand = Demand()
        self.demands: list[Demand] = []
        self.calls: asyncio.Queue[Call] = asyncio.Queue()
        self.refused = ""
        self.seq = 0
        self.closed = False
        self._demand_changed = asyncio.Event()
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> FakeGrabber:
        await self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def connect(self, *, hello: bool = True) -> None:
        """Connect and say hello."""
        self._reader, self._writer = await asyncio.wait_for(
            asyncio.open_unix_connection(self.path), TIMEOUT_S
        )
        self.closed = False
        self._reading = asyncio.create_task(self._read(), name="fake grabber reader")
        if hello:
            await self.send_hello()

    async def close(self) -> None:
        """Close the connection, as a grabber that ends or is killed does."""
        if self._writer is not None:
            self._writer.transport.abort()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()
        if self._reading is not None:
            await asyncio.wait({self._reading}, timeout=TIMEOUT_S)

    async def wait_closed(self) -> None:
        """Return when the bridge has closed the connection."""
        assert self._reading is not None
        done, _ = await asyncio.wait({self._reading}, timeout=TIMEOUT_S)
        assert done, "the bridge did not close the connection"

    async def send_hello(self) -> None:
        """Send hello with the cameras as they are now."""
        await self.send(
            Hello(
                self.session, "fake grabber", cameras=self.infos, limits=Limits(stream_fps=self.fps)
            )
        )

    async def send_status(self) -> None:
        """Send counters of all cameras."""
        cameras = tuple(
            CameraStatus(
                info.index,
                self.states[info.index],
                self.since_us[info.index],
                pixel_format="Mono8",
                width=WIDTH,
                height=HEIGHT,
                delivered=10 * self.seq,
                encoded=self.seq,
                grab_fps=400.0,
                sent_fps=self.fps,
            )
            for info in self.infos
        )
        await self.send(Status(now_us(), bundles=self.seq, cameras=cameras))

    async def send_bundle(self, cameras: Collection[int] | None = None) -> FrameBundle:
        """Send the next bundle, with pictures of ``cameras`` (None: all that stream).

        Return when the bridge has read it: a bundle that waits unread is overtaken by the next.
        """
        bundle = self.next_bundle(cameras)
        await self.send_packet(PacketKind.BUNDLE, encode_bundle_parts(bundle))
        await asyncio.wait_for(self.until_read(), TIMEOUT_S)
        return bundle

    def next_bundle(self, cameras: Collection[int] | None = None) -> FrameBundle:
        """Return the next bundle without sending it."""
        self.seq += 1
        frames = tuple(self._frame(info.index, cameras) for info in self.infos)
        return FrameBundle(self.seq, now_us(), frames)

    async def send(self, message: Hello | Status | Goodbye | Reply) -> None:
        """Send a control message."""
        await self.send_packet(PacketKind.TEXT, [FEED_UP.encode(message)])

    async def send_packet(
        self, kind: PacketKind, parts: Sequence[bytes | bytearray | memoryview]
    ) -> None:
        """Send one packet."""
        await self.send_raw(b"".join(encode_packet_parts(kind, parts)))

    async def send_raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        assert self._writer is not None
        self._writer.write(data)
        await asyncio.wait_for(self._writer.drain(), TIMEOUT_S)

    async def until_demand(self, wanted: Callable[[Demand], bool]) -> Demand:
        """Return the first demand from now on, the present one included, that is as wanted."""

        async def search() -> Demand:
            while not wanted(self.demand):
                self._demand_changed.clear()
                await self._demand_changed.wait()
            return self.demand

        return await asyncio.wait_for(search(), TIMEOUT_S)

    async def stream(self, stop: asyncio.Event | None = None) -> None:
        """Send what is demanded until ``stop`` is set or the bridge goes."""
        status_s = 0.0
        with contextlib.suppress(OSError):
            while not self.closed and not (stop is not None and stop.is_set()):
                if time.monotonic() >= status_s:
                    status_s = time.monotonic() + 1.0
                    await self.send_status()
                if self.demand.cameras != ():
                    bundle = self.next_bundle(self.demand.cameras)
                    await self.send_packet(PacketKind.BUNDLE, encode_bundle_parts(bundle))
                await asyncio.sleep(1.0 / min(self.fps, self.demand.max_fps or self.fps))

    async def until_read(self) -> None:
        """Return when the kernel holds nothing that the far side has not read, see unix(7)."""
        assert self._writer is not None
        sock = self._writer.get_extra_info("socket")
        unread = bytearray(b"any ")
        # A connection that is closed has no descriptor any more.
        while any(unread) and (number := sock.fileno()) >= 0:
            fcntl.ioctl(number, termios.TIOCOUTQ, unread)
            await asyncio.sleep(0)

    def _frame(self, index: int, cameras: Collection[int] | None) -> CameraFrame:
        state, since_us = self.states[index], self.since_us[index]
        if state != CameraState.STREAMING or (cameras is not None and index not in cameras):
            return CameraFrame(index, state, state_since_us=since_us)
        time_us = now_us()
        return CameraFrame(
            index,
            state,
            Encoding.JPEG,
            FrameFlag.FRAME_ID,
            MONO8,
            frame_id=self.seq,
            capture_time_us=time_us,
            encoded_time_us=time_us,
            state_since_us=since_us,
            width=WIDTH,
            height=HEIGHT,
            source_width=WIDTH,
            source_height=HEIGHT,
            payload=small_jpeg(index, self.seq) + bytes(self.padding),
        )

    async def _read(self) -> None:
        assert self._reader is not None
        splitter = PacketSplitter()
        try:
            # Ends with the connection, which close() and the bridge can end.
            while data := await self._reader.read(65536):
                for packet in receive_data(splitter, data):
                    message = FEED_DOWN.decode(packet.payload)
                    if isinstance(message, Refused):
                        self.refused = message.reason
                        continue
                    if isinstance(message, Call):
                        self.calls.put_nowait(message)
                        continue
                    assert isinstance(message, Demand), message
                    self.demand = message
                    self.demands.append(message)
                    self._demand_changed.set()
        except OSError:
            pass
        finally:
            self.closed = True


async def stream_for_ever(grabber: FakeGrabber, stop: asyncio.Event) -> None:
    """Stream, and connect again whenever the bridge goes or is not there yet."""
    while not stop.is_set():
        try:
            await grabber.connect()
        except OSError:
            await asyncio.sleep(RETRY_S)
            continue
        try:
            await grabber.stream(stop)
        finally:
            await grabber.close()


class FakeGrabberThread:
    """Streams from a thread while the ``with`` block runs."""

    def __init__(self, grabber: FakeGrabber) -> None:
        self._grabber = grabber
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._started = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._run()), name="fake grabber", daemon=False
        )

    def __enter__(self) -> FakeGrabberThread:
        self._thread.start()
        assert self._started.wait(TIMEOUT_S)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._loop is not None
        assert self._stop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(TIMEOUT_S)
        assert not self._thread.is_alive(), "the fake grabber does not end"

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._started.set()
        await stream_for_ever(self._grabber, self._stop)


def main() -> None:
    """Stream until killed."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("path", help="of the bridge's UNIX socket")
    parser.add_argument("--names", default="left,right,top", help="of the cameras")
    parser.add_argument("--fps", type=float, default=30.0)
    parser.add_argument("--padding", type=int, default=0, help="bytes after each JPEG")
    parser.add_argument("--runs", type=int, default=0, help="end after so many bundles")
    wanted = parser.parse_args()

    async def run() -> None:
        grabber = FakeGrabber(
            wanted.path, wanted.names.split(","), padding=wanted.padding, fps=wanted.fps
        )
        if not wanted.runs:
            await stream_for_ever(grabber, asyncio.Event())
            return
        async with grabber:
            for _ in itertools.repeat(None, wanted.runs):
                await grabber.send_bundle()
                await asyncio.sleep(1.0 / wanted.fps)

    asyncio.run(run())


if __name__ == "__main__":
    main()
