"""Who gets a connection to a bridge, and what is logged of it."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from camstrm.feed.socket_path import health_socket_path
from tests.fakes.bridge.running_bridge import (
    TIMEOUT_S,
    TOKEN,
    UPGRADE,
    RunningBridge,
    connected_viewer,
    running_bridge,
)
from tests.fakes.certificates import make_certificate

RIGHT = {"Authorization": f"Bearer {TOKEN}"}
HALF = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
STRANGERS = 200
"""More than the places of a bridge for one viewer: 2 for it and 128 for requests."""


class Strangers:
    """Connections that send ``first`` and no more, as many as wanted."""

    def __init__(self, port: int, first: bytes) -> None:
        self._address = ("127.0.0.1", port)
        self._first = first
        self._sockets: list[socket.socket] = []

    async def come(self, count: int) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(count):
            sock = socket.socket()
            self._sockets.append(sock)
            sock.setblocking(False)
            await asyncio.wait_for(loop.sock_connect(sock, self._address), TIMEOUT_S)
            if self._first:
                await loop.sock_sendall(sock, self._first)

    def leave(self) -> None:
        for sock in self._sockets:
            sock.close()


@pytest.fixture
async def bridge(tmp_path: Path) -> AsyncIterator[RunningBridge]:
    async with running_bridge(tmp_path, auth=True, max_clients=1) as bridge:
        yield bridge


@pytest.mark.parametrize("first", [b"", HALF])
async def test_viewers_get_in_while_strangers_hold_all_connections(
    bridge: RunningBridge, first: bytes
) -> None:
    strangers = Strangers(bridge.addresses.port, first)
    try:
        await strangers.come(STRANGERS)
        for _ in range(10):
            async with connected_viewer(bridge.url, headers=RIGHT) as viewer:
                await viewer.next()
                await strangers.come(2)
    finally:
        strangers.leave()


async def test_health_is_answered_at_a_place_of_its_own(bridge: RunningBridge) -> None:
    strangers = Strangers(bridge.addresses.port, HALF)
    connector = aiohttp.UnixConnector(health_socket_path(bridge.socket_path))
    try:
        await strangers.come(STRANGERS)
        async with aiohttp.ClientSession(connector=connector) as session:
            for _ in range(20):
                async with session.get("http://localhost/healthz") as answer:
                    assert answer.status == 200
                    assert json.loads(await answer.text())["input"] == "none"
            for path in ("/", "/metrics", "/static/log_in.css"):
                async with session.get(f"http://localhost{path}", headers=RIGHT) as answer:
                    assert answer.status == 404, path
    finally:
        strangers.leave()


async def test_without_that_place_the_bridge_runs(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "b.sock.health").write_text("precious")
    async with running_bridge(tmp_path) as bridge, connected_viewer(bridge.url) as viewer:
        await viewer.next()
    assert "no socket for health checks: " in caplog.text
    assert (tmp_path / "b.sock.health").read_text() == "precious"


async def test_what_is_answered_without_a_token_ends_the_connection(
    bridge: RunningBridge,
) -> None:
    async with aiohttp.ClientSession() as session:
        for path, status in (("healthz", 200), ("readyz", 503), ("static/log_in.css", 200)):
            async with session.get(bridge.url + path) as answer:
                assert (answer.status, answer.headers["Connection"]) == (status, "close")
        async with session.get(bridge.url, headers=RIGHT) as answer:
            assert answer.status == 200
            assert "Connection" not in answer.headers


async def test_connections_are_counted(bridge: RunningBridge) -> None:
    async with (
        aiohttp.ClientSession(headers=RIGHT) as session,
        session.get(f"{bridge.url}metrics") as answer,
    ):
        text = await answer.text()
    for line in (
        "camstrm_connections 1.0",
        "camstrm_connections_max 130.0",
        "camstrm_connections_evicted_total 0.0",
        "camstrm_connections_refused_total 0.0",
    ):
        assert line in text.splitlines()


@pytest.mark.parametrize("seconds", [2592000, 0])
async def test_browsers_keep_to_https(tmp_path: Path, seconds: int) -> None:
    pair = make_certificate(tmp_path, elliptic=True)
    cert, key = str(pair.certificate), str(pair.key)
    async with (
        running_bridge(tmp_path, tls_cert=cert, tls_key=key, hsts_max_age_s=seconds) as bridge,
        aiohttp.ClientSession() as session,
        session.get(f"{bridge.url}healthz", ssl=False) as answer,
    ):
        assert answer.headers["Strict-Transport-Security"] == f"max-age={seconds}"


async def test_without_tls_browsers_are_left_alone(bridge: RunningBridge) -> None:
    async with aiohttp.ClientSession() as session, session.get(bridge.url) as answer:
        assert "Strict-Transport-Security" not in answer.headers


async def test_viewers_that_leave_during_the_handshake_are_no_errors(
    bridge: RunningBridge, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    lines = ["GET / HTTP/1.1", f"Host: 127.0.0.1:{bridge.addresses.port}", *UPGRADE]
    request = "\r\n".join([*lines, f"Authorization: Bearer {TOKEN}", "", ""]).encode()
    loop = asyncio.get_running_loop()
    for _ in range(20):
        sock = socket.socket()
        sock.setblocking(False)
        await loop.sock_connect(sock, ("127.0.0.1", bridge.addresses.port))
        await loop.sock_sendall(sock, request)
        # A reset, as of a program that is killed.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
    async with connected_viewer(bridge.url, headers=RIGHT) as viewer:
        await viewer.next()
    assert [r for r in caplog.records if r.exc_info or r.levelno >= logging.WARNING] == []


async def test_the_log_has_errors_and_joins_and_not_each_request(
    bridge: RunningBridge, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with aiohttp.ClientSession(headers=RIGHT) as session:
        for path in ("healthz", "nowhere", "api/status"):
            async with session.get(bridge.url + path):
                pass
    async with connected_viewer(bridge.url, headers=RIGHT) as viewer:
        await viewer.next()
    logged = [record.getMessage() for record in caplog.records]
    assert [line.split()[2] for line in logged if " GET " in line] == ["/nowhere"]
    assert [line for line in logged if "joins" in line] == ["viewer 1 (127.0.0.1, websocket) joins"]
