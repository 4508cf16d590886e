"""Every route of the bridge: with a right token, with none, with a thousand wrong ones, by HEAD."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import pytest_asyncio
from aiohttp import web

from camstrm.bridge.control.secret import cookie_of
from camstrm.bridge.http.guard import token_in_url_allowed
from camstrm.bridge.http.state import BridgeState
from camstrm.bridge.http.web import make_app
from tests.fakes.bridge.running_bridge import (
    TIMEOUT_S,
    TOKEN,
    UPGRADE,
    RunningBridge,
    running_bridge,
)
from tests.fakes.grabber.fake_grabber import FakeGrabber


class Route(NamedTuple):
    """A path to ask for; what a right token gets there, and whether it may stand in the URL.

    ``needs_token``: whether nothing is answered without one.
    """

    path: str
    status: int = 200
    in_url: bool = True
    needs_token: bool = True
    upgrade: bool = False


ROUTES: dict[str, tuple[Route, ...]] = {
    "/": (Route("/"), Route("/", 101, upgrade=True)),
    "/ws": (Route("/ws", 426), Route("/ws", 101, upgrade=True)),
    "/healthz": (Route("/healthz", in_url=False, needs_token=False),),
    "/readyz": (Route("/readyz", needs_token=False),),
    "/api/status": (Route("/api/status"),),
    "/metrics": (Route("/metrics"),),
    "/api/cameras/{name}/features": (Route("/api/cameras/nobody/features", 404),),
    "/cam/{name}.jpg": (Route("/cam/left.jpg"),),
    "/cam/{name}.png": (Route("/cam/nobody.png", 404),),
    "/cam/{name}.tiff": (Route("/cam/nobody.tiff", 404),),
    "/cam/{name}.mjpg": (Route("/cam/left.mjpg"),),
    "/cam.zip": (Route("/cam.zip"),),
    "/qr.svg": (Route("/qr.svg", 400, in_url=False),),
    "/static/{name}": (
        Route("/static/app.js", in_url=False),
        Route("/static/log_in.css", in_url=False, needs_token=False),
    ),
    "nowhere": (Route("/nowhere", 404, in_url=False), Route("/api/", 404, in_url=False)),
}
"""By aiohttp's name of the route: one without a row here fails a test."""

ALL = [route for routes in ROUTES.values() for route in routes]
CLOSED = [route for route in ALL if route.needs_token]

WRONG = (
    "",
    "x",
    TOKEN[:-1],
    TOKEN + "x",
    TOKEN.upper(),
    f"{TOKEN} {TOKEN}",
    f"{TOKEN},{TOKEN}",
    f"{TOKEN}%00",
    f"%20{TOKEN}",
    "t\u00f6k\u00e9n",
    "%ED%A0%80",
    "%",
    "'\"<>&;--",
    "../../token",
    "null",
    "undefined",
    "*",
    "A" * 4000,
)


@pytest_asyncio.fixture
async def bridge(tmp_path: Path) -> AsyncIterator[RunningBridge]:
    async with (
        running_bridge(tmp_path, auth=True, max_clients_per_address=64) as bridge,
        FakeGrabber(bridge.socket_path, ("left",)) as grabber,
    ):
        streaming = asyncio.create_task(grabber.stream())
        yield bridge
        grabber.closed = True
        await asyncio.wait_for(streaming, TIMEOUT_S)


def request_of(
    bridge: RunningBridge, route: Route, *headers: str, query: str = "", method: str = "GET"
) -> bytes:
    path = f"{route.path}?{query}" if query else route.path
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{bridge.addresses.port}", *headers]
    if route.upgrade:
        lines += UPGRADE
    return "\r\n".join([*lines, "", ""]).encode()


async def head_of(reader: asyncio.StreamReader) -> tuple[int, str]:
    """Return status and head of the next answer, and leave its body unread."""
    head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), TIMEOUT_S)).decode()
    return int(head.split(" ", 2)[1]), head


@contextlib.asynccontextmanager
async def connected(
    bridge: RunningBridge,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", bridge.addresses.port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def status_of(
    bridge: RunningBridge, route: Route, *headers: str, query: str = "", method: str = "GET"
) -> int:
    async with connected(bridge) as (reader, writer):
        writer.write(request_of(bridge, route, *headers, query=query, method=method))
        return (await head_of(reader))[0]


async def test_every_route_has_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apps: list[web.Application] = []

    def noted(state: BridgeState) -> web.Application:
        apps.append(make_app(state))
        return apps[-1]

    monkeypatch.setattr("camstrm.bridge.app.make_app", noted)
    async with running_bridge(tmp_path):
        (app,) = apps
        found = {resource.canonical for resource in app.router.resources()}
        methods = Counter(route.method for route in app.router.routes())
    assert found == ROUTES.keys() - {"nowhere"}
    assert methods == {"GET": len(found), "HEAD": len(found)}


async def test_a_right_token_by_each_way(bridge: RunningBridge) -> None:
    bearer = f"Authorization: Bearer {TOKEN}"
    cookie = f"Cookie: camstrm_{bridge.addresses.port}={cookie_of(TOKEN)}"
    for route in ALL:
        assert await status_of(bridge, route, bearer) == route.status, route
        assert await status_of(bridge, route, cookie) == route.status, route
        by_url = route.status if route.in_url or not route.needs_token else 401
        if route == Route("/"):
            by_url = 303
        assert await status_of(bridge, route, query=f"token={TOKEN}") == by_url, route
        assert token_in_url_allowed(route.path) == route.in_url, route
        none = 401 if route.needs_token else route.status
        assert await status_of(bridge, route) == none, route


async def test_head_says_what_get_would(bridge: RunningBridge) -> None:
    """An answer to HEAD has no body: the next one begins behind its head."""
    bearer = f"Authorization: Bearer {TOKEN}"
    for route in ALL:
        if route.upgrade:
            continue
        async with connected(bridge) as (reader, writer):
            for _ in range(2):
                writer.write(request_of(bridge, route, bearer, method="HEAD"))
                status, head = await head_of(reader)
                assert status == route.status, route
                if "Connection: close" in head:
                    assert await reader.read() == b"", route
                    break
        assert await status_of(bridge, route, method="HEAD") == (
            401 if route.needs_token else route.status
        )


def wrong_tokens(count: int) -> Iterator[str]:
    """Yield tokens that are none: odd ones, and some that are a letter away from the right one."""
    yield from WRONG
    chance = random.Random(13)
    for _ in range(count - len(WRONG)):
        place = chance.randrange(len(TOKEN))
        yield TOKEN[:place] + chance.choice("!$*+.^_|~") + TOKEN[place + 1 :]


async def refusals(
    bridge: RunningBridge, route: Route, tokens: Iterable[str]
) -> tuple[Counter[int], set[str]]:
    """Ask with each token by each way, many in one connection; return statuses and texts."""
    port = bridge.addresses.port
    statuses: Counter[int] = Counter()
    said: set[str] = set()
    for token in tokens:
        for request in (
            request_of(bridge, route, f"Authorization: Bearer {token}"),
            request_of(bridge, route, query=f"token={token}".replace(" ", "%20")),
            request_of(bridge, route, f"Cookie: camstrm_{port}={token}"),
        ):
            async with connected(bridge) as (reader, writer):
                # A second one with it gets no answer: who has no token asks once.
                writer.write(request * (1 if route.upgrade else 2))
                status, head = await head_of(reader)
                length = re.search(r"(?i)content-length: (\d+)", head)
                assert length is not None, head
                body = (await reader.readexactly(int(length[1]))).decode()
                statuses[status] += 1
                if status == 401:
                    said.add(body.partition(":")[0])
    return statuses, said


async def ask_with_wrong_tokens(bridge: RunningBridge, count: int) -> Counter[int]:
    total: Counter[int] = Counter()
    for route in CLOSED:
        statuses, said = await refusals(bridge, route, wrong_tokens(count))
        assert statuses.keys() <= {400, 401}, (route, statuses)
        assert statuses.total() == 3 * count
        assert statuses[400] <= 2, "the one that is not ASCII, in URL and cookie"
        assert "The token that this browser has kept is no longer valid" in said
        assert "The token is wrong" in said, (route, said)
        assert ("A token in the URL does not count for this path" in said) != route.in_url, route
        total += statuses
    return total


async def test_wrong_tokens_on_every_route(
    bridge: RunningBridge, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await ask_with_wrong_tokens(bridge, len(WRONG) + 2)
    assert "Traceback" not in caplog.text
    assert TOKEN[:8] not in caplog.text, "not even a token that is wrong"
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


@pytest.mark.slow
async def test_a_thousand_wrong_tokens_on_every_route(
    bridge: RunningBridge, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    total = await ask_with_wrong_tokens(bridge, 1000)
    # As a record: what make attacks shows.
    print(f"{len(CLOSED)} routes, {total.total()} requests: {dict(total)}")
    assert TOKEN[:8] not in caplog.text
    assert "Traceback" not in caplog.text
