"""The WebSocket handshake of RFC 6455, section 4.2, line by line."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from tests.fakes.bridge.running_bridge import TIMEOUT_S, RunningBridge, running_bridge

KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
GOOD = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", KEY)


async def answer(bridge: RunningBridge, *lines: str, first: str = "GET / HTTP/1.1") -> str:
    """Return the head of the answer to a request."""
    port = bridge.addresses.port
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write("\r\n".join([first, f"Host: 127.0.0.1:{port}", *lines, "", ""]).encode())
    head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), TIMEOUT_S)).decode()
    writer.transport.abort()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return head.lower()


def without(name: str) -> list[str]:
    return [line for line in GOOD if not line.startswith(name)]


async def test_handshakes(tmp_path: Path) -> None:
    async with running_bridge(tmp_path, max_clients_per_address=64) as bridge:
        head = await answer(bridge, *GOOD)
        assert head.startswith("http/1.1 101 ")
        assert "upgrade: websocket\r\n" in head
        assert "connection: upgrade\r\n" in head
        assert "sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n" in head
        for lines in (
            ["upgrade: WebSocket", *GOOD[1:]],
            [*without("Connection"), "Connection: keep-alive, Upgrade"],
        ):
            assert (await answer(bridge, *lines)).startswith("http/1.1 101 "), lines
        for lines in (
            without("Sec-WebSocket-Key"),
            [*without("Sec-WebSocket-Key"), "Sec-WebSocket-Key: short"],
            [*without("Sec-WebSocket-Key"), "Sec-WebSocket-Key: " + "A" * 44],
            [*without("Sec-WebSocket-Key"), "Sec-WebSocket-Key: é"],
            without("Connection"),
        ):
            assert (await answer(bridge, *lines)).startswith("http/1.1 400 "), lines
        for version in ("0", "7", "8", "12", "14", "13, 8", ""):
            lines = [*without("Sec-WebSocket-Version"), f"Sec-WebSocket-Version: {version}"]
            head = await answer(bridge, *lines)
            assert head.startswith("http/1.1 426 "), version
            assert "sec-websocket-version: 13\r\n" in head
        head = await answer(bridge, *without("Sec-WebSocket-Version"))
        assert head.startswith("http/1.1 426 ")
        head = await answer(bridge, *GOOD, first="GET /ws HTTP/1.0")
        assert head.startswith("http/1.0 426 "), "HTTP/1.0 knows no upgrade"


async def test_what_is_offered_is_not_taken(tmp_path: Path) -> None:
    offers = (
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits, x-webkit-deflate",
        "Sec-WebSocket-Protocol: chat, superchat",
    )
    async with running_bridge(tmp_path) as bridge:
        head = await answer(bridge, *GOOD, *offers)
        assert head.startswith("http/1.1 101 ")
        assert "sec-websocket-extensions" not in head
        assert "sec-websocket-protocol" not in head
