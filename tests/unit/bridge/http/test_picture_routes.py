from __future__ import annotations

import asyncio
import functools
import unicodedata
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest
import pytest_asyncio
from msgspec.structs import replace
from yarl import URL

from camstrm.bridge.http import picture_routes
from camstrm.bridge.viewers.jpeg_orientation import oriented
from camstrm.wire import CameraState, Demand
from tests.fakes.bridge.running_bridge import (
    RunningBridge,
    connected_viewer,
    raw_connection,
    running_bridge,
)
from tests.fakes.grabber.fake_grabber import FakeGrabber, now_us, small_jpeg


@pytest_asyncio.fixture
async def bridge(tmp_path: Path) -> AsyncIterator[RunningBridge]:
    async with running_bridge(tmp_path, send_timeout_s=0.3, max_clients_per_address=3) as bridge:
        yield bridge


@pytest_asyncio.fixture
async def session(bridge: RunningBridge) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(bridge.url) as session:
        yield session


@pytest_asyncio.fixture
async def grabber(bridge: RunningBridge) -> AsyncIterator[FakeGrabber]:
    async with FakeGrabber(bridge.socket_path) as grabber:
        await grabber.until_demand(lambda d: d.cameras == ())
        yield grabber


async def get(session: aiohttp.ClientSession, path: str) -> tuple[int, bytes, dict[str, str]]:
    async with session.get(path) as answer:
        return answer.status, await answer.read(), dict(answer.headers)


async def test_picture_is_newer_than_the_request(
    session: aiohttp.ClientSession, grabber: FakeGrabber
) -> None:
    asked = asyncio.create_task(get(session, "/cam/right.jpg"))
    await grabber.until_demand(lambda d: d == Demand((1,), None, refresh=True))
    await grabber.send_bundle([0])
    sent = await grabber.send_bundle([1])
    status, body, headers = await asked
    assert (status, body) == (200, small_jpeg(1, 2))
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Capture-Time-Us"] == str(sent.frames[1].capture_time_us)
    await grabber.until_demand(lambda d: d.cameras == ())
    asked = asyncio.create_task(get(session, "/cam/SN0001.jpg"))
    await grabber.until_demand(lambda d: d.cameras == (1,))
    await grabber.send_bundle()
    assert (await asked)[1] == small_jpeg(1, 3), "not the one from before the request"


NAMES = (
    "왼쪽 카메라",
    "line 3 left",
    "50% + a&b=c?d#e;f",
    "{x} [y] (z)",
    "a.jpg",
    "..",
    "back\\slash",
    "quo\"te's",
    "mixed Ж ü 🎥",
)


def watches_only(camera: int, demand: Demand) -> bool:
    return demand.cameras == (camera,)


async def test_a_name_may_be_any_text_percent_encoded_in_the_url(bridge: RunningBridge) -> None:
    async with (
        FakeGrabber(bridge.socket_path, NAMES) as grabber,
        aiohttp.ClientSession() as session,
    ):
        await grabber.until_demand(lambda d: d.cameras == ())
        for index, name in enumerate(NAMES):
            url = URL(f"{bridge.url}cam/{quote(name, safe='')}.jpg", encoded=True)
            asked = asyncio.create_task(get(session, str(url)))
            await grabber.until_demand(functools.partial(watches_only, index))
            await grabber.send_bundle()
            status, body, _ = await asked
            assert (status, body) == (200, small_jpeg(index, index + 1)), name
            await grabber.until_demand(lambda d: d.cameras == ())
        # As a Mac types it: the same text, taken apart.
        apart = unicodedata.normalize("NFD", NAMES[0])
        asked = asyncio.create_task(get(session, f"{bridge.url}cam/{quote(apart)}.jpg"))
        await grabber.until_demand(lambda d: d.cameras == (0,))
        await grabber.send_bundle()
        assert (await asked)[0] == 200
        status, body, _ = await get(session, f"{bridge.url}cam/{quote('오른쪽')}.jpg")
        assert (status, body.decode()) == (
            404,
            f"There is no camera '오른쪽'. Cameras: {', '.join(NAMES)}\n",
        )
        status, body, _ = await get(session, f"{bridge.url}metrics")
        assert 'camstrm_camera_state{camera="왼쪽 카메라"}' in body.decode()


@pytest.mark.parametrize("kind", ["jpg", "mjpg"])
async def test_unknown_camera_is_answered_with_the_names(
    session: aiohttp.ClientSession, grabber: FakeGrabber, kind: str
) -> None:
    status, body, _ = await get(session, f"/cam/lefty.{kind}")
    assert status == 404
    assert body == b"There is no camera 'lefty'. Cameras: left, right, top\n"


async def test_no_input(session: aiohttp.ClientSession, bridge: RunningBridge) -> None:
    assert (await get(session, "/cam/left.jpg"))[0] == 404, "no camera known yet"
    async with connected_viewer(bridge.url) as viewer:
        async with FakeGrabber(bridge.socket_path):
            await viewer.control(lambda m: getattr(m, "input", "") == "ok")
        await viewer.control(lambda m: getattr(m, "input", "") == "none")
    status, body, headers = await get(session, "/cam/left.jpg")
    assert status == 503
    assert b"no frame input" in body
    assert headers["Retry-After"] == "1"


async def test_camera_without_a_picture(
    session: aiohttp.ClientSession, grabber: FakeGrabber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_routes, "PICTURE_TIMEOUT_S", 0.1)
    grabber.states[0] = CameraState.BACKING_OFF
    await grabber.send_status()
    status, body, _ = await get(session, "/cam/left.jpg")
    assert status == 503
    assert body == b"camera left gave no picture within 0.1 s (it is backing off)\n"


async def test_motion_jpeg(session: aiohttp.ClientSession, grabber: FakeGrabber) -> None:
    async with session.get("/cam/top.mjpg?fps=9") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "multipart/x-mixed-replace; boundary=camstrm"
        assert answer.headers["Cache-Control"] == "no-store"
        await grabber.until_demand(lambda d: d == Demand((2,), 9.0, refresh=True))
        stop = asyncio.Event()
        streaming = asyncio.create_task(grabber.stream(stop))
        parts = aiohttp.MultipartReader.from_response(answer)
        times_us = [now_us()]
        for _ in range(3):
            part = await asyncio.wait_for(parts.next(), 30)
            assert isinstance(part, aiohttp.BodyPartReader)
            assert part.headers["Content-Type"] == "image/jpeg"
            times_us.append(int(part.headers["X-Capture-Time-Us"]))
            body = await part.read()
            assert body.startswith(b"\xff\xd8")
            assert len(body) == int(part.headers["Content-Length"])
    assert times_us == sorted({*times_us}), "taken while it streams, each after the one before"
    await grabber.until_demand(lambda d: d.cameras == ())
    stop.set()
    await streaming


@pytest.mark.parametrize("fps", ["0", "-1", "nan", "inf", "x", ""])
async def test_wrong_rate(session: aiohttp.ClientSession, grabber: FakeGrabber, fps: str) -> None:
    status, body, _ = await get(session, f"/cam/left.mjpg?fps={fps}")
    assert status == 400
    assert b"wanted a number" in body


async def test_motion_jpeg_counts_as_viewer(
    bridge: RunningBridge, session: aiohttp.ClientSession, grabber: FakeGrabber
) -> None:
    async with (
        session.get("/cam/left.mjpg"),
        session.get("/cam/left.mjpg"),
        connected_viewer(bridge.url) as viewer,
    ):
        status = await viewer.control(lambda m: hasattr(m, "viewers"))
        assert status.viewers == 3
        assert (await get(session, "/cam/left.mjpg"))[0] == 503
        assert (await get(session, "/cam/left.jpg"))[0] == 503


async def test_stuck_motion_jpeg_is_cut_off(bridge: RunningBridge, grabber: FakeGrabber) -> None:
    _, writer = await raw_connection(bridge, "/cam/left.mjpg")
    await grabber.until_demand(lambda d: d.cameras == (0,))
    writer.transport.pause_reading()  # type: ignore[attr-defined]  # a socket's transport can
    grabber.padding = 3_000_000
    await grabber.send_bundle()
    # Its demand goes with it.
    await grabber.until_demand(lambda d: d.cameras == ())
    writer.transport.abort()


async def test_motion_jpeg_follows_its_camera_to_another_index(
    session: aiohttp.ClientSession, grabber: FakeGrabber
) -> None:
    async with session.get("/cam/top.mjpg") as answer:
        await grabber.until_demand(lambda d: d.cameras == (2,))
        await grabber.close()
        grabber.infos = tuple(
            type(info)(2 - info.index, info.name, info.serial) for info in grabber.infos
        )
        grabber.session = "again"
        await grabber.connect()
        await grabber.until_demand(lambda d: d.cameras == (0,))
        await grabber.send_bundle([0])
        parts = aiohttp.MultipartReader.from_response(answer)
        part = await asyncio.wait_for(parts.next(), 30)
        assert isinstance(part, aiohttp.BodyPartReader)
        assert await part.read() == small_jpeg(0, grabber.seq)


async def test_http_pictures_say_how_they_are_to_be_shown_and_the_web_socket_s_are_untouched(
    session: aiohttp.ClientSession, bridge: RunningBridge, grabber: FakeGrabber
) -> None:
    grabber.infos = tuple(replace(info, rotation=90, mirror=True) for info in grabber.infos)
    await grabber.send_hello()

    def shown(camera: int, step: int) -> bytes:
        begin, rest = oriented(small_jpeg(camera, step), grabber.infos[camera])
        assert begin
        return begin + bytes(rest)

    asked = asyncio.create_task(get(session, "/cam/right.jpg"))
    await grabber.until_demand(lambda d: d.cameras == (1,))
    await grabber.send_bundle()
    assert (await asked)[1] == shown(1, 1)
    async with connected_viewer(bridge.url) as viewer:
        await grabber.until_demand(lambda d: d.cameras is None)
        await grabber.send_bundle()
        bundle = await viewer.bundle(lambda b: b.seq == grabber.seq)
        assert bytes(bundle.frames[1].payload) == small_jpeg(1, bundle.seq)
    async with session.get("/cam/top.mjpg") as answer:
        await grabber.until_demand(lambda d: d.cameras == (2,))
        await grabber.send_bundle()
        part = await aiohttp.MultipartReader.from_response(answer).next()
        assert isinstance(part, aiohttp.BodyPartReader)
        assert await part.read() in [shown(2, step) for step in range(grabber.seq + 1)]


async def test_a_stream_follows_how_its_camera_is_shown(
    session: aiohttp.ClientSession, grabber: FakeGrabber
) -> None:
    async with session.get("/cam/top.mjpg") as answer:
        await grabber.until_demand(lambda d: d.cameras == (2,))
        grabber.infos = tuple(replace(info, rotation=180) for info in grabber.infos)
        await grabber.send_hello()
        await grabber.send_bundle()
        part = await aiohttp.MultipartReader.from_response(answer).next()
        assert isinstance(part, aiohttp.BodyPartReader)
        assert (await part.read())[2:4] == b"\xff\xe1"
