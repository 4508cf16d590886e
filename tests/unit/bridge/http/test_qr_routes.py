from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import aiohttp
import cv2
import numpy as np
import pytest
import pytest_asyncio
import segno

from tests.fakes.bridge.running_bridge import RunningBridge, running_bridge


@pytest_asyncio.fixture
async def bridge(tmp_path: Path) -> AsyncIterator[RunningBridge]:
    async with running_bridge(tmp_path, allowed_hosts=("cams.example:8443",)) as bridge:
        yield bridge


async def get(bridge: RunningBridge, text: str) -> tuple[int, str, str]:
    url = f"{bridge.url}qr.svg?text={quote(text, safe='')}"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, answer.content_type, (await answer.read()).decode()


@pytest.mark.parametrize(
    "text",
    [
        "http://127.0.0.1:8765/?token=abc-DEF_123",
        "https://localhost/",
        "https://cams.example:8443/?token=x",
        "camstrm://192.0.2.7:8765/?token=x",
        "http://[2001:db8::1]:8765/",
    ],
)
async def test_an_address_of_this_server_as_svg_without_scripts(
    bridge: RunningBridge, text: str
) -> None:
    status, kind, svg = await get(bridge, text)
    assert (status, kind) == (200, "image/svg+xml")
    assert svg.startswith("<svg")
    assert "script" not in svg
    assert text not in svg


def test_a_phone_reads_what_was_asked_for() -> None:
    text = "https://cams.example:8443/?token=" + "A" * 43
    held = io.BytesIO()
    segno.make(text, error="m", micro=False).save(held, kind="png", border=4, scale=8)
    image = cv2.imdecode(np.frombuffer(held.getvalue(), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert image is not None
    assert cv2.QRCodeDetector().detectAndDecode(image)[0] == text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "1 to 512 characters, got 0"),
        ("http://127.0.0.1/" + "a" * 500, "1 to 512 characters, got 517"),
        ("hello", "begins with http://"),
        ("javascript:alert(1)", "begins with http://"),
        ("ftp://127.0.0.1/", "begins with http://"),
        ("http://evil.example/", "'evil.example' is not a name of this server"),
        ("http://cams.example/", "is not a name of this server"),
        ("http://127.0.0.1@evil.example/", "begins with http://"),
        ("http://evil.example\\@127.0.0.1/", "text:"),
        ("http:///127.0.0.1", "'' is not a name of this server"),
        ("http://127.0.0.1/ x", "no blanks"),
        ("http://127.0.0.1/\n", "no blanks"),
        ("http://[::1", "wanted an address"),
    ],
)
async def test_anything_else_is_refused_with_a_sentence(
    bridge: RunningBridge, text: str, why: str
) -> None:
    status, kind, answer = await get(bridge, text)
    assert (status, kind) == (400, "text/plain")
    assert why in answer
