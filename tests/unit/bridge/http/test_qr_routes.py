from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as ET

import aiohttp
import cv2
import numpy as np
import pytest
import pytest_asyncio
from numpy.typing import NDArray

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


def drawn(svg: str) -> NDArray[np.uint8]:
    """Draw the SVG as a browser does: a white square, and a path of horizontal lines in modules."""
    root = ET.fromstring(svg)
    size = int(root.attrib["width"])
    assert root.attrib["height"] == str(size)
    group = root[0]
    scale = int(group.attrib["transform"].removeprefix("scale(").removesuffix(")"))
    light, lines = group
    assert light.attrib["fill"] == "#fff"
    assert lines.attrib["stroke"] == "#000"
    image = np.full((size, size), 255, np.uint8)
    x = y = 0.0
    for name, numbers in re.findall(r"([Mmhv])([-0-9. ]+)", lines.attrib["d"]):
        values = [float(number) for number in numbers.split()]
        if name in "Mm":
            x, y = values if name == "M" else (x + values[0], y + values[1])
        else:
            assert name == "h"
            # A stroke is one module wide: half above and half below the line.
            top, left = round((y - 0.5) * scale), round(x * scale)
            image[top : top + scale, left : left + round(values[0] * scale)] = 0
            x += values[0]
    return image


async def test_a_phone_reads_what_was_asked_for(bridge: RunningBridge) -> None:
    text = "https://cams.example:8443/?token=" + "A" * 43
    _, _, svg = await get(bridge, text)
    assert cv2.QRCodeDetector().detectAndDecode(drawn(svg))[0] == text


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
