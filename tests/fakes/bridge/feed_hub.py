"""What the bridge does with a feed: a hub that writes down, behind a listener."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from camstrm.feed.listener import FeedListener
from camstrm.feed.listening_socket import listen_unix
from camstrm.wire import Call, Demand, FrameBundle, Hello, Reply, Status


class FakeHub:
    """Writes down what the listener hands on."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.bundles: list[FrameBundle] = []
        self.replies: list[Reply] = []
        self.pieces: list[tuple[int, bytes]] = []
        self.data: list[memoryview] = []
        self.caught_up: list[int] = []  # how many bundles had come, each time
        self.send_demand: Callable[[Demand | Call], bool] | None = None
        self._changed = asyncio.Event()

    async def until_count(self, event: str, count: int) -> None:
        await self.until(lambda hub: hub.count(event) >= count)

    async def until(self, wanted: Callable[[FakeHub], bool]) -> None:
        async def search() -> None:
            while not wanted(self):
                self._changed.clear()
                await self._changed.wait()

        await asyncio.wait_for(search(), 30)

    def count(self, event: str) -> int:
        return self.events.count(event)

    def grabber_came(self, hello: Hello, send: Callable[[Demand | Call], bool]) -> None:
        self.send_demand = send
        self._note(f"came {hello.session}")

    def grabber_said(self, message: Hello | Status) -> None:
        if isinstance(message, Hello):
            self._note(f"hello {len(message.cameras)}")
        else:
            self._note("status")

    def grabber_sent(self, bundle: FrameBundle, data: memoryview) -> None:
        self.bundles.append(bundle)
        self.data.append(data)
        self._note("bundle")

    def grabber_replied(self, reply: Reply) -> None:
        self.replies.append(reply)
        self._note("reply")

    def grabber_sent_data(self, call_id: int, piece: memoryview) -> None:
        self.pieces.append((call_id, bytes(piece)))
        self._note("data")

    def grabber_caught_up(self) -> None:
        self.caught_up.append(len(self.bundles))
        self._changed.set()

    def grabber_went(self) -> None:
        self._note("went")

    def set_input(self, state: str) -> None:
        self._note(f"input {state}")

    def _note(self, event: str) -> None:
        self.events.append(event)
        self._changed.set()


@contextlib.asynccontextmanager
async def listening(hub: FakeHub, path: str, **options: Any) -> AsyncIterator[FeedListener]:
    sock = listen_unix(path, {})
    listener = FeedListener(hub, path, **options)
    await listener.start(sock.sock)
    try:
        yield listener
    finally:
        await listener.close()
        sock.close()
