from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from camstrm.bridge.http import still_routes
from camstrm.wire import Call, PacketKind, Reply, encode_data_parts, pack, refusal, unpack
from camstrm.wire.operations import Still, TakeStill
from camstrm.wire.views import MAX_SIDE, Region
from tests.fakes.bridge.running_bridge import (
    TOKEN,
    RunningBridge,
    raw_connection,
    running_bridge,
)
from tests.fakes.grabber.fake_grabber import FakeGrabber, small_jpeg

LONG_S = 30.0
STILL = Still(
    "image/png",
    6,
    32,
    16,
    Region(8, 4, 32, 16),
    "BayerRG12p",
    bits=12,
    frame_id=77,
    capture_time_us=1_700_000_000_123_456,
    device_timestamp_ns=5,
)


@pytest_asyncio.fixture
async def bridge(tmp_path: Path) -> AsyncIterator[RunningBridge]:
    async with running_bridge(tmp_path, send_timeout_s=0.3, max_clients_per_address=64) as bridge:
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


Answer = tuple[int, bytes, Mapping[str, str]]


async def get(session: aiohttp.ClientSession, path: str, **options: Any) -> Answer:
    async with session.get(path, **options) as answer:
        return answer.status, await answer.read(), answer.headers


async def next_call(grabber: FakeGrabber) -> tuple[Call, TakeStill]:
    call = await asyncio.wait_for(grabber.calls.get(), LONG_S)
    assert call.do == "still"
    return call, unpack(call.with_, TakeStill, "still.with")


async def give(grabber: FakeGrabber, call: Call, *pieces: bytes) -> None:
    for piece in pieces:
        await grabber.send_packet(PacketKind.DATA, encode_data_parts(call.id, memoryview(piece)))
    await grabber.send(Reply(call.id, ok=True, result=pack(STILL)))


@pytest.mark.parametrize(
    ("path", "wish"),
    [
        ("left.png", TakeStill("png")),
        ("left.tiff", TakeStill("tiff")),
        ("left.tiff?raw=0", TakeStill("tiff", raw=False)),
        ("left.tiff?raw=1&x=8", TakeStill("tiff", Region(8, 0, MAX_SIDE, MAX_SIDE))),
        ("left.jpg?scale=1", TakeStill(scale=1.0)),
        ("left.jpg?scale=0.25&quality=95", TakeStill(scale=0.25, quality=95)),
        (
            "left.jpg?x=10&y=20&width=30&height=40&max_width=20",
            TakeStill(region=Region(10, 20, 30, 40), max_width=20),
        ),
        ("left.png?height=7&bits=16&_=123", TakeStill("png", Region(0, 0, MAX_SIDE, 7), bits=16)),
    ],
)
async def test_the_query_is_the_wish(
    session: aiohttp.ClientSession, grabber: FakeGrabber, path: str, wish: TakeStill
) -> None:
    asked = asyncio.create_task(get(session, f"/cam/{path}"))
    call, found = await next_call(grabber)
    assert (found, call.camera) == (wish, 0)
    await give(grabber, call, b"abc", b"def")
    status, body, headers = await asked
    assert (status, body) == (200, b"abcdef")
    kinds = {"jpg": "image/jpeg", "png": "image/png", "tiff": "image/tiff"}
    assert headers["Content-Type"] == kinds[path.partition("?")[0].rpartition(".")[2]]


async def test_what_the_headers_say(session: aiohttp.ClientSession, grabber: FakeGrabber) -> None:
    asked = asyncio.create_task(get(session, "/cam/SN0001.png"))
    call, _ = await next_call(grabber)
    assert call.camera == 1
    await give(grabber, call, b"abcdef")
    headers = (await asked)[2]
    assert headers["Content-Length"] == "6"
    assert headers["X-Frame-Id"] == "77"
    assert headers["X-Capture-Time-Us"] == "1700000000123456"
    assert headers["X-Device-Timestamp-Ns"] == "5"
    assert headers["X-Pixel-Format"] == "BayerRG12p"
    assert headers["X-Bits"] == "12"
    assert headers["X-Region"] == "8,4,32,16"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Disposition"] == (
        'inline; filename="right_20231114T221320.123456Z.png"; '
        "filename*=UTF-8''right_20231114T221320.123456Z.png"
    )


async def test_a_file_name_from_any_camera_name(bridge: RunningBridge) -> None:
    name = 'Käse/"1"\\왼쪽\n'
    async with (
        FakeGrabber(bridge.socket_path, (name,)) as grabber,
        aiohttp.ClientSession(bridge.url) as session,
    ):
        await grabber.until_demand(lambda d: d.cameras == ())
        asked = asyncio.create_task(get(session, "/cam/SN0000.png"))
        call, _ = await next_call(grabber)
        await give(grabber, call, b"abcdef")
        status, _, headers = await asked
    assert status == 200
    plain, _, full = headers["Content-Disposition"].partition("; filename*=")
    assert plain == 'inline; filename="Kase__1___n' + '_20231114T221320.123456Z.png"'
    assert full.startswith("UTF-8''K%C3%A4se__1__%EC%99%BC%EC%AA%BD_n")


async def test_without_parameters_of_a_still_it_is_the_streams_picture(
    session: aiohttp.ClientSession, grabber: FakeGrabber
) -> None:
    asked = asyncio.create_task(get(session, "/cam/left.jpg?t=5&token=x"))
    await grabber.until_demand(lambda d: d.cameras == (0,))
    await grabber.send_bundle()
    assert (await asked)[1] == small_jpeg(0, 1)
    assert grabber.calls.empty()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("jpg?x=-1", "x: wanted a whole number from 0 to 65500, not '-1'"),
        ("jpg?y=1.5", "y: wanted a whole number"),
        ("jpg?width=0", "width: wanted a whole number from 1 to 65500, not '0'"),
        ("jpg?height=99999999999999999999", "height: wanted"),
        ("jpg?height=", "height: wanted"),
        ("jpg?x=%D9%A3", "x: wanted"),
        ("jpg?quality=101", "quality: wanted a whole number from 1 to 100"),
        ("jpg?scale=0", "scale: wanted a number above 0 up to 1, not '0'"),
        ("jpg?scale=nan", "scale: wanted"),
        ("jpg?scale=1.01", "scale: wanted"),
        ("jpg?bits=8", "bits: not for a JPEG, which has x, y, width, height, max_width"),
        ("png?bits=12", "bits: wanted 8 or 16, not '12'"),
        ("png?quality=80", "quality: not for a PNG"),
        ("tiff?raw=yes", "raw: wanted a whole number from 0 to 1, not 'yes'"),
        ("tiff?scale=0.5", "scale: not for a TIFF"),
    ],
)
async def test_a_wrong_parameter_is_named(
    session: aiohttp.ClientSession, grabber: FakeGrabber, path: str, words: str
) -> None:
    status, body, _ = await get(session, f"/cam/left.{path}")
    assert status == 400
    assert body.decode().startswith(words)
    assert grabber.calls.empty()


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("wrong", 400),
        ("unknown", 501),
        ("busy", 503),
        ("gone", 503),
        ("timeout", 504),
        ("failed", 500),
        ("new in a later version", 500),
    ],
)
async def test_why_there_is_no_still(
    session: aiohttp.ClientSession, grabber: FakeGrabber, code: Any, status: int
) -> None:
    asked = asyncio.create_task(get(session, "/cam/left.tiff"))
    call, _ = await next_call(grabber)
    await grabber.send(refusal(call.id, code, "camera left is lost", "Check the cable"))
    found, body, headers = await asked
    assert (found, body) == (status, b"camera left is lost. Check the cable\n")
    assert headers.get("Retry-After") == ("1" if status == 503 else None)


@pytest.mark.parametrize("kind", ["png", "tiff", "jpg?scale=1"])
async def test_unknown_camera_and_no_grabber(
    session: aiohttp.ClientSession, bridge: RunningBridge, kind: str
) -> None:
    async with FakeGrabber(bridge.socket_path) as grabber:
        await grabber.until_demand(lambda d: d.cameras == ())
        status, body, _ = await get(session, f"/cam/lefty.{kind}")
        assert (status, body) == (404, b"There is no camera 'lefty'. Cameras: left, right, top\n")
        asked = asyncio.create_task(get(session, f"/cam/left.{kind}"))
        await next_call(grabber)
    status, body, _ = await asked
    assert status == 503, "it went while it was asked"
    assert b"grabber" in body
    status, body, _ = await get(session, f"/cam/left.{kind}")
    assert status == 503
    assert b"no grabber is connected" in body


async def test_head_makes_no_still(session: aiohttp.ClientSession, grabber: FakeGrabber) -> None:
    for path, kind in (("tiff", "tiff"), ("png", "png"), ("jpg?scale=1", "jpeg")):
        async with session.head(f"/cam/left.{path}") as answer:
            assert (answer.status, answer.content_type) == (200, f"image/{kind}")
    async with session.head("/cam/left.tiff?raw=3") as answer:
        assert answer.status == 400
    async with session.head("/cam/lefty.tiff") as answer:
        assert answer.status == 404
    assert grabber.calls.empty()


async def test_so_many_stills_at_a_time(
    session: aiohttp.ClientSession, grabber: FakeGrabber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(still_routes, "MAX_STILLS", 2)
    asked = [asyncio.create_task(get(session, "/cam/left.png")) for _ in range(2)]
    calls = [(await next_call(grabber))[0] for _ in asked]
    status, body, headers = await get(session, "/cam/left.png")
    assert status == 503
    assert body.startswith(b"2 stills are being made")
    assert headers["Retry-After"] == "1"
    for call in calls:
        await give(grabber, call, b"abcdef")
    assert [(await one)[0] for one in asked] == [200, 200]
    last = asyncio.create_task(get(session, "/cam/left.png"))
    await give(grabber, (await next_call(grabber))[0], b"abcdef")
    assert (await last)[0] == 200


async def test_who_takes_nothing_is_cut_off(
    session: aiohttp.ClientSession,
    bridge: RunningBridge,
    grabber: FakeGrabber,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(still_routes, "MAX_STILLS", 1)
    _, writer = await raw_connection(bridge, "/cam/left.tiff")
    writer.transport.pause_reading()  # type: ignore[attr-defined]  # a socket's transport can
    call, _ = await next_call(grabber)
    await give(grabber, call, *[bytes(100_000)] * 100)
    # Its place is free again when it is gone.
    while True:
        asked = asyncio.create_task(get(session, "/cam/left.png"))
        taken = asyncio.create_task(next_call(grabber))
        await asyncio.wait({asked, taken}, return_when=asyncio.FIRST_COMPLETED)
        if taken.done():
            break
        taken.cancel()
        assert (await asked)[0] == 503
    await give(grabber, taken.result()[0], b"abcdef")
    assert (await asked)[0] == 200
    writer.transport.abort()


async def test_the_token_may_be_in_the_url(tmp_path: Path) -> None:
    async with (
        running_bridge(tmp_path, auth=True) as bridge,
        FakeGrabber(bridge.socket_path) as grabber,
        aiohttp.ClientSession(bridge.url) as session,
    ):
        await grabber.until_demand(lambda d: d.cameras == ())
        assert (await get(session, "/cam/left.tiff"))[0] == 401
        asked = asyncio.create_task(get(session, f"/cam/left.tiff?token={TOKEN}"))
        await give(grabber, (await next_call(grabber))[0], b"abcdef")
        assert (await asked)[0] == 200
        async with session.post(f"/cam/left.tiff?token={TOKEN}") as answer:
            assert answer.status == 405
