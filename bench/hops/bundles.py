"""camstrm's own way: the grabber's Feed and the bridge's FeedListener."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from bench.hops.load import RATE_HZ, SETS, TIMEOUT_S, Arrivals, Departures, payloads
from camstrm.bridge.viewers.bundle_hold import BundleHold
from camstrm.bridge.viewers.counters import HubCounters
from camstrm.bridge.viewers.shared_bundle import SharedBundle
from camstrm.feed.feed import Feed
from camstrm.feed.listener import FeedListener
from camstrm.feed.listening_socket import listen_unix
from camstrm.feed.sender import FeedReader
from camstrm.wire import (
    Call,
    CameraFrame,
    CameraState,
    Demand,
    Encoding,
    FrameBundle,
    Hello,
    Reply,
    Status,
)

__all__ = ["receive", "send"]


def send(path: str, count: int) -> dict[str, Any]:
    """Publish ``count`` bundles as the grabber does; a late tick shifts none."""
    return asyncio.run(asyncio.wait_for(_send(path, count), TIMEOUT_S + count / RATE_HZ))


async def _send(path: str, count: int) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    came, went = asyncio.Event(), asyncio.Event()

    def demanded(demand: Demand) -> None:
        # The receiver leaves when it has got the last bundle: then there is no demand.
        (went if demand.cameras == () else came).set()

    reader = FeedReader(path)
    feed = Feed([reader], lambda: Hello("bench"), demanded, lambda _: False)
    feed.start()
    await came.wait()
    frames = [_frames(number) for number in range(SETS)]
    departures, begin = Departures(), loop.time()
    sent = 0

    def tick() -> None:
        nonlocal sent
        sent += 1
        # The hop's own time stamp, in the place of the server's.
        feed.publish(FrameBundle(sent, time.monotonic_ns(), frames[sent % SETS]))
        if sent < count:
            loop.call_at(begin + (sent + 1) / RATE_HZ, tick)

    loop.call_at(begin + 1 / RATE_HZ, tick)
    await went.wait()
    report = departures.report(sent, reader.queue.dropped)
    feed.stop()
    return report


def _frames(number: int) -> tuple[CameraFrame, ...]:
    return tuple(
        CameraFrame(
            index, CameraState.STREAMING, Encoding.JPEG, width=640, height=480, payload=payload
        )
        for index, payload in enumerate(payloads(number))
    )


def receive(path: str, count: int, ready: Callable[[], None]) -> dict[str, Any]:
    """Take what the bridge's hub would get, until ``count`` came or the grabber went."""
    return asyncio.run(_receive(path, count, ready))


async def _receive(path: str, count: int, ready: Callable[[], None]) -> dict[str, Any]:
    sink = _Sink(count)
    listening = listen_unix(path, {})
    listener = FeedListener(sink, path)
    await listener.start(listening.sock)
    try:
        ready()
        await asyncio.wait_for(sink.over.wait(), TIMEOUT_S + count / RATE_HZ)
    finally:
        await listener.close()
        listening.close()
    return sink.arrivals.report()


class _Sink:
    """Stands where the hub stands."""

    def __init__(self, count: int) -> None:
        self.arrivals = Arrivals()
        self.over = asyncio.Event()
        self._count = count
        self._hold = BundleHold(self._note, HubCounters())

    def grabber_came(self, hello: Hello, send: Callable[[Demand | Call], bool]) -> None:
        send(Demand(None))

    def grabber_said(self, message: Hello | Status) -> None:
        """Nothing of it is measured."""

    def grabber_sent(self, bundle: FrameBundle, data: memoryview) -> None:
        self._hold.hold(SharedBundle(bundle, data), len(data))

    def grabber_replied(self, reply: Reply) -> None:
        """Nothing was called."""

    def grabber_sent_data(self, call_id: int, piece: memoryview) -> None:
        """Nothing was called."""

    def grabber_caught_up(self) -> None:
        self._hold.release()

    def _note(self, bundle: SharedBundle, size: int) -> None:
        parts = [memoryview(frame.payload) for frame in bundle.bundle.frames]
        self.arrivals.note(bundle.bundle.seq, bundle.bundle.timestamp_us, *parts)
        if self.arrivals.last == self._count:
            self.over.set()

    def grabber_went(self) -> None:
        self.over.set()

    def set_input(self, state: str) -> None:
        """Nothing of it is measured."""
