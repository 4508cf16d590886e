from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from camstrm.client.blocking import connect
from camstrm.errors import CallError, ServerError
from tests.fakes.bridge.running_bridge import TIMEOUT_S, running_bridge
from tests.fakes.grabber.fake_grabber import HEIGHT, WIDTH, FakeGrabber


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A bridge with a grabber that streams, in a thread."""
    ready, stop = threading.Event(), asyncio.Event()
    found: list[str] = []
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with running_bridge(tmp_path) as bridge, FakeGrabber(bridge.socket_path) as grabber:
            found.append(bridge.url)
            ready.set()
            await grabber.stream(stop)

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), name="bridge")
    thread.start()
    assert ready.wait(TIMEOUT_S)
    yield found[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join(TIMEOUT_S)
    loop.close()


def test_pictures(url: str) -> None:
    with connect(url, cameras=["left"]) as client:
        assert list(client.cameras) == ["left", "right", "top"]
        shown = 0
        for bundle in client:
            if "left" in bundle:
                assert bundle["left"].image().shape == (HEIGHT, WIDTH)
                shown += 1
            if shown == 5:
                break
        assert client.latest().seq > bundle.seq
        assert client.connected


def test_a_call_is_refused_with_the_reason(url: str) -> None:
    with connect(url) as client, pytest.raises(CallError, match="no camera 'top2' here"):
        client.call("top2", "reconnect")


def test_closing_twice_and_using_it_afterwards(url: str) -> None:
    with connect(url) as client:
        pass
    client.close()


def test_an_address_without_a_server_leaves_no_thread() -> None:
    before = threading.active_count()
    with pytest.raises(ServerError), connect("ws://127.0.0.1:1"):
        pass
    assert threading.active_count() == before
