from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from msgspec.structs import replace

from camstrm.bridge.http import tick_routes
from camstrm.camera_state import CameraState
from tests.fakes.bridge.running_bridge import TOKEN, RunningBridge, running_bridge
from tests.fakes.grabber.fake_grabber import FakeGrabber, small_jpeg


@pytest_asyncio.fixture
async def bridge(tmp_path: Path) -> AsyncIterator[RunningBridge]:
    async with running_bridge(tmp_path) as bridge:
        yield bridge


@pytest_asyncio.fixture
async def grabber(bridge: RunningBridge) -> AsyncIterator[FakeGrabber]:
    async with FakeGrabber(bridge.socket_path) as grabber:
        await grabber.until_demand(lambda d: d.cameras == ())
        yield grabber


async def get(bridge: RunningBridge, path: str) -> tuple[int, bytes, dict[str, str]]:
    async with aiohttp.ClientSession() as session, session.get(bridge.url + path) as answer:
        return answer.status, await answer.read(), dict(answer.headers)


def files(body: bytes) -> tuple[dict[str, bytes], dict[str, Any]]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.testzip() is None
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
        found = {name: archive.read(name) for name in archive.namelist()}
    return found, json.loads(found.pop("metadata.json"))


async def test_the_pictures_of_one_tick(bridge: RunningBridge, grabber: FakeGrabber) -> None:
    asked = asyncio.create_task(get(bridge, "cam.zip"))
    demand = await grabber.until_demand(lambda d: d.cameras == (0, 1, 2))
    assert demand.refresh
    await grabber.send_bundle([0])
    sent = await grabber.send_bundle()
    status, body, headers = await asked
    assert status == 200
    pictures, told = files(body)
    assert pictures == {
        f"{n}.jpg": small_jpeg(i, 2) for i, n in enumerate(("left", "right", "top"))
    }
    assert (told["seq"], told["tick_time_us"]) == (2, sent.timestamp_us)
    assert [c["frame_id"] for c in told["cameras"]] == [2, 2, 2]
    assert told["cameras"][1] == {
        "index": 1,
        "name": "right",
        "serial": "SN0001",
        "model": "Fake",
        "vendor": "camstrm",
        "rotation": 0,
        "mirror": False,
        "file": "right.jpg",
        "state": "streaming",
        "state_since_us": sent.frames[1].state_since_us,
        "capture_time_us": sent.frames[1].capture_time_us,
        "frame_id": 2,
        "device_timestamp_ns": None,
        "pixel_format": "0x01080001",
        "width": 32,
        "height": 24,
        "source_width": 32,
        "source_height": 24,
    }
    assert told["without_picture"] == []
    assert headers["Content-Type"] == "application/zip"
    assert headers["Content-Disposition"].startswith('attachment; filename="cameras_20')
    assert headers["Content-Disposition"].endswith('Z.zip"')
    await grabber.until_demand(lambda d: d.cameras == ())


async def test_a_camera_that_is_away_is_named_and_waited_for_by_nobody(
    bridge: RunningBridge, grabber: FakeGrabber
) -> None:
    grabber.states[1] = CameraState.BACKING_OFF
    asked = asyncio.create_task(get(bridge, "cam.zip?cameras=right,left"))
    await grabber.until_demand(lambda d: d.cameras == (0, 1))
    await grabber.send_bundle()
    pictures, told = files((await asked)[1])
    assert list(pictures) == ["left.jpg"]
    assert told["without_picture"] == ["right"]
    assert [(c["name"], c["file"], c["state"]) for c in told["cameras"]] == [
        ("right", None, "backing_off"),
        ("left", "left.jpg", "streaming"),
    ]


async def test_what_is_missing_in_the_end_is_named(
    bridge: RunningBridge, grabber: FakeGrabber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tick_routes, "TIMEOUT_S", 0.5)
    asked = asyncio.create_task(get(bridge, "cam.zip"))
    await grabber.until_demand(lambda d: d.cameras == (0, 1, 2))
    for pictures in ([], [0, 2], [1]):
        await grabber.send_bundle(pictures)
    _, told = files((await asked)[1])
    assert (told["seq"], told["without_picture"]) == (2, ["right"])


async def test_names_that_are_no_file_names(bridge: RunningBridge) -> None:
    names = ("a:b", "a?b", "왼쪽", "..", "one, two")
    async with FakeGrabber(bridge.socket_path, names) as grabber:
        await grabber.until_demand(lambda d: d.cameras == ())
        grabber.infos = tuple(replace(info, rotation=180) for info in grabber.infos)
        await grabber.send_hello()
        asked = asyncio.create_task(get(bridge, "cam.zip"))
        await grabber.until_demand(lambda d: d.cameras == (0, 1, 2, 3, 4))
        await grabber.send_bundle()
        pictures, _ = files((await asked)[1])
        assert list(pictures) == ["a_b.jpg", "a_b-1.jpg", "왼쪽.jpg", "camera.jpg", "one, two.jpg"]
        assert all(picture[2:4] == b"\xff\xe1" for picture in pictures.values())
        asked = asyncio.create_task(get(bridge, "cam.zip?cameras=one,%20two"))
        await grabber.until_demand(lambda d: d.cameras == (4,))
        await grabber.send_bundle()
        assert list(files((await asked)[1])[0]) == ["one, two.jpg"]


async def test_why_there_is_none(bridge: RunningBridge, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await get(bridge, "cam.zip"))[:2] == (404, b"There are no cameras.\n")
    monkeypatch.setattr(tick_routes, "TIMEOUT_S", 0.05)
    async with FakeGrabber(bridge.socket_path) as grabber:
        await grabber.until_demand(lambda d: d.cameras == ())
        status, body, _ = await get(bridge, "cam.zip?cameras=left,lefty")
        assert (status, body) == (
            404,
            b"There is no camera 'lefty'. Cameras: left, right, top\n",
        )
        status, _, headers = await get(bridge, "cam.zip")
        assert (status, headers["Retry-After"]) == (503, "1")


async def test_it_wants_a_token_which_may_be_in_the_url(tmp_path: Path) -> None:
    async with running_bridge(tmp_path, auth=True) as bridge:
        assert (await get(bridge, "cam.zip"))[0] == 401
        assert (await get(bridge, f"cam.zip?token={TOKEN}"))[0] == 404
