"""Every Host with every Origin, on the real bridge, as raw bytes."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from camstrm.bridge.control.secret import cookie_of
from tests.fakes.bridge.running_bridge import (
    TIMEOUT_S,
    TOKEN,
    UPGRADE,
    RunningBridge,
    running_bridge,
)

MACHINE = os.uname().nodename.lower().split(".")[0]

HOSTS: dict[str, bool] = {
    "127.0.0.1:{port}": True,
    "127.0.0.1": True,
    "localhost:{port}": True,
    "LOCALHOST:{port}": True,
    "localhost.:{port}": True,
    "[::1]:{port}": True,
    "192.168.7.7:{port}": True,
    f"{MACHINE}:{{port}}": True,
    f"{MACHINE}.local:{{port}}": True,
    "view.example:{port}": True,
    "view.example:1": True,
    "strict.example:8443": True,
    "strict.example:{port}": False,
    "": False,
    "evil.example": False,
    "evil.example:{port}": False,
    "localhost.evil.example:{port}": False,
    "127.0.0.1.evil.example:{port}": False,
    "view.example.evil.example": False,
    "127.0.0.1:{port}@evil.example": False,
    "evil.example@127.0.0.1:{port}": False,
    "127.0.0.1:{port}/evil": False,
    "127.0.0.1:99999": False,
    "127.0.0.1:{port}:{port}": False,
    "0x7f000001:{port}": False,
    "2130706433:{port}": False,
    "127.1:{port}": False,
    "[::1": False,
    "localhost evil.example": False,
}
"""Whether the bridge may be addressed so. What a browser would take for an address is not among
those that are allowed: it writes them in their usual form."""

ALLOWED_ORIGINS = ("https://dash.example", "https://DASH.example:443")
OWN = "the bridge's own"

ORIGINS = (
    OWN,
    *ALLOWED_ORIGINS,
    "http://dash.example",
    "https://dash.example:8443",
    "https://dash.example.evil.example",
    "https://evil.example",
    "http://evil.example:{port}",
    "http://127.0.0.1",
    "https://127.0.0.1:{port}",
    "http://127.0.0.1:{port}.evil.example",
    "http://127.0.0.1:{port}@evil.example",
    "http://user@127.0.0.1:{port}",
    "http://evil.example/http://127.0.0.1:{port}",
    "http://127.0.0.1:{port}, http://evil.example",
    "ws://127.0.0.1:{port}",
    "file://",
    "null",
    "",
    "{port}",
    "chrome-extension://abcdefghijklmnop",
)


@pytest_asyncio.fixture
async def bridge(tmp_path: Path) -> AsyncIterator[RunningBridge]:
    async with running_bridge(
        tmp_path,
        auth=True,
        allowed_hosts=("view.example", "strict.example:8443"),
        allowed_origins=("https://dash.example",),
        max_clients_per_address=64,
    ) as bridge:
        yield bridge


class Asker:
    """Asks in one connection as long as the bridge keeps it."""

    def __init__(self, bridge: RunningBridge) -> None:
        self.port = bridge.addresses.port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def status(self, *lines: str, target: str = "/api/status", last: bool = False) -> int:
        """Return the status of the answer to a GET with these header lines and the token."""
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
        # A browser sends its cookie along, whoever's page asks.
        names = {line.split(":", 1)[1].strip() for line in lines if line.startswith("Host:")}
        ports = {name.rpartition(":")[2] for name in names}
        cookies = "; ".join(
            f"camstrm_{port}={cookie_of(TOKEN)}" for port in {*ports, str(self.port), "80"}
        )
        request = [f"GET {target} HTTP/1.1", *lines, f"Cookie: {cookies}", "", ""]
        self._writer.write("\r\n".join(request).encode())
        head = await asyncio.wait_for(self._reader.readuntil(b"\r\n\r\n"), TIMEOUT_S)
        status = int(head.split(b" ", 2)[1])
        length = [
            line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
        ]
        if last or status == 400 or not length or b"\r\nconnection: close\r\n" in head.lower():
            await self.close()
        else:
            await self._reader.readexactly(int(length[0].split(b":")[1]))
        return status

    async def close(self) -> None:
        if self._writer is not None:
            self._writer.transport.abort()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()
        self._reader = self._writer = None


async def test_every_host_with_every_origin(bridge: RunningBridge) -> None:
    asker, port, wrong = Asker(bridge), bridge.addresses.port, []
    for pattern, allowed in HOSTS.items():
        host = pattern.format(port=port)
        for origin_pattern in ORIGINS:
            own = origin_pattern == OWN
            origin = f"http://{host}" if own else origin_pattern.format(port=port)
            same = host.lower().rstrip(".") == origin.lower().removeprefix("http://")
            good = allowed and (same or own or origin in ALLOWED_ORIGINS)
            status = await asker.status(f"Host: {host}", f"Origin: {origin}")
            if status != (200 if good else 403) and not (not good and status == 400):
                wrong.append((host, origin, status))
        status = await asker.status(f"Host: {host}")
        if status != (200 if allowed else 403) and not (not allowed and status == 400):
            wrong.append((host, "no Origin", status))
    await asker.close()
    assert not wrong


async def test_a_web_socket_is_asked_the_same(bridge: RunningBridge) -> None:
    asker, port = Asker(bridge), bridge.addresses.port
    host = f"Host: 127.0.0.1:{port}"
    for path in ("/", "/ws"):
        for origin, wanted in (
            (f"http://127.0.0.1:{port}", 101),
            ("https://dash.example", 101),
            ("https://evil.example", 403),
            ("null", 403),
            ("", 403),
        ):
            status = await asker.status(host, f"Origin: {origin}", *UPGRADE, target=path, last=True)
            assert status == wanted, (path, origin)
        status = await asker.status("Host: evil.example", *UPGRADE, target=path, last=True)
        assert status == 403


async def test_headers_that_stand_there_twice(bridge: RunningBridge) -> None:
    asker, port = Asker(bridge), bridge.addresses.port
    host, own = f"Host: 127.0.0.1:{port}", f"Origin: http://127.0.0.1:{port}"
    evil = "Origin: https://evil.example"
    for lines in (
        (host, own, evil),
        (host, evil, own),
        (host, own, own),
        (host, host),
        (host, "Host: evil.example"),
        ("Host: evil.example", host),
    ):
        for upgrade in ((), UPGRADE):
            assert await asker.status(*lines, *upgrade, last=True) == 400, lines


async def test_what_a_proxy_says_changes_nothing(bridge: RunningBridge) -> None:
    asker, port = Asker(bridge), bridge.addresses.port
    claims = (
        f"X-Forwarded-Host: 127.0.0.1:{port}",
        f"Forwarded: host=127.0.0.1:{port};proto=http;for=127.0.0.1",
        "X-Forwarded-For: 127.0.0.1",
        "X-Real-IP: 127.0.0.1",
        "X-Original-URL: /healthz",
        "X-HTTP-Method-Override: GET",
    )
    assert await asker.status("Host: evil.example", *claims, last=True) == 403
    foreign = (f"Host: 127.0.0.1:{port}", "Origin: https://evil.example")
    assert await asker.status(*foreign, *claims, last=True) == 403


async def test_a_whole_url_in_the_request_line_names_the_same_server(bridge: RunningBridge) -> None:
    asker, port = Asker(bridge), bridge.addresses.port
    host = f"127.0.0.1:{port}"
    for target, wanted in (
        (f"http://{host}/api/status", 200),
        (f"HTTP://{host.upper()}/api/status", 200),
        ("http://evil.example/api/status", 400),
        (f"http://evil.example:{port}/api/status", 400),
        (f"http://{host}@evil.example/api/status", 400),
        (f"http://user@{host}/api/status", 400),
        (f"https://{host}/api/status", 400),
        ("http://localhost/api/status", 400),
        (f"ws://{host}/api/status", 400),
        ("//evil.example/api/status", 404),
        ("evil.example:80", 400),
    ):
        assert await asker.status(f"Host: {host}", target=target, last=True) == wanted, target
    status = await asker.status("Host: evil.example", target=f"http://{host}/api/status", last=True)
    assert status == 403
    assert await asker.status("Host: x", target="http://evil.example/healthz", last=True) == 400
