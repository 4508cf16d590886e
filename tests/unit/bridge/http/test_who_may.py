"""Attacks on control over the real bridge: every operation, role and route."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from camstrm.bridge.control.gate import CHANGING, READING
from camstrm.bridge.control.secret import cookie_of
from camstrm.bridge.control.token_store import TOKENS_FILE, add_token, revoke_token
from camstrm.config import ControlSettings
from camstrm.wire import Leases, Reply, Status
from camstrm.wire.operations import OPERATIONS
from tests.fakes.bridge.running_bridge import (
    TOKEN,
    RunningBridge,
    TestViewer,
    connected_viewer,
    running_bridge,
)
from tests.fakes.grabber.answering_grabber import AnsweringGrabber, answering_grabber

ARGUMENTS: dict[str, dict[str, Any]] = {
    "set": {"feature": "ExposureTime", "value": 2000},
    "execute": {"feature": "TriggerSoftware"},
    "load": {"text": "Gain\t2\n"},
    "revert": {"features": ["Gain"]},
    "diff": {"text": "Gain\t2\n"},
    "keep": {"write": True},
    "lease": {"action": "take"},
}
UNKNOWN = ("set_feature", "SET", "reboot", "")


@pytest_asyncio.fixture
async def bridge(tmp_path: Path) -> AsyncIterator[RunningBridge]:
    async with running_bridge(tmp_path, auth=True, max_clients_per_address=64) as bridge:
        yield bridge


@pytest_asyncio.fixture
async def grabber(bridge: RunningBridge) -> AsyncIterator[AnsweringGrabber]:
    async with answering_grabber(bridge.socket_path) as grabber:
        yield grabber


def bearer(token: str | None) -> dict[str, Any]:
    return {"headers": {"Authorization": f"Bearer {token}"}}


def control(bridge: RunningBridge) -> str:
    assert bridge.addresses.control_token is not None
    return bridge.addresses.control_token


async def ask(viewer: TestViewer, do: str, camera: int = 0, /, **arguments: Any) -> Reply:
    return await viewer.ask(do, camera, **(arguments or ARGUMENTS.get(do, {})))


async def added(folder: Path, name: str, role: Any, **options: Any) -> str:
    secret, _ = await asyncio.to_thread(add_token, folder, name, role, **options)
    return secret


async def accepted(bridge: RunningBridge, token: str, wanted: int = 200) -> None:
    """Return when the bridge knows a token, or no longer does."""
    async with aiohttp.ClientSession() as session:
        while True:
            async with session.get(f"{bridge.url}api/status", **bearer(token)) as answer:
                if answer.status == wanted:
                    return
            await asyncio.sleep(0.02)


async def until_over(stream: aiohttp.ClientResponse) -> None:
    """Read until the connection is closed: a stream of pictures has no end of its own."""
    with contextlib.suppress(aiohttp.ClientError):
        while await asyncio.wait_for(stream.content.read(65536), 30):
            pass


@pytest.mark.parametrize("route", ["", "ws"])
@pytest.mark.parametrize("way", ["header", "query", "cookie"])
async def test_a_token_to_watch_changes_nothing_by_any_way(
    bridge: RunningBridge, grabber: AnsweringGrabber, route: str, way: str
) -> None:
    url, options = bridge.url + route, {}
    if way == "header":
        options = bearer(TOKEN)
    elif way == "query":
        url += f"?token={TOKEN}"
    else:
        name = f"camstrm_{bridge.addresses.port}"
        options = {"headers": {"Cookie": f"{name}={cookie_of(TOKEN)}"}}
    async with connected_viewer(url, **options) as viewer:
        for do in (*sorted(OPERATIONS.keys() - READING), *UNKNOWN):
            for arguments in ({}, {"action": "force"}, {"role": "admin", "token": control(bridge)}):
                reply = await ask(viewer, do, **arguments)
                assert not reply.ok, do
                assert "needs a token with role" in reply.problem
        assert (await ask(viewer, "values")).ok
    assert [call.do for call in grabber.seen] == ["values"]


async def test_without_a_right_token_there_is_no_connection(bridge: RunningBridge) -> None:
    right = control(bridge)
    wrong: list[dict[str, str]] = [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": f"Bearer {right}x"},
        {"Authorization": f"Bearer {cookie_of(right)}"},
        {"Cookie": f"camstrm_{bridge.addresses.port}={right}"},
        {"Cookie": f"camstrm_1={cookie_of(right)}"},
        {"X-Role": "admin", "X-Forwarded-For": "127.0.0.1"},
    ]
    for headers in wrong:
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            async with connected_viewer(bridge.url, headers=headers):
                pass
        assert caught.value.status == 401, headers


async def test_a_foreign_page_cannot_use_the_cookie(bridge: RunningBridge) -> None:
    cookie = f"camstrm_{bridge.addresses.port}={cookie_of(control(bridge))}"
    for origin in ("https://evil.example", "null", f"https://127.0.0.1:{bridge.addresses.port}"):
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            async with connected_viewer(bridge.url, headers={"Cookie": cookie, "Origin": origin}):
                pass
        assert caught.value.status == 403


async def test_http_changes_nothing_with_any_method(
    bridge: RunningBridge, grabber: AnsweringGrabber
) -> None:
    paths = ["/", "/ws", "/api/status", "/metrics", "/cam/left", "/api/call", "/api/lease"]
    paths += [f"/{do}" for do in OPERATIONS] + [f"/cam/left/{do}" for do in OPERATIONS]
    body = json.dumps({"type": "call", "id": 1, "camera": 0, "do": "set"})
    async with aiohttp.ClientSession() as session:
        for path in paths:
            url = bridge.url.rstrip("/") + path
            for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CALL", "HEAD", "GET"):
                async with session.request(
                    method, url, data=body, allow_redirects=False, **bearer(control(bridge))
                ) as answer:
                    if method not in ("GET", "HEAD"):
                        assert answer.status in (400, 405), "400: not of HTTP"
    assert not [call.do for call in grabber.seen if call.do not in READING]


async def test_control_takes_the_lease_and_changes_and_everybody_hears_of_it(
    bridge: RunningBridge, grabber: AnsweringGrabber, tmp_path: Path
) -> None:
    async with (
        connected_viewer(bridge.url, **bearer(TOKEN)) as watcher,
        connected_viewer(bridge.url, **bearer(control(bridge))) as viewer,
    ):
        status = await viewer.control(lambda m: isinstance(m, Status))
        assert (status.viewer.name, status.viewer.role) == ("control", "control")
        refused = await ask(viewer, "set")
        assert (refused.code, refused.remedy) == ("refused", "Take the lease first")
        assert (await ask(viewer, "lease")).ok
        leases = await watcher.control(lambda m: isinstance(m, Leases))
        assert [(lease.camera, lease.holder) for lease in leases.leases] == [(0, "control")]
        for do in sorted(CHANGING):
            assert (await ask(viewer, do)).ok, do
        assert not (await ask(viewer, "set", 1)).ok, "the lease is of one camera"
    assert [call.do for call in grabber.seen] == sorted(CHANGING - {"lease"})
    async with connected_viewer(bridge.url, **bearer(TOKEN)) as late:
        assert await late.control(lambda m: isinstance(m, Leases)) == Leases()
    bridge.stop.set()
    await bridge.task
    lines = (tmp_path / "audit.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    assert [record["do"] for record in records] == ["lease", *sorted(CHANGING - {"lease"})]
    assert control(bridge) not in "".join(lines)
    assert TOKEN not in "".join(lines)


async def test_who_joins_hears_who_holds_what(
    bridge: RunningBridge, grabber: AnsweringGrabber
) -> None:
    async with connected_viewer(bridge.url, **bearer(control(bridge))) as viewer:
        assert (await ask(viewer, "lease")).ok
        async with connected_viewer(bridge.url, **bearer(TOKEN)) as late:
            leases = await late.control(lambda m: isinstance(m, Leases))
            assert leases.leases[0].holder == "control"


@pytest.mark.parametrize("end", ["revoked", "expired", "file deleted"])
async def test_a_token_that_ends_disconnects_and_says_why(
    bridge: RunningBridge, grabber: AnsweringGrabber, tmp_path: Path, end: str
) -> None:
    lifetime = timedelta(seconds=3) if end == "expired" else None
    token = await added(tmp_path, "anna", "control", lifetime=lifetime)
    await accepted(bridge, token)
    async with (
        connected_viewer(bridge.url, **bearer(control(bridge))) as other,
        connected_viewer(bridge.url, **bearer(token)) as viewer,
        aiohttp.ClientSession() as session,
        session.get(f"{bridge.url}cam/left.mjpg", **bearer(token)) as stream,
    ):
        assert (await ask(viewer, "lease")).ok
        refused = await ask(other, "set")
        assert '"anna" (viewer' in refused.problem
        if end == "revoked":
            await asyncio.to_thread(revoke_token, tmp_path, "anna")
        elif end == "file deleted":
            (tmp_path / TOKENS_FILE).unlink()
        assert await viewer.close_code() == aiohttp.WSCloseCode.POLICY_VIOLATION
        assert (
            viewer.close_reason
            == {
                "revoked": "this token was revoked",
                "expired": "this token has expired",
                "file deleted": "this token was revoked",
            }[end]
        )
        await until_over(stream)
        await accepted(bridge, token, 401)
        assert (await ask(other, "lease")).ok, "the lease ended with its holder"
        assert (await ask(other, "set")).ok


async def test_a_killed_browser_s_lease_ends(
    bridge: RunningBridge, grabber: AnsweringGrabber
) -> None:
    async with connected_viewer(bridge.url, **bearer(control(bridge))) as other:
        async with connected_viewer(bridge.url, **bearer(control(bridge))) as viewer:
            assert (await ask(viewer, "lease")).ok
            await other.control(lambda m: isinstance(m, Leases) and bool(m.leases))
            viewer.abort()
            await other.control(lambda m: isinstance(m, Leases) and not m.leases)
        assert (await ask(other, "lease")).ok


async def test_without_authentication_everybody_watches_and_a_token_controls(
    tmp_path: Path,
) -> None:
    async with (
        running_bridge(tmp_path, auth=False) as bridge,
        answering_grabber(bridge.socket_path) as grabber,
    ):
        for options in ({}, bearer("wrong")):
            async with connected_viewer(bridge.url, **options) as viewer:
                status = await viewer.control(lambda m: isinstance(m, Status))
                assert (status.viewer.name, status.viewer.role) == ("", "view")
                refused = await ask(viewer, "lease")
                assert "without a token you have role view" in refused.problem
        async with connected_viewer(f"{bridge.url}?token={control(bridge)}") as viewer:
            assert (await ask(viewer, "lease")).ok
            assert (await ask(viewer, "set")).ok
        assert [call.do for call in grabber.seen] == ["set"]
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as session:
            await (await session.get(f"{bridge.url}?token={control(bridge)}")).release()
            async with session.ws_connect(bridge.url, max_msg_size=0) as socket:
                assert (await ask(TestViewer(socket), "lease")).ok


async def test_two_viewers_race_and_one_gets_the_lease(
    bridge: RunningBridge, grabber: AnsweringGrabber
) -> None:
    async with (
        connected_viewer(bridge.url, **bearer(control(bridge))) as one,
        connected_viewer(bridge.url, **bearer(control(bridge))) as two,
    ):
        for _ in range(4):
            replies = await asyncio.gather(ask(one, "lease"), ask(two, "lease"))
            assert sorted(reply.ok for reply in replies) == [False, True]
            winner, loser = (one, two) if replies[0].ok else (two, one)
            assert not (await ask(loser, "set")).ok
            assert not (await ask(loser, "lease", action="give")).ok
            assert (await ask(winner, "lease", action="give")).ok


async def test_a_shared_token_may_be_switched_off(tmp_path: Path) -> None:
    settings = ControlSettings(shared_token=False)
    async with running_bridge(tmp_path, auth=True, control=settings) as bridge:
        assert bridge.addresses.control_token is None
        assert not (tmp_path / "control-token").exists()
