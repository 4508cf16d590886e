from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from camstrm.bridge.page.files import PageFiles
from camstrm.log_lines import JsonFormatter
from camstrm.wire import Status
from tests.fakes.bridge.running_bridge import (
    TOKEN,
    UPGRADE,
    RunningBridge,
    connected_viewer,
    raw_connection,
    running_bridge,
)
from tests.fakes.grabber.fake_grabber import FakeGrabber


async def test_health_tells_the_input(tmp_path: Path) -> None:
    async with (
        running_bridge(tmp_path) as bridge,
        connected_viewer(bridge.url) as viewer,
        aiohttp.ClientSession(bridge.url) as session,
    ):

        async def health() -> object:
            async with session.get("/healthz") as answer:
                assert answer.status == 200
                return await answer.json()

        assert await health() == {"status": "no input", "input": "none"}
        async with FakeGrabber(bridge.socket_path):
            await viewer.control(lambda m: getattr(m, "input", "") == "ok")
            assert await health() == {"status": "ok", "input": "ok"}
        await viewer.control(lambda m: getattr(m, "input", "") == "none")
        assert await health() == {"status": "no input", "input": "none"}


async def test_api_status_lists_the_viewers(tmp_path: Path) -> None:
    async with (
        running_bridge(tmp_path) as bridge,
        FakeGrabber(bridge.socket_path, ("left",)) as grabber,
        connected_viewer(bridge.url + "ws") as viewer,
        aiohttp.ClientSession(bridge.url) as session,
    ):
        await viewer.send('{"type":"subscribe","cameras":[0],"max_fps":12.5}')
        await grabber.until_demand(lambda d: d.cameras == (0,))
        await grabber.send_bundle()
        await viewer.bundle()
        async with session.get("/api/status") as answer:
            body = await answer.json()
        assert body["status"]["input"] == "ok"
        assert body["status"]["viewers"] == 1
        assert [c["name"] for c in body["cameras"]] == ["left"]
        (listed,) = body["viewers"]
        assert listed["id"] == 1
        assert listed["sent"] == 1
        assert listed["window"] == 1
        assert listed["cameras"] == [0]
        assert listed["max_fps"] == 12.5
        assert (listed["address"], listed["kind"]) == ("127.0.0.1", "websocket")


@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 200), ("/static/app.js", 200), ("/healthz", 200), ("/nowhere", 404), ("/ws", 426)],
)
async def test_security_headers_everywhere(tmp_path: Path, path: str, status: int) -> None:
    async with (
        running_bridge(tmp_path) as bridge,
        aiohttp.ClientSession(bridge.url) as session,
        session.get(path) as answer,
    ):
        assert answer.status == status
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'; img-src 'self' blob:; connect-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer.headers["Server"] == "camstrm"


async def test_only_who_knows_the_token_may_embed_a_picture(tmp_path: Path) -> None:
    async with (
        running_bridge(tmp_path, auth=True) as bridge,
        aiohttp.ClientSession(bridge.url) as session,
    ):
        for token, policy in ((TOKEN, "cross-origin"), ("x", "same-origin")):
            async with session.get(f"/cam/left.jpg?token={token}") as answer:
                assert answer.headers["Cross-Origin-Resource-Policy"] == policy


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static//etc/passwd",
        "/static/nothing.js",
        "/static/",
        "/static",
    ],
)
async def test_nothing_but_the_pages_files(tmp_path: Path, path: str) -> None:
    async with running_bridge(tmp_path) as bridge:
        reader, writer = await raw_connection(bridge, path, "Connection: close")
        answer = await asyncio.wait_for(reader.read(), 30)
        assert answer.startswith(b"HTTP/1.1 404 ")
        writer.close()
        await writer.wait_closed()


def test_page_files_have_their_types(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.js").write_text("1")
    (tmp_path / "secret.txt").write_text("2")
    page = PageFiles(tmp_path)
    assert page.response("sub/a.js").content_type == "text/javascript"
    for name in ("secret.txt", "sub", "index.html"):
        with pytest.raises(aiohttp.web.HTTPNotFound):
            page.response(name)


async def test_too_many_viewers(tmp_path: Path) -> None:
    async with (
        running_bridge(tmp_path, max_clients=3, max_clients_per_address=2) as bridge,
        aiohttp.ClientSession(bridge.url) as session,
    ):
        async with connected_viewer(bridge.url) as one, connected_viewer(bridge.url) as two:
            await one.next()
            await two.next()
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                async with connected_viewer(bridge.url):
                    pass
            assert caught.value.status == 503
            assert caught.value.headers is not None
            assert caught.value.headers["Retry-After"] == "5"
            async with session.get("/healthz") as answer:
                assert answer.status == 200, "only viewers are limited"
        for _ in range(200):
            # The bridge sees the end of the other two a moment later than they do.
            try:
                async with connected_viewer(bridge.url) as again:
                    await again.next()
                    break
            except aiohttp.WSServerHandshakeError:
                await asyncio.sleep(0.01)
        else:
            pytest.fail("places are not given back")


async def test_log_holds_neither_token_nor_referer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with running_bridge(tmp_path, auth=True) as bridge:
        referer = f"http://x/?token={TOKEN}"
        async with aiohttp.ClientSession(bridge.url) as session:
            for path in ("", "api/status", "cam/a%0Ab.jpg", "ws"):
                async with session.get(f"/{path}?token={TOKEN}", headers={"Referer": referer}):
                    pass
        async with connected_viewer(f"{bridge.url}?token={TOKEN}") as viewer:
            await viewer.next()
        for broken in (
            f"GET /?token={TOKEN} HTTP/9.9\r\n\r\n",
            f"GET /?token={TOKEN} nonsense\r\n\r\n",
            f"GET / HTTP/1.1\r\nHost: x\r\nBad Header: {TOKEN}\r\n\r\n",
            f"GET /?token={TOKEN}{'x' * 9000} HTTP/1.1\r\n\r\n",
        ):
            reader, writer = await asyncio.open_connection("127.0.0.1", bridge.addresses.port)
            writer.write(broken.encode())
            assert b" 400 " in await asyncio.wait_for(reader.readline(), 30)
            writer.close()
            await writer.wait_closed()
    assert TOKEN not in caplog.text
    assert "Traceback" not in caplog.text
    lines = [r.getMessage() for r in caplog.records if r.name == "camstrm.bridge.access"]
    assert any(line.startswith("127.0.0.1 GET / 303 ") for line in lines)
    assert any(line.startswith("127.0.0.1 GET /cam/a%0Ab.jpg 404 ") for line in lines)
    assert any(line.startswith("127.0.0.1 GET / 101 ") for line in lines)


async def test_connections_without_a_request_are_limited(tmp_path: Path) -> None:
    async with running_bridge(tmp_path, max_clients=1) as bridge:
        port = bridge.addresses.port
        connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(131)]
        reader, _ = connections[-1]
        with_end = asyncio.wait_for(reader.read(), 30)
        with contextlib.suppress(ConnectionResetError):
            assert await with_end == b""
        for _, writer in connections:
            writer.transport.abort()
        for _, writer in connections:
            with contextlib.suppress(OSError):
                await writer.wait_closed()


@pytest.mark.parametrize("host", [None, "camera.example", "127.0.0.1", "LOCALHOST"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_health_is_told_to_load_balancers(
    tmp_path: Path, method: str, host: str | None
) -> None:
    """As HAProxy asks by default (HTTP/1.0, no Host), and as monitors do (HEAD)."""
    async with running_bridge(tmp_path, auth=True) as bridge:
        request = f"{method} /healthz HTTP/1.0\r\n" + (f"Host: {host}\r\n" if host else "")
        head, body = await answer_to(bridge, request)
        assert head.startswith("HTTP/1.0 200 ")
        assert "content-length: 39" in head.lower()
        assert body == ('{"status": "no input", "input": "none"}' if method == "GET" else "")
        for path in ("/", "/api/status", "/metrics"):
            head, _ = await answer_to(bridge, f"{method} {path} HTTP/1.0\r\n")
            assert head.startswith("HTTP/1.0 403 ")


async def test_head_is_answered_as_get_would_be(tmp_path: Path) -> None:
    async with (
        running_bridge(tmp_path) as bridge,
        FakeGrabber(bridge.socket_path, ("left",)) as grabber,
    ):
        streaming = asyncio.create_task(grabber.stream())
        for path in ("/", "/static/app.js", "/api/status", "/metrics", "/cam/left.jpg"):
            head, body = await answer_to(bridge, f"HEAD {path} HTTP/1.1\r\nHost: localhost\r\n")
            assert head.startswith("HTTP/1.1 200 "), path
            assert body == ""
        head, body = await answer_to(bridge, "HEAD /cam/left.mjpg HTTP/1.1\r\nHost: localhost\r\n")
        assert head.startswith("HTTP/1.1 200 ")
        assert "content-type: multipart/x-mixed-replace; boundary=camstrm\r\n" in head.lower()
        assert body == "", "and no stream begins"
        head, body = await answer_to(bridge, "HEAD /ws HTTP/1.1\r\nHost: localhost\r\n")
        assert head.startswith("HTTP/1.1 426 ")
        assert body == ""
        upgrade = "".join(f"{line}\r\n" for line in UPGRADE if "Connection" not in line)
        head, _ = await answer_to(bridge, f"HEAD / HTTP/1.1\r\nHost: localhost\r\n{upgrade}")
        assert head.startswith("HTTP/1.1 200 ")
        grabber.closed = True
        await streaming


async def answer_to(bridge: RunningBridge, request: str) -> tuple[str, str]:
    """Send a request, without the empty line at its end; return head and body of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", bridge.addresses.port)
    writer.write(f"{request}Connection: close\r\n\r\n".encode())
    head, _, body = (await asyncio.wait_for(reader.read(), 5)).decode().partition("\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    return f"{head}\r\n", body


async def test_the_log_of_a_page_load_is_one_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with (
        running_bridge(tmp_path) as bridge,
        aiohttp.ClientSession(bridge.url) as session,
    ):
        caplog.clear()
        for path in ("", "static/app.js", "static/tile.css", "api/status", "healthz"):
            async with session.get(f"/{path}") as answer:
                assert answer.status == 200
        async with connected_viewer(bridge.url) as viewer:
            await viewer.next()
            assert [r.getMessage() for r in caplog.records] == [
                "viewer 1 (127.0.0.1, websocket) joins"
            ]
        async with session.get("/cam/nobody.jpg") as answer:
            assert answer.status == 404
    lines = [r for r in caplog.records if r.name == "camstrm.bridge.access"]
    wanted = ["127.0.0.1", "GET", "/cam/nobody.jpg", "404"]
    assert [line.getMessage().split()[:4] for line in lines] == [wanted]
    as_json = json.loads(JsonFormatter().format(lines[0]))
    assert (as_json["status"], as_json["path"]) == (404, "/cam/nobody.jpg")


async def test_who_has_no_token_fills_no_log_and_gets_one_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Also not by many requests that are sent at once."""
    caplog.set_level(logging.INFO)
    request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    async with running_bridge(tmp_path, auth=True) as bridge:
        for _ in range(30):
            reader, writer = await asyncio.open_connection("127.0.0.1", bridge.addresses.port)
            writer.write(request.encode() * 20)
            answers = b""
            with contextlib.suppress(ConnectionResetError):
                while piece := await asyncio.wait_for(reader.read(65536), 30):
                    answers += piece
            assert answers.count(b"HTTP/1.1 401 ") == 1
            writer.transport.abort()
    lines = [r.getMessage() for r in caplog.records if r.name == "camstrm.bridge.access"]
    assert lines[0].startswith("127.0.0.1 GET / 401 ")
    assert len(lines) < 30


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Encoding: gzip\r\nContent-Length: 4", "abcd"),
        ("Transfer-Encoding: chunked", "no number\r\n"),
    ],
)
async def test_a_body_that_is_wrong_is_one_line_of_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, lines: tuple[str, str]
) -> None:
    """A body that comes after its answer has been sent, too."""
    head, body = lines
    async with running_bridge(tmp_path) as bridge:
        reader, writer = await asyncio.open_connection("127.0.0.1", bridge.addresses.port)
        first = "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        writer.write(f"{first}{head}\r\n\r\n".encode())
        assert b" 503 " in await asyncio.wait_for(reader.readline(), 30)
        writer.write(body.encode())
        with contextlib.suppress(ConnectionResetError):
            await asyncio.wait_for(reader.read(), 30)
        writer.transport.abort()
    assert "Traceback" not in caplog.text
    assert [record.name for record in caplog.records if record.levelno > logging.INFO] == []


@pytest.mark.parametrize("path", ["/", "/cam/left.mjpg"])
async def test_a_viewer_that_leaves_before_it_has_an_answer_is_no_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    kind = aiohttp.web.StreamResponse if "cam" in path else aiohttp.web.WebSocketResponse
    prepare = kind.prepare

    async def prepare_late(self: Any, request: aiohttp.web.Request) -> object:
        if request.path == path and request.transport is not None:
            request.transport.abort()
        return await prepare(self, request)

    monkeypatch.setattr(kind, "prepare", prepare_late)
    caplog.set_level(logging.INFO)
    async with running_bridge(tmp_path) as bridge, FakeGrabber(bridge.socket_path, ("left",)):
        reader, writer = await raw_connection(bridge, path, *UPGRADE)
        with contextlib.suppress(OSError):
            assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        async with connected_viewer(f"{bridge.url}ws") as viewer:
            await viewer.control(lambda m: isinstance(m, Status) and m.viewers == 1)
    assert "Traceback" not in caplog.text
    assert [r for r in caplog.records if r.levelname == "ERROR"] == []
