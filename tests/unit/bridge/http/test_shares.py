"""Share links over the real bridge: what a token of one camera sees, by every way there is."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from msgspec.structs import replace

from camstrm.bridge.control.token_store import TOKENS_FILE, add_token, read_tokens
from camstrm.wire import Hello, Leases, Status, Views, unpack
from camstrm.wire.operations import OPERATIONS, Share, Shares
from camstrm.wire.server_operations import Events
from tests.fakes.bridge.running_bridge import (
    TOKEN,
    RunningBridge,
    TestViewer,
    connected_viewer,
    running_bridge,
)
from tests.fakes.grabber.answering_grabber import AnsweringGrabber, answering_grabber
from tests.fakes.grabber.fake_grabber import small_jpeg

GOOD: dict[str, dict[str, Any]] = {
    "diff": {"text": "Gain\t2\n"},
    "lease": {"action": "take"},
    "set": {"feature": "Gain", "value": 2},
    "execute": {"feature": "TriggerSoftware"},
    "load": {"text": "Gain\t2\n"},
    "share": {"cameras": [1], "hours": 1},
    "unshare": {"id": "share-1"},
}

OTHERS = (b"left", b"top", b"SN0000", b"SN0002")
"""What a share of "right" must never see."""


@pytest_asyncio.fixture
async def bridge(tmp_path: Path) -> AsyncIterator[RunningBridge]:
    async with running_bridge(tmp_path, auth=True, max_clients_per_address=64) as bridge:
        yield bridge


@pytest_asyncio.fixture
async def grabber(bridge: RunningBridge) -> AsyncIterator[AnsweringGrabber]:
    async with answering_grabber(bridge.socket_path) as grabber:
        await grabber.until_demand(lambda d: d.cameras == ())
        await grabber.send_status()
        yield grabber


@contextlib.asynccontextmanager
async def joined(bridge: RunningBridge, token: str) -> AsyncIterator[TestViewer]:
    async with connected_viewer(f"{bridge.url}?token={token}") as viewer:
        yield viewer


def control(bridge: RunningBridge) -> str:
    assert bridge.addresses.control_token is not None
    return bridge.addresses.control_token


async def shared(
    bridge: RunningBridge, *cameras: int, hours: float = 1.0, note: str = ""
) -> tuple[Share, str]:
    async with joined(bridge, control(bridge)) as viewer:
        reply = await viewer.ask("share", 9, cameras=cameras, hours=hours, note=note)
    assert reply.ok, reply
    share = unpack(reply.result, Share, "share")
    assert share.url_token
    return share, share.url_token


async def get(bridge: RunningBridge, path: str, token: str) -> tuple[int, bytes]:
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{bridge.url}{path}", headers=headers) as answer,
    ):
        return answer.status, await answer.read()


async def test_messages_and_pictures_of_its_camera_only(
    bridge: RunningBridge, grabber: AnsweringGrabber
) -> None:
    _, token = await shared(bridge, 1)
    async with joined(bridge, control(bridge)) as other, joined(bridge, token) as viewer:
        hello = await viewer.control(lambda m: isinstance(m, Hello))
        assert [(c.index, c.name) for c in hello.cameras] == [(1, "right")]
        status = await viewer.control(lambda m: isinstance(m, Status))
        assert (status.viewer.role, status.viewer.name[:6]) == ("view", "share-")
        assert [camera.index for camera in status.cameras] in ([1], [])
        assert (await other.ask("lease", 0, action="take")).ok
        assert (await other.ask("lease", 1, action="take")).ok
        async with joined(bridge, TOKEN) as third:
            both = await third.control(lambda m: isinstance(m, Leases) and len(m.leases) == 2)
        assert {lease.holder for lease in both.leases} == {"control"}
        await grabber.send_status()
        got: list[object] = []

        def with_cameras(message: object) -> bool:
            got.append(message)
            return isinstance(message, Status) and bool(message.cameras)

        status = await viewer.control(with_cameras)
        assert not any(isinstance(message, Leases) for message in got), "who adjusts is not told"
        assert [camera.index for camera in status.cameras] == [1]
    async with joined(bridge, token) as viewer:
        await grabber.until_demand(lambda d: d.cameras == (1,))
        await grabber.send_bundle()
        bundle = await viewer.bundle(lambda b: b.seq == grabber.seq)
        assert [frame.camera_index for frame in bundle.frames] == [1]
        assert bytes(bundle.frames[0].payload) == small_jpeg(1, grabber.seq)


async def test_what_it_asks_for_beyond_its_camera_it_does_not_get(
    bridge: RunningBridge, grabber: AnsweringGrabber
) -> None:
    _, token = await shared(bridge, 1)
    async with joined(bridge, token) as viewer:
        views = [{"camera": 0, "max_width": 320, "max_height": 240}, {"camera": 1}]
        wish = {"type": "subscribe", "cameras": [0, 2], "views": views}
        await viewer.send(json.dumps(wish))
        answer = await viewer.control(lambda m: isinstance(m, Views))
        assert "there is no camera 0; there are: 1" in answer.views[0].refused
        await grabber.until_demand(lambda d: d.cameras == ())
        # Others watch all: their pictures are in the grabber's bundle.
        async with joined(bridge, TOKEN):
            await grabber.until_demand(lambda d: d.cameras is None)
            bundle = await grabber.send_bundle()
            assert all(frame.payload for frame in bundle.frames)
            got = await viewer.bundle(lambda b: b.seq == grabber.seq)
            assert [frame.camera_index for frame in got.frames] == [1]
            assert not got.frames[0].payload, "it has asked for none of its own"


@pytest.mark.parametrize("do", sorted(OPERATIONS))
async def test_calls_reach_its_camera_only_and_change_nothing(
    bridge: RunningBridge, grabber: AnsweringGrabber, do: str
) -> None:
    _, token = await shared(bridge, 1)
    async with joined(bridge, token) as viewer:
        for camera in (0, 1, 2, 77):
            reply = await viewer.ask(do, camera, **GOOD.get(do, {}))
            if do == "events":
                assert reply.ok
            elif do == "diagnose":
                assert (reply.code, reply.remedy) == ("refused", "Ask who gave you the link")
            elif do == "still":
                assert "Fetch it over HTTP" in reply.remedy
            elif camera != 1 and not OPERATIONS[do].server:
                assert (reply.code, reply.problem) == ("unknown", f"there is no camera {camera}")
    seen = {call.camera for call in grabber.seen}
    assert seen <= {1}
    assert not {call.do for call in grabber.seen} & {"set", "execute", "load", "revert", "keep"}


async def everything_said(bridge: RunningBridge, path: str, token: str) -> bytes:
    """Return an answer's headers and body, or the begin of a stream."""
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{bridge.url}{path}", headers=headers) as answer,
    ):
        streams = answer.content_type.startswith("multipart")
        body = await (answer.content.readline() if streams else answer.read())
        return body + repr(dict(answer.headers)).encode()


def routes(camera: str) -> list[str]:
    return [
        *(f"cam/{camera}.{kind}" for kind in ("jpg", "png", "tiff", "mjpg", "jpg?scale=1")),
        f"api/cameras/{camera}/features",
    ]


@pytest.mark.parametrize("camera", ["left", "top", "SN0000", "SN0002"])
async def test_over_http_other_cameras_are_not_there(
    bridge: RunningBridge, grabber: AnsweringGrabber, camera: str
) -> None:
    _, token = await shared(bridge, 1)
    for path in routes(camera):
        status, body = await get(bridge, path, token)
        assert status == 404, path
        assert body.decode() == f"There is no camera {camera!r}. Cameras: right\n"
    assert grabber.seen == []


async def test_over_http_its_own_camera_is(
    bridge: RunningBridge, grabber: AnsweringGrabber
) -> None:
    _, token = await shared(bridge, 1)
    asked = asyncio.create_task(get(bridge, "cam/right.jpg", token))
    await grabber.until_demand(lambda d: d.cameras == (1,))
    await grabber.send_bundle()
    assert await asked == (200, small_jpeg(1, grabber.seq))
    status, body = await get(bridge, "api/cameras/right/features", token)
    assert (status, body) == (501, b"not in this double\n")


async def test_the_pictures_of_one_tick_are_of_its_cameras_only(
    bridge: RunningBridge, grabber: AnsweringGrabber
) -> None:
    _, token = await shared(bridge, 1)
    assert (await get(bridge, "cam.zip?cameras=right,left", token))[0] == 404
    asked = asyncio.create_task(get(bridge, "cam.zip", token))
    await grabber.until_demand(lambda d: d.cameras == (1,))
    await grabber.send_bundle()
    status, body = await asked
    assert status == 200
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.namelist() == ["right.jpg", "metadata.json"]
        assert b"left" not in archive.read("metadata.json")


async def test_the_server_s_own_routes(bridge: RunningBridge, grabber: AnsweringGrabber) -> None:
    _, token = await shared(bridge, 1)
    async with joined(bridge, TOKEN):
        status, body = await get(bridge, "api/status", token)
        assert status == 200
        told = json.loads(body)
        assert [camera["name"] for camera in told["cameras"]] == ["right"]
        assert [camera["index"] for camera in told["status"]["cameras"]] == [1]
        assert told["viewers"] == []
        assert b"left" not in body
        assert b"top" not in body
        status, body = await get(bridge, "metrics", token)
        assert (status, b"left" in body) == (403, False)
        assert (await get(bridge, "metrics", TOKEN))[0] == 200
        assert (await get(bridge, "", token))[0] == 200, "the page itself"


async def test_events_of_its_camera_only(bridge: RunningBridge, grabber: AnsweringGrabber) -> None:
    _, token = await shared(bridge, 1)
    async with joined(bridge, token) as viewer:
        for index in (0, 1):
            grabber.states[index] = 4
        await grabber.send_status()
        reply = await viewer.ask("events", 0, after=0)
        found = unpack(reply.result, Events, "events")
        assert [(event.kind, event.camera) for event in found.events] == [("lost", "right")]


async def test_another_order_of_the_cameras_does_not_widen_it(
    bridge: RunningBridge, grabber: AnsweringGrabber
) -> None:
    _, token = await shared(bridge, 1)
    async with joined(bridge, token) as viewer:
        await grabber.until_demand(lambda d: d.cameras == (1,))
        left, right, top = grabber.infos
        grabber.infos = tuple(replace(c, index=i) for i, c in enumerate((right, left, top)))
        await grabber.send_hello()
        hello = await viewer.control(
            lambda m: isinstance(m, Hello) and [c.index for c in m.cameras] == [0]
        )
        assert hello.cameras[0].name == "right"
        await grabber.until_demand(lambda d: d.cameras == (0,))
        async with joined(bridge, TOKEN):
            await grabber.until_demand(lambda d: d.cameras is None)
            await grabber.send_bundle()
            got = await viewer.bundle(lambda b: b.seq == grabber.seq)
            assert [frame.camera_index for frame in got.frames] == [0]
        assert (await viewer.ask("values", 1)).code == "unknown"
        assert (await viewer.ask("values", 0)).ok
        # The camera itself is taken away.
        grabber.infos = tuple(info for info in grabber.infos if info.name != "right")
        await grabber.send_hello()
        await viewer.control(lambda m: isinstance(m, Hello) and not m.cameras)
        assert (await viewer.ask("values", 0)).code == "unknown"


async def test_no_name_of_another_camera_or_person_by_any_way(
    bridge: RunningBridge, grabber: AnsweringGrabber, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    _, token = await shared(bridge, 1, note="secret note")
    async with joined(bridge, control(bridge)) as other, joined(bridge, token) as viewer:
        for camera in (0, 1):
            assert (await other.ask("lease", camera, action="take")).ok
            assert (await other.ask("set", camera, feature="Gain", value=2)).ok
            assert (await other.ask("lease", camera, action="give")).ok
        for state in (4, 2):
            grabber.states.update(dict.fromkeys(range(3), state))
            await grabber.send_status()
        # A change has become an event when it has been at rest for a while.
        after, kinds = 0, set()
        while "changed" not in kinds:
            reply = await viewer.ask("events", 0, after=after)
            assert not any(word in bytes(reply.result) for word in OTHERS)
            found = unpack(reply.result, Events, "events")
            after = found.last
            kinds |= {event.kind for event in found.events}
            assert {(event.camera, event.person) for event in found.events} <= {("right", "")}
            assert b"control" not in bytes(reply.result)
            assert b"secret note" not in bytes(reply.result)
        assert kinds <= {"lost", "back", "changed"}
    paths = [
        *(path for camera in ("right", "nobody", "left") for path in routes(camera)),
        "cam.zip?cameras=nobody",
        "api/status",
        "metrics",
        "healthz",
        "qr.svg?text=http://elsewhere/",
        f"?token={token}",
        "static/nothing.js",
        "nothing",
    ]
    for path in paths:
        asked = asyncio.create_task(everything_said(bridge, path, token))
        # A stream may begin, and end, with a picture that is there already.
        while path in ("cam/right.jpg", "cam/right.mjpg") and not asked.done():
            if grabber.demand.cameras == (1,):
                await grabber.send_bundle()
            await asyncio.sleep(0.01)
        # What was asked for is quoted in the answer.
        words = [word for word in OTHERS if word.decode() not in path]
        said = await asked
        assert not any(word in said for word in words), (path, said)
        await grabber.until_demand(lambda d: d.cameras == ())
    assert token not in caplog.text
    assert len(caplog.records) > len(paths), "the access log was written"


async def test_a_share_ends_by_itself(bridge: RunningBridge, grabber: AnsweringGrabber) -> None:
    _, token = await shared(bridge, 1, hours=3 / 3600)
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{bridge.url}cam/right.mjpg?token={token}") as stream,
        joined(bridge, token) as viewer,
    ):
        assert await viewer.close_code() == 1008
        assert viewer.close_reason == "this token has expired"
        with contextlib.suppress(aiohttp.ClientError):
            while await asyncio.wait_for(stream.content.read(65536), 30):
                pass
    assert (await get(bridge, "api/status", token))[0] == 401
    async with joined(bridge, control(bridge)) as owner:
        assert unpack((await owner.ask("shares")).result, Shares, "shares").shares == ()


async def test_a_token_of_the_command_line_for_some_cameras_is_no_share(
    bridge: RunningBridge, grabber: AnsweringGrabber, tmp_path: Path
) -> None:
    token, _ = await asyncio.to_thread(add_token, tmp_path, "kim", "view", cameras=("right",))
    async with joined(bridge, control(bridge)) as owner:
        await shared(bridge, 0)  # has the file read again at once
        assert (await owner.ask("unshare", id="kim")).code == "failed", "it is nobody's share"
        shares = unpack((await owner.ask("shares")).result, Shares, "shares").shares
        assert [share.cameras for share in shares] == [("left",)]
    async with joined(bridge, token) as viewer:
        hello = await viewer.control(lambda m: isinstance(m, Hello))
        assert [camera.name for camera in hello.cameras] == ["right"]
        assert (await viewer.ask("values", 0)).code == "unknown"


async def test_a_share_ends_when_it_is_revoked(
    bridge: RunningBridge, grabber: AnsweringGrabber
) -> None:
    share, token = await shared(bridge, 0, 1, note="for Lee\nat 6")
    async with joined(bridge, token) as viewer, joined(bridge, control(bridge)) as owner:
        listed = unpack((await owner.ask("shares")).result, Shares, "shares").shares
        assert [(s.id, s.cameras, s.note, s.made_by) for s in listed] == [
            (share.id, ("left", "right"), "for Lee at 6", "control")
        ]
        assert listed[0].url_token == ""
        assert share.expires_us - share.created_us == 3_600_000_000
        assert (await owner.ask("unshare", id=share.id)).ok
        assert await viewer.close_code() == 1008
        assert viewer.close_reason == "this token was revoked"
        assert unpack((await owner.ask("shares")).result, Shares, "shares").shares == ()
        again = await owner.ask("unshare", id=share.id)
        assert (again.code, "there is no share" in again.problem) == ("failed", True)
    assert (await get(bridge, "api/status", token))[0] == 401


async def test_a_stream_of_a_share_ends_with_it(
    bridge: RunningBridge, grabber: AnsweringGrabber
) -> None:
    share, token = await shared(bridge, 1)
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{bridge.url}cam/right.mjpg?token={token}") as stream,
        joined(bridge, control(bridge)) as owner,
    ):
        assert (await owner.ask("unshare", id=share.id)).ok
        with contextlib.suppress(aiohttp.ClientError):
            while await asyncio.wait_for(stream.content.read(65536), 30):
                pass


async def test_only_control_makes_shares_and_only_of_cameras_that_there_are(
    bridge: RunningBridge, grabber: AnsweringGrabber, tmp_path: Path
) -> None:
    share, token = await shared(bridge, 1)
    for who in (token, TOKEN):
        async with joined(bridge, who) as viewer:
            for do in ("share", "shares", "unshare"):
                assert (await viewer.ask(do, **GOOD.get(do, {}))).code == "refused"
    async with joined(bridge, control(bridge)) as owner:
        unknown = await owner.ask("share", cameras=[1, 7], hours=1)
        assert (unknown.code, unknown.problem) == ("unknown", "there is no camera 7")
        for wrong in ({"cameras": [], "hours": 1}, {"cameras": [1], "hours": 0}, {"cameras": [1]}):
            assert (await owner.ask("share", **wrong)).code == "wrong", wrong
        named = await owner.ask("unshare", id="control")
        assert "there is no share 'control'" in named.problem
    text = (tmp_path / TOKENS_FILE).read_text()
    assert token not in text
    known = await asyncio.to_thread(read_tokens, tmp_path)
    assert [token.name for token in known] == [share.id]
    audit = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]
    assert [(r["do"], r["camera"], r["feature"]) for r in audit] == [("share", "right", share.id)]
    assert token not in (tmp_path / "audit.jsonl").read_text()
