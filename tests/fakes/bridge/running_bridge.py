"""A real bridge on a free port of this machine, in the test's own event loop."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from camstrm.bridge.app import BridgeAddresses, run_bridge
from camstrm.config import BridgeSettings
from camstrm.wire import (
    FROM_VIEWER,
    TO_VIEWER,
    Ack,
    FrameBundle,
    Message,
    Reply,
    Subscribe,
    decode_bundle,
)

TIMEOUT_S = 30.0
"""For what happens at once on a machine that is not busy."""

SEND_TIMEOUT_S = 0.4
"""After so long a bridge of a test cuts off a viewer that takes nothing."""

UPGRADE = (
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==",
)
TOKEN = "a-token-of-the-tests-0123456789"


@dataclass
class RunningBridge:
    """Where the bridge is and how to end it."""

    addresses: BridgeAddresses
    stop: asyncio.Event
    task: asyncio.Task[None]

    @property
    def url(self) -> str:
        """The root URL, without a token."""
        scheme = "https" if self.addresses.tls else "http"
        return f"{scheme}://127.0.0.1:{self.addresses.port}/"

    @property
    def socket_path(self) -> str:
        """Where a grabber connects."""
        return self.addresses.socket_path


@contextlib.asynccontextmanager
async def running_bridge(
    folder: Path,
    *,
    environ: dict[str, str] | None = None,
    allowed_uids: Collection[int] = (),
    socket_path: str = "",
    **settings: Any,
) -> AsyncIterator[RunningBridge]:
    """Run a bridge with its files in ``folder``; without a token unless ``auth=True``."""
    token_file = folder / "token"
    if not token_file.exists():
        token_file.write_text(TOKEN)
        token_file.chmod(0o600)
    wanted = msgspec.structs.replace(
        BridgeSettings(host="127.0.0.1", auth=False, token_file=str(token_file)),
        **{"port": 0, **settings},
    )
    found: list[BridgeAddresses] = []
    ready = asyncio.Event()

    def note(addresses: BridgeAddresses) -> None:
        found.append(addresses)
        ready.set()

    stop = asyncio.Event()
    task = asyncio.create_task(
        run_bridge(
            wanted,
            socket_path or str(folder / "b.sock"),
            ready=note,
            stop=stop,
            allowed_uids=allowed_uids,
            environ=environ or {},
        )
    )
    is_ready = asyncio.create_task(ready.wait())
    await asyncio.wait({task, is_ready}, timeout=TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED)
    is_ready.cancel()
    if task.done():
        task.result()
    try:
        yield RunningBridge(found[0], stop, task)
    finally:
        stop.set()
        await asyncio.wait_for(task, TIMEOUT_S)


class TestViewer:
    """A WebSocket viewer that a test reads message by message."""

    __test__ = False

    def __init__(self, socket: aiohttp.ClientWebSocketResponse[Any]) -> None:
        self.socket = socket
        self._calls = 0
        """Calls that were sent; the last one's id."""
        self.close_reason: str | None = None
        """What the bridge said when it closed the connection."""

    async def next(self) -> Message | FrameBundle:
        """Return the next message, decoded."""
        message = await self.socket.receive(timeout=TIMEOUT_S)
        if message.type == aiohttp.WSMsgType.TEXT:
            return TO_VIEWER.decode(message.data)
        assert message.type == aiohttp.WSMsgType.BINARY, message
        return decode_bundle(message.data)

    async def bundle(self, wanted: Callable[[FrameBundle], bool] = lambda _: True) -> FrameBundle:
        """Return the next bundle that is as wanted."""

        async def search() -> FrameBundle:
            while True:
                message = await self.next()
                if isinstance(message, FrameBundle) and wanted(message):
                    return message

        return await asyncio.wait_for(search(), TIMEOUT_S)

    async def control(self, wanted: Callable[[Any], bool]) -> Any:
        """Return the next control message that is as wanted."""

        async def search() -> object:
            while True:
                message = await self.next()
                if not isinstance(message, FrameBundle) and wanted(message):
                    return message

        return await asyncio.wait_for(search(), TIMEOUT_S)

    async def send(self, text: str) -> None:
        """Send a text message."""
        await self.socket.send_str(text)

    async def ask(self, do: str, camera: int = 0, /, **arguments: Any) -> Reply:
        """Send a call and return its reply; what comes before that is dropped."""
        self._calls += 1
        call_id = self._calls
        call = {"type": "call", "id": call_id, "camera": camera, "do": do, "with": arguments}
        await self.send(json.dumps(call))
        reply = await self.control(lambda m: isinstance(m, Reply) and m.id == call_id)
        assert isinstance(reply, Reply)
        return reply

    def abort(self) -> None:
        """End the connection as a killed program does."""
        transport = self.socket.get_extra_info("socket")
        assert transport is not None
        transport.shutdown(socket.SHUT_RDWR)

    async def close_code(self) -> int | None:
        """Read until the connection is closed; return the code, and keep the reason."""
        while True:
            message = await self.socket.receive(timeout=TIMEOUT_S)
            if message.type == aiohttp.WSMsgType.CLOSE:
                self.close_reason = message.extra
            if message.type in (
                aiohttp.WSMsgType.CLOSE,
                aiohttp.WSMsgType.CLOSED,
                aiohttp.WSMsgType.CLOSING,
                aiohttp.WSMsgType.ERROR,
            ):
                return self.socket.close_code


@contextlib.asynccontextmanager
async def connected_viewer(url: str, **options: Any) -> AsyncIterator[TestViewer]:
    """Connect a viewer to a bridge's root URL; pongs come as messages."""
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(url, max_msg_size=0, autoping=False, **options) as socket,
    ):
        yield TestViewer(socket)


async def raw_connection(
    bridge: RunningBridge, path: str, *headers: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Send a GET with these header lines besides Host; the kernel holds little for the reader."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.setblocking(False)
    loop = asyncio.get_running_loop()
    port = bridge.addresses.port
    await asyncio.wait_for(loop.sock_connect(sock, ("127.0.0.1", port)), TIMEOUT_S)
    reader, writer = await asyncio.open_connection(sock=sock, limit=4096)
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *headers, "", ""]
    writer.write("\r\n".join(lines).encode())
    return reader, writer


@contextlib.asynccontextmanager
async def raw_viewer(
    bridge: RunningBridge,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Connect a WebSocket viewer of which a test sees the bytes; it reads only when asked to."""
    reader, writer = await raw_connection(bridge, "/", *UPGRADE)
    try:
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), TIMEOUT_S)
        assert b" 101 " in answer, answer
        yield reader, writer
    finally:
        writer.transport.abort()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def viewers(bridge: RunningBridge) -> list[dict[str, Any]]:
    """Return what the status says of each viewer."""
    async with (
        aiohttp.ClientSession(bridge.url) as session,
        session.get("/api/status") as answer,
    ):
        listed: list[dict[str, Any]] = (await answer.json())["viewers"]
        return listed


async def say(viewer: TestViewer, *messages: Ack | Subscribe) -> None:
    """Send messages, in this order."""
    for message in messages:
        await viewer.send(FROM_VIEWER.encode(message).decode())


async def heard(viewer: TestViewer) -> None:
    """Return when the bridge has taken all that the viewer sent: it answers pings in order."""
    await viewer.socket.ping(b"heard?")
    while True:
        message = await viewer.socket.receive(timeout=TIMEOUT_S)
        if message.type == aiohttp.WSMsgType.PONG:
            return
