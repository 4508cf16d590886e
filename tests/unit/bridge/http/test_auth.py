from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from tests.fakes.bridge.running_bridge import TOKEN, RunningBridge, running_bridge
from tests.fakes.grabber.fake_grabber import FakeGrabber

PAGES = ("", "api/status", "metrics", "static/app.js", "nowhere")
PICTURES = ("cam/left.jpg", "cam/left.mjpg")
SOCKETS = ("", "ws")

RIGHT = f"Bearer {TOKEN}"
WRONG_HEADERS = (
    "",
    "Bearer",
    "Bearer ",
    f"Basic {TOKEN}",
    TOKEN,
    f"Bearer {TOKEN}x",
    f"Bearer {TOKEN[:-1]}",
    f"Bearer {TOKEN.upper()}",
    "Bearer tökén",
)


@pytest_asyncio.fixture
async def bridge(tmp_path: Path) -> AsyncIterator[RunningBridge]:
    async with (
        running_bridge(tmp_path, auth=True) as bridge,
        FakeGrabber(bridge.socket_path) as grabber,
    ):
        stop = asyncio.Event()
        streaming = asyncio.create_task(grabber.stream(stop))
        yield bridge
        stop.set()
        await asyncio.wait_for(streaming, 30)


@contextlib.asynccontextmanager
async def client(bridge: RunningBridge) -> AsyncIterator[aiohttp.ClientSession]:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(bridge.url, cookie_jar=jar) as session:
        yield session


async def status(session: aiohttp.ClientSession, path: str, **options: Any) -> int:
    async with session.get("/" + path, allow_redirects=False, **options) as answer:
        return answer.status


async def socket_status(session: aiohttp.ClientSession, path: str, **headers: str) -> int:
    try:
        async with session.ws_connect("/" + path, headers=headers):
            return 101
    except aiohttp.WSServerHandshakeError as error:
        return error.status


async def log_in(session: aiohttp.ClientSession) -> None:
    assert await status(session, f"?token={TOKEN}") == 303


def expected(path: str) -> int:
    return 404 if path == "nowhere" else 200


async def test_health_needs_no_token(bridge: RunningBridge) -> None:
    async with client(bridge) as session:
        assert await status(session, "healthz") == 200


@pytest.mark.parametrize("path", [*PAGES, *PICTURES])
async def test_pages_and_pictures(bridge: RunningBridge, path: str) -> None:
    async with client(bridge) as session:
        for wrong in WRONG_HEADERS:
            assert await status(session, path, headers={"Authorization": wrong}) == 401, wrong
        assert await status(session, path + "?token=wrong") == 401
        assert await status(session, path + "?token=%C3%BC%00%ED%A0%80") == 401
        headers = {"Authorization": RIGHT}
        assert await status(session, path, headers=headers) == expected(path)
        by_url = 401 if path in ("static/app.js", "nowhere") else expected(path)
        by_url = 303 if path == "" else by_url
        assert await status(session, f"{path}?token={TOKEN}") == by_url
        await log_in(session)
        assert await status(session, path) == expected(path)


@pytest.mark.parametrize("path", SOCKETS)
async def test_web_sockets(bridge: RunningBridge, path: str) -> None:
    async with client(bridge) as session:
        for wrong in WRONG_HEADERS:
            assert await socket_status(session, path, Authorization=wrong) == 401, wrong
        assert await socket_status(session, path + "?token=wrong") == 401
        assert await socket_status(session, path, Authorization=RIGHT) == 101
        assert await socket_status(session, f"{path}?token={TOKEN}") == 101
        await log_in(session)
        assert await socket_status(session, path) == 101


async def test_cookie_is_out_of_reach_and_bound_to_the_port(bridge: RunningBridge) -> None:
    async with client(bridge) as session:
        async with session.get(f"/?token={TOKEN}", allow_redirects=False) as answer:
            assert answer.status == 303
            assert answer.headers["Location"] == "/"
            cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith(f"camstrm_{bridge.addresses.port}=")
        for wanted in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=2592000"):
            assert wanted in cookie
        assert TOKEN not in cookie
        value = cookie.split("=", 1)[1].split(";")[0]
    async with client(bridge) as session:
        assert await status(session, "", headers={"Authorization": f"Bearer {value}"}) == 401
        other_port = {"Cookie": f"camstrm_1={value}"}
        assert await status(session, "", headers=other_port) == 401
        with_token = {"Cookie": f"camstrm_{bridge.addresses.port}={TOKEN}"}
        assert await status(session, "", headers=with_token) == 401


@pytest.mark.parametrize(
    ("query", "location"),
    [
        ("?token={}&cam=left", "/?cam=left"),
        ("?next=//evil.example&token={}", "/?next=//evil.example"),
        ("?token={}#part", "/"),
    ],
)
async def test_redirect_never_leaves_the_server(
    bridge: RunningBridge, query: str, location: str
) -> None:
    async with client(bridge) as session:
        target = "/" + query.format(TOKEN)
        async with session.get(target, allow_redirects=False) as answer:
            assert answer.status == 303
            assert answer.headers["Location"] == location


async def test_refusal_tells_a_human_what_to_do(bridge: RunningBridge) -> None:
    async with client(bridge) as session:
        async with session.get("/", headers={"Accept": "text/html,*/*"}) as answer:
            page = await answer.text()
            assert answer.status == 401
            assert answer.content_type == "text/html"
            assert answer.headers["WWW-Authenticate"] == 'Bearer realm="camstrm"'
        assert "Open the URL that `camstrm url` prints on the server" in page
        async with session.get("/api/status") as answer:
            assert answer.content_type == "text/plain"
            assert 'open the URL that "camstrm url" prints on the server' in await answer.text()


@pytest.mark.parametrize("host", ["[::1]<script>", "[fe80::1%<script>]"])
async def test_refusal_page_holds_no_foreign_markup(bridge: RunningBridge, host: str) -> None:
    async with client(bridge) as session:
        headers = {"Accept": "text/html", "Host": host}
        async with session.get("/", headers=headers) as answer:
            assert answer.status in (401, 403)
            assert answer.status == 403 or "<script>" not in await answer.text()


async def test_without_authentication_everything_is_open(tmp_path: Path) -> None:
    async with running_bridge(tmp_path) as bridge, client(bridge) as session:
        assert bridge.addresses.token is None
        for path in ("", "api/status", "metrics"):
            assert await status(session, path) == 200
        assert await socket_status(session, "ws") == 101
        assert await status(session, "?token=x") == 303


@pytest.mark.parametrize("path", ["", "ws", "cam/left.jpg", "static/app.js"])
async def test_foreign_origins_and_hosts_are_refused_everywhere(
    bridge: RunningBridge, path: str
) -> None:
    right = {"Authorization": RIGHT}
    async with client(bridge) as session:
        for origin in (
            "https://evil.example",
            "null",
            f"https://127.0.0.1:{bridge.addresses.port}",
        ):
            assert await status(session, path, headers={**right, "Origin": origin}) == 403
            if path in SOCKETS:
                assert await socket_status(session, path, **right, Origin=origin) == 403
        for host in ("evil.example", "", f"evil.example:{bridge.addresses.port}"):
            assert await status(session, path, headers={**right, "Host": host}) == 403
            if path in SOCKETS:
                assert await socket_status(session, path, **right, Host=host) == 403
        own = bridge.url.rstrip("/")
        assert await status(session, path, headers={**right, "Origin": own}) in (200, 426)


async def test_listed_origins_and_hosts_are_let_in(tmp_path: Path) -> None:
    async with (
        running_bridge(
            tmp_path,
            allowed_origins=("https://dash.example",),
            allowed_hosts=("view.example",),
        ) as bridge,
        client(bridge) as session,
    ):
        assert await socket_status(session, "", Origin="https://dash.example") == 101
        assert await socket_status(session, "", Host="view.example") == 101
        assert await socket_status(session, "", Host="other.example") == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"])
async def test_get_and_head_only(bridge: RunningBridge, method: str) -> None:
    async with client(bridge) as session:
        for path in ("/", "/ws", "/healthz", "/api/status", "/nowhere"):
            async with session.request(
                method, path, data=b"x" * 100_000, headers={"Authorization": RIGHT}
            ) as answer:
                assert answer.status == 405
                assert answer.headers["Allow"] == "GET,HEAD"


@pytest.mark.parametrize("accept", ["text/html", "*/*"])
async def test_a_wrong_token_is_told_apart_from_none(bridge: RunningBridge, accept: str) -> None:
    async def refusal(path: str, **headers: str) -> str:
        async with session.get(f"/{path}", headers={"Accept": accept, **headers}) as answer:
            assert answer.status == 401
            return await answer.text()

    none, wrong = {
        "text/html": ("A token is needed", "This token is wrong"),
        "*/*": ("A token is needed", "The token is wrong"),
    }[accept]
    async with client(bridge) as session:
        assert none in await refusal("api/status")
        assert wrong in await refusal("?token=x")
        assert wrong in await refusal("", Authorization="Bearer x")


async def test_the_page_that_asks_for_a_token_has_its_style_and_the_browsers_language(
    bridge: RunningBridge,
) -> None:
    async with client(bridge) as session:
        for accepted, heading in (
            ("ko-KR,ko;q=0.9,en;q=0.8", "\ud1a0\ud070\uc774 \ud544\uc694\ud569\ub2c8\ub2e4"),
            ("fr,en;q=0.5", "A token is needed"),
            ("", "A token is needed"),
        ):
            headers = {"Accept": "text/html", "Accept-Language": accepted}
            async with session.get("/", headers=headers) as answer:
                assert answer.status == 401
                text = await answer.text()
                assert heading in text
                assert '<link rel="stylesheet" href="/static/log_in.css">' in text
        async with session.get("/static/log_in.css") as answer:
            assert answer.status == 200
            assert answer.content_type == "text/css"
        async with session.get("/static/style.css") as answer:
            assert answer.status == 401
