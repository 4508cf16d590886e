"""camstrm's own way: the grabber's BundlePublisher and the bridge's FeedListener."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from bench.hops.load import RATE_HZ, SETS, TIMEOUT_S, Arrivals, Departures, payloads
from camstrm.bridge.viewers.bundle_hold import BundleHold
from camstrm.bridge.viewers.counters import HubCounters
from camstrm.bridge.viewers.shared_bundle import SharedBundle
from camstrm.feed.listener import FeedListener
from camstrm.feed.listening_socket import listen_unix
from camstrm.grab.loop import Loop
from camstrm.grab.publisher import BundlePublisher
from camstrm.wire import CameraFrame, CameraState, Demand, Encoding, FrameBundle, Hello, Status

__all__ = ["receive", "send"]


def send(path: str, count: int) -> dict[str, Any]:
    """Publish ``count`` bundles from the grabber's loop; a late tick shifts none."""
    loop = Loop()
    publisher = BundlePublisher(loop, path, lambda: Hello("bench"), lambda _: None, lambda _: False)
    publisher.start()
    deadline = time.monotonic() + TIMEOUT_S + count / RATE_HZ
    # A loop that has nothing to do looks at the time only when woken.
    loop.call_at(deadline, loop.stop)
    loop.call_later(0.1, lambda: None)
    loop.run(lambda: publisher.connected)
    frames = [_frames(number) for number in range(SETS)]
    departures, begin = Departures(), time.monotonic()
    sent = 0

    def tick() -> None:
        nonlocal sent
        sent += 1
        # The hop's own time stamp, in the place of the server's.
        publisher.publish(FrameBundle(sent, time.monotonic_ns(), frames[sent % SETS]))
        if sent < count:
            loop.call_at(begin + (sent + 1) / RATE_HZ, tick)

    loop.call_at(begin + 1 / RATE_HZ, tick)
    loop.run(lambda: sent == count and _all_gone(publisher))
    report = departures.report(sent, publisher.dropped)
    publisher.stop()
    loop.close()
    return report


def _all_gone(publisher: BundlePublisher) -> bool:
    connection = publisher._connection
    return connection is None or (connection.idle and publisher._bundle is None)


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
    subscriber = FeedListener(sink, path)
    await subscriber.start(listening.sock)
    try:
        ready()
        await asyncio.wait_for(sink.over.wait(), TIMEOUT_S + count / RATE_HZ)
    finally:
        await subscriber.close()
        listening.close()
    return sink.arrivals.report()


class _Sink:
    """Stands where the hub stands."""

    def __init__(self, count: int) -> None:
        self.arrivals = Arrivals()
        self.over = asyncio.Event()
        self._count = count
        self._hold = BundleHold(self._note, HubCounters())

    def grabber_came(self, hello: Hello, send: Callable[[Demand], None]) -> None:
        send(Demand(None))

    def grabber_said(self, message: Hello | Status) -> None:
        """Nothing of it is measured."""

    def grabber_sent(self, bundle: FrameBundle, data: memoryview) -> None:
        self._hold.hold(SharedBundle(bundle, data), len(data))

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
