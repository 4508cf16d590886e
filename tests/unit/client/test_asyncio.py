from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from camstrm.camera_state import CameraState
from camstrm.client.asyncio import Client, connect
from camstrm.errors import CallError, ServerError, UsageError
from tests.fakes.bridge.running_bridge import TIMEOUT_S, TOKEN, RunningBridge, running_bridge
from tests.fakes.grabber.fake_grabber import HEIGHT, WIDTH, FakeGrabber


@pytest.fixture
async def bridge(tmp_path: Path) -> AsyncIterator[RunningBridge]:
    async with running_bridge(tmp_path) as bridge:
        yield bridge


@contextlib.asynccontextmanager
async def streaming(bridge: RunningBridge) -> AsyncIterator[FakeGrabber]:
    """A grabber that streams what is demanded while the block runs."""
    stop = asyncio.Event()
    async with FakeGrabber(bridge.socket_path) as grabber:
        task = asyncio.create_task(grabber.stream(stop))
        try:
            yield grabber
        finally:
            stop.set()
            await asyncio.wait({task}, timeout=TIMEOUT_S)


async def until_streaming(client: Client) -> None:
    """Return when all three cameras had a picture."""
    seen: set[str] = set()
    while len(seen) < 3:
        seen |= set(await asyncio.wait_for(client.next(), TIMEOUT_S))


async def test_pictures_come_by_name_and_are_acknowledged(bridge: RunningBridge) -> None:
    async with streaming(bridge), connect(bridge.url) as client:
        await until_streaming(client)
        numbers = []
        async for bundle in client:
            numbers.append(bundle.seq)
            if "left" in bundle:
                assert bundle["left"].image().shape == (HEIGHT, WIDTH)
            assert bundle.states["top"] == CameraState.STREAMING
            if len(numbers) == 20:
                break
        assert numbers == sorted(set(numbers))
        assert list(client.cameras) == ["left", "right", "top"]
        assert client.status is not None


async def test_iterating_without_entering_connects_and_closes(bridge: RunningBridge) -> None:
    bundles = aiter(connect(bridge.url, cameras=["right"]))
    async with streaming(bridge), contextlib.aclosing(bundles):
        async for bundle in bundles:
            if bundle:
                assert list(bundle) == ["right"]
                break


async def test_a_program_that_looks_at_nothing_is_sent_no_more_than_the_window(
    bridge: RunningBridge,
) -> None:
    async with FakeGrabber(bridge.socket_path) as grabber, connect(bridge.url) as client:
        for seq in (1, 2):
            await grabber.send_bundle()
            assert (await client.next()).seq == seq
        for _ in range(8):
            await grabber.send_bundle()
        seen = []
        while 10 not in seen:
            seen.append((await client.next()).seq)
        # The second is shown still, so that one more went; the newest comes after that.
        assert len(seen) <= 2


async def test_the_latest_is_acknowledged_unseen(bridge: RunningBridge) -> None:
    async with FakeGrabber(bridge.socket_path) as grabber, connect(bridge.url) as client:
        await grabber.send_bundle()
        assert (await client.latest()).seq == 1
        for _ in range(8):
            await grabber.send_bundle()
        bundle = await client.latest()
        while bundle.seq < 9:
            bundle = await client.latest()


async def test_it_comes_back_when_the_server_does(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    async with running_bridge(tmp_path, port=port) as bridge:
        client = await connect(bridge.url).__aenter__()
        try:
            waiting = asyncio.create_task(client.next())
            bridge.stop.set()
            await asyncio.wait({bridge.task}, timeout=TIMEOUT_S)
            async with running_bridge(tmp_path, port=port) as again, streaming(again):
                await asyncio.wait_for(waiting, TIMEOUT_S)
                await until_streaming(client)
                assert client.connected
        finally:
            await client.close()


async def test_without_reconnect_the_end_is_an_error(bridge: RunningBridge) -> None:
    async with connect(bridge.url, reconnect=False) as client:
        bridge.stop.set()
        with pytest.raises(ServerError, match="closed the connection: the bridge stops"):
            await asyncio.wait_for(client.next(), TIMEOUT_S)
        with pytest.raises(CallError, match="no connection"):
            await client.call("left", "reconnect")


async def test_a_wrong_token_is_refused_with_what_to_do(tmp_path: Path) -> None:
    async with running_bridge(tmp_path, auth=True) as bridge:
        with pytest.raises(ServerError, match="a token is needed"):
            async with connect(bridge.url):
                pass
        with pytest.raises(ServerError, match="the token is wrong"):
            async with connect(bridge.url, token="wrong"):
                pass
        async with connect(f"{bridge.url}?token={TOKEN}") as client:
            assert client.connected


async def test_no_server_is_an_error_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    with pytest.raises(ServerError, match=r"refuses the connection. Is the server running\?"):
        async with connect(f"ws://127.0.0.1:{port}"):
            pass


async def test_a_server_of_another_kind_is_an_error() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnope")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ServerError, match="HTTP 404: nope"):
            async with connect(f"ws://127.0.0.1:{port}"):
                pass


def test_an_address_that_is_none() -> None:
    with pytest.raises(UsageError):
        connect("ftp://server")


async def test_the_wishes_can_be_changed(bridge: RunningBridge) -> None:
    async with FakeGrabber(bridge.socket_path) as grabber, connect(bridge.url) as client:
        await grabber.until_demand(lambda demand: demand.cameras is None)
        await client.subscribe(["top"], max_fps=5)
        demand = await grabber.until_demand(lambda demand: demand.cameras == (2,))
        assert demand.max_fps == 5


async def test_closing_ends_what_waits(bridge: RunningBridge) -> None:
    client = await connect(bridge.url).__aenter__()
    waiting = asyncio.create_task(client.next())
    await asyncio.sleep(0)
    await client.close()
    with pytest.raises(ServerError, match="closed here"):
        await waiting
