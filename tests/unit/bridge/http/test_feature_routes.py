from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from camstrm.bridge.http import feature_routes
from camstrm.feature import FeatureInfo
from camstrm.wire import Reply, pack, refusal, unpack
from camstrm.wire.operations import FeatureTree, ReadFeatures
from tests.fakes.bridge.running_bridge import running_bridge
from tests.fakes.grabber.fake_grabber import FakeGrabber

LONG_S = 30.0
PATH = "/api/cameras/left/features"
FEATURES = (FeatureInfo("Gain", "float", unit="dB"), FeatureInfo("Width", "integer"))


@pytest_asyncio.fixture
async def rig(tmp_path: Path) -> AsyncIterator[tuple[aiohttp.ClientSession, FakeGrabber]]:
    async with (
        running_bridge(tmp_path) as bridge,
        FakeGrabber(bridge.socket_path) as grabber,
        aiohttp.ClientSession(bridge.url) as session,
    ):
        await grabber.until_demand(lambda d: d.cameras == ())
        yield session, grabber


Answer = tuple[int, bytes, Mapping[str, str]]


async def ask(session: aiohttp.ClientSession, path: str = PATH, known: str | None = None) -> Answer:
    headers = {} if known is None else {"If-None-Match": known}
    async with session.get(path, headers=headers) as answer:
        return answer.status, await answer.read(), answer.headers


class Camera:
    """Answers as a camera with this tree does: without features for a caller that has its hash."""

    def __init__(self, grabber: FakeGrabber, digest: str) -> None:
        self.grabber = grabber
        self.digest = digest
        self.asked: list[str] = []
        self.forgets = 0
        """So many times the features are left out although nobody has them."""

    async def answer(self, count: int = 1) -> None:
        for _ in range(count):
            call = await asyncio.wait_for(self.grabber.calls.get(), LONG_S)
            assert call.do == "features"
            known = unpack(call.with_, ReadFeatures, "features.with").hash
            self.asked.append(known)
            left_out = known == self.digest or self.forgets > 0
            self.forgets -= self.forgets > 0
            tree = FeatureTree(self.digest, () if left_out else FEATURES)
            await self.grabber.send(Reply(call.id, ok=True, result=pack(tree)))


async def fetch(
    session: aiohttp.ClientSession, camera: Camera, *, calls: int = 1, **options: Any
) -> Answer:
    asking = asyncio.create_task(ask(session, **options))
    await camera.answer(calls)
    return await asking


async def test_the_tree_is_sent_once_and_kept(
    rig: tuple[aiohttp.ClientSession, FakeGrabber],
) -> None:
    session, grabber = rig
    camera = Camera(grabber, "ab12")
    status, body, headers = await fetch(session, camera)
    assert status == 200
    tree = json.loads(body)
    assert [info["name"] for info in tree["features"]] == ["Gain", "Width"]
    assert headers["ETag"] == '"ab12"'
    assert headers["Content-Type"] == "application/json"
    assert headers["Cache-Control"] == "private, no-cache"
    assert (await fetch(session, camera))[1] == body
    assert camera.asked == ["", "ab12"], "the camera did not send it again"


async def test_who_has_it_gets_nothing(rig: tuple[aiohttp.ClientSession, FakeGrabber]) -> None:
    session, grabber = rig
    camera = Camera(grabber, "ab12")
    for known in ('"ab12"', 'W/"ab12"', '"x", "ab12"', "*"):
        status, body, headers = await fetch(session, camera, known=known)
        assert (status, body, headers["ETag"]) == (304, b"", '"ab12"'), known
    assert (await fetch(session, camera, known='"other"'))[0] == 200
    camera.digest = "cd34"
    status, body, headers = await fetch(session, camera, known='"ab12"')
    assert (status, headers["ETag"]) == (200, '"cd34"'), "another camera has its place"
    assert json.loads(body)["hash"] == "cd34"


async def test_equal_cameras_share_a_tree_that_is_dropped_when_others_come(
    rig: tuple[aiohttp.ClientSession, FakeGrabber], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feature_routes, "MAX_TREES", 1)
    session, grabber = rig
    left = Camera(grabber, "ab")
    await fetch(session, left)
    right = Camera(grabber, "cd")
    await fetch(session, right, path="/api/cameras/right/features")
    assert (await fetch(session, left))[0] == 200
    assert left.asked == ["", ""], "the only place was taken by the other one"


async def test_a_camera_that_leaves_out_what_nobody_has(
    rig: tuple[aiohttp.ClientSession, FakeGrabber],
) -> None:
    session, grabber = rig
    camera = Camera(grabber, "ab")
    camera.forgets = 1
    assert (await fetch(session, camera, calls=2))[0] == 200
    camera.digest, camera.forgets = "cd", 2
    status, body, _ = await fetch(session, camera, calls=2)
    assert (status, body) == (502, b"camera left says nothing of its features\n")


async def test_why_there_is_no_tree(rig: tuple[aiohttp.ClientSession, FakeGrabber]) -> None:
    session, grabber = rig
    assert (await ask(session, "/api/cameras/lefty/features"))[0] == 404
    asking = asyncio.create_task(ask(session))
    call = await asyncio.wait_for(grabber.calls.get(), LONG_S)
    await grabber.send(refusal(call.id, "gone", "camera left is not open", "Check the cable"))
    status, body, _ = await asking
    assert (status, body) == (503, b"camera left is not open. Check the cable\n")
