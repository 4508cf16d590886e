"""Pictures that a person keeps: frozen, as a file, in the clipboard; in a real Chromium."""

from __future__ import annotations

import json
import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.async_api import Download, Page, expect

from tests.fakes.bridge.page_server import PageServer, PageViewer
from tests.fakes.browser import needs_browser, shows, tile
from tests.fakes.zoomed_page import HEIGHT, WIDTH, line, stage_of, turn_wheel

pytestmark = [*needs_browser, pytest.mark.asyncio(loop_scope="module")]


async def downloaded(download: Download) -> bytes:
    return contents(await download.path())


def contents(path: Path) -> bytes:
    """Read a small file; a thread for it would outlive the test."""
    return path.read_bytes()


async def test_a_frozen_picture_stands_still_says_so_and_is_acknowledged(
    page: Page, viewer: PageViewer, server: PageServer
) -> None:
    await page.keyboard.press("Space")
    await shows(page.locator(".frozen"), re.compile(r"^Frozen at \d\d:\d\d:\d\d · Space resumes$"))
    frame = "document.querySelector('[data-part=canvas]').toDataURL()"
    before = await page.evaluate(frame)
    acked = len(viewer.acks)
    await viewer.until(lambda v: len(v.acks) >= acked + 8)
    assert await page.evaluate(frame) == before
    await expect(tile(page, "top")).to_have_attribute("data-stale", "false")
    stage = await stage_of(page, "top", WIDTH, HEIGHT)
    await page.mouse.move(*stage.at(1000.5, 700.5))
    await shows(line(page, "pixel"), "from the frozen JPEG")
    wishes = len(viewer.wishes)
    await turn_wheel(page, 6)
    await expect(tile(page, "top", "where")).to_be_visible()
    acked = len(viewer.acks)
    await viewer.until(lambda v: len(v.acks) >= acked + 4)
    assert len(viewer.wishes) == wishes, "nothing is fetched for what stands still"
    await page.keyboard.press("Space")
    await expect(page.locator(".frozen")).to_have_count(0)
    await viewer.until(lambda v: len(v.wishes) > wishes)


async def test_a_snapshot_is_what_is_seen_with_its_facts_beside_it(page: Page) -> None:
    await page.keyboard.press("c")
    await page.keyboard.press("]")
    await shows(line(page, "pixel"), "1328, 1152: ")
    found: list[Download] = []
    page.on("download", lambda download: found.append(download))
    async with page.expect_download():
        await page.keyboard.press("s")
    while len(found) < 2:
        await page.wait_for_event("download")
    found.sort(key=lambda download: download.suggested_filename, reverse=True)  # .png, .json
    picture, facts = await downloaded(found[0]), await downloaded(found[1])
    name = found[0].suggested_filename
    assert re.fullmatch(r"top_\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d\.\d{3}_f\d+\.png", name)
    assert found[1].suggested_filename == name.replace(".png", ".json")
    about = json.loads(facts)
    pixels = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    assert list(pixels.shape[1::-1]) == about["picture_size"]
    assert pixels.shape[0] > pixels.shape[1], "turned, as it is seen"
    assert about["region"] == [0, 0, WIDTH, HEIGHT]
    assert (about["rotation"], about["mirror"], about["burnt_in"]) == (90, False, ["crosshair"])
    assert (about["camera"], about["serial"], about["file"]) == ("top", "22623682", name)
    middle = pixels[:, pixels.shape[1] // 2 - 3 : pixels.shape[1] // 2 + 4].astype(int)
    blue = (np.abs(middle - (247, 178, 108)).sum(axis=2) < 60).mean(axis=0)
    assert blue.max() > 0.9, "the crosshair"


async def test_raw_stills_and_all_cameras_come_from_the_server(
    page: Page, server: PageServer
) -> None:
    server.downloads["cam/top.tiff"] = b"II*\x00raw"
    async with page.expect_download() as raw:
        await page.keyboard.press("S")
    assert await downloaded(await raw.value) == b"II*\x00raw"
    assert re.fullmatch(r"top_.*\.tiff", (await raw.value).suggested_filename)
    await shows(tile(page, "top", "hint"), "Saved top_")
    await page.keyboard.press("a")
    await shows(tile(page, "top", "hint"), "Not saved: There is no such picture.")
    server.downloads["cam.zip"] = b"PK"
    async with page.expect_download() as zipped:
        await page.keyboard.press("a")
    assert await downloaded(await zipped.value) == b"PK"


async def test_the_picture_goes_to_the_clipboard_or_a_sentence_says_why_not(page: Page) -> None:
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.keyboard.press("y")
    await shows(tile(page, "top", "hint"), "Picture copied")
    types = await page.evaluate("navigator.clipboard.read().then(([item]) => item.types)")
    assert types == ["image/png"]
    await page.evaluate("void (navigator.clipboard.write = () => Promise.reject(new Error('no')))")
    await page.keyboard.press("y")
    await shows(tile(page, "top", "hint"), "Press s to save instead")
