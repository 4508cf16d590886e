"""Zooming in the page, in a real Chromium: what is asked for, and what a person sees where."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import numpy as np
import pytest
from msgspec import structs
from playwright.async_api import Browser, Page, expect

from camstrm.wire import TO_VIEWER, CameraLease, Leases, Region, View
from tests.fakes.bridge.page_server import PageServer, PageViewer, large_camera
from tests.fakes.browser import (
    TIMEOUT_MS,
    header,
    needs_browser,
    open_page,
    shows,
    tile,
    until,
)
from tests.fakes.pictures.sensor_picture import MARK
from tests.fakes.zoomed_page import HEIGHT, WIDTH, Stage, seen, shift_between, stage_of, turn_wheel

pytestmark = [*needs_browser, pytest.mark.asyncio(loop_scope="module")]


async def percent(page: Page) -> int:
    text = await tile(page, "top", "where").text_content()
    assert text
    return int(text.split(" %")[0])


async def in_view(page: Page) -> Region:
    """Return what the page says is in view."""
    text = await tile(page, "top", "where").text_content()
    found = re.search(r"(\d+)\W(\d+) at (\d+), (\d+)", text or "")
    assert found, text
    width, height, x, y = map(int, found.groups())
    return Region(x, y, width, height)


def holds(view: View, part: Region) -> bool:
    region = view.region
    return (
        region is not None
        and region.x <= part.x
        and region.y <= part.y
        and region.x + region.width >= min(part.x + part.width - 1, WIDTH)
        and region.y + region.height >= min(part.y + part.height - 1, HEIGHT)
    )


async def part_is_there(page: Page, viewer: PageViewer, region: Region) -> View:
    """Wait until a view that holds ``region`` is on the screen; return it."""
    await viewer.until(lambda v: any(holds(view, region) for view in v.wish))
    await expect(tile(page, "top", "part")).to_be_visible()
    size = "((part) => [part.width, part.height])(document.querySelector('[data-part=part]'))"
    end = asyncio.get_running_loop().time() + TIMEOUT_MS / 1000
    while asyncio.get_running_loop().time() < end:
        width, height = await page.evaluate(size)
        # The wish of the moment: a busy page may ask once more.
        for view in viewer.views:
            assert view.max_width is not None
            assert view.max_height is not None
            if holds(view, region) and 4 < width <= view.max_width and height <= view.max_height:
                return view
        await asyncio.sleep(0.05)
    raise AssertionError(f"no part of {region}")


async def test_the_wheel_zooms_to_single_pixels_at_the_pointer(
    page: Page, viewer: PageViewer
) -> None:
    stage = await stage_of(page, "top", WIDTH, HEIGHT)
    # Near a mark, one white pixel on black; events have whole coordinates.
    x, y = 16 * MARK + 0.5, 12 * MARK + 0.5
    mark = stage.at(x, y)
    pointer = round(mark[0]), round(mark[1])
    await page.mouse.move(*pointer)
    await turn_wheel(page, 26)
    await expect(tile(page, "top", "where")).to_contain_text("4000 %")
    region = await in_view(page)
    view = await part_is_there(page, viewer, region)
    assert view.max_width is not None
    assert view.region is not None
    assert view.max_width >= view.region.width, "all pixels of the camera"
    await expect(tile(page, "top", "part")).to_have_css("image-rendering", "pixelated")
    await until(page, "document.querySelector('[data-part=part]').width < 100")
    pixels = await seen(page, "top")
    enlarged = 40 / stage.scale
    column = round(pointer[0] + (mark[0] - pointer[0]) * enlarged - stage.left)
    row = round(pointer[1] + (mark[1] - pointer[1]) * enlarged - stage.top)
    white = pixels[row - 18 : row + 18, column - 18 : column + 18]
    assert white.min() > 180, "one pixel of the camera is a square of 40, where the pointer is"
    assert np.ptp(white.astype(int)) < 8, "with one colour"
    for dy, dx in ((-40, 0), (40, 0), (0, -40), (0, 40)):
        assert pixels[row + dy, column + dx].max() < 90, "its neighbours are black"


async def test_the_part_is_where_the_whole_picture_has_it(page: Page, viewer: PageViewer) -> None:
    stage = await stage_of(page, "top", WIDTH, HEIGHT)
    await page.mouse.move(*stage.at(900, 700))
    await turn_wheel(page, 4)
    await part_is_there(page, viewer, await in_view(page))
    with_part = await seen(page, "top")
    await page.evaluate("document.querySelector('[data-part=part]').style.visibility = 'hidden'")
    without = await seen(page, "top")
    assert (with_part != without).mean() > 0.1, "it is sharper"
    dx, dy = shift_between(with_part, without)
    assert max(abs(dx), abs(dy)) < 0.75, "nothing moved by a pixel"


async def test_the_whole_picture_stands_in_until_the_part_is_there(
    page: Page, server: PageServer, viewer: PageViewer
) -> None:
    server.answers_views = False
    stage = await stage_of(page, "top", WIDTH, HEIGHT)
    await page.mouse.move(*stage.at(1400, 1100))
    await turn_wheel(page, 8)
    await viewer.until(lambda v: v.wish)
    await expect(tile(page, "top", "part")).to_be_hidden()
    boxes = [await tile(page, "top", part).bounding_box() for part in ("canvas", "stage")]
    (whole, place) = boxes
    assert whole
    assert place
    assert whole["x"] <= place["x"]
    assert whole["x"] + whole["width"] >= place["x"] + place["width"]
    assert whole["y"] <= place["y"]
    assert whole["y"] + whole["height"] >= place["y"] + place["height"]
    assert (await seen(page, "top")).std() > 5


async def test_dragging_moves_what_is_below_the_pointer_along(
    page: Page, viewer: PageViewer
) -> None:
    await page.mouse.move(*(await stage_of(page, "top", WIDTH, HEIGHT)).at(1300, 1100))
    await page.keyboard.press("z")
    assert await percent(page) == 100
    before = await in_view(page)
    await part_is_there(page, viewer, before)
    await page.mouse.down()
    for step in range(1, 6):
        x, y = (await stage_of(page, "top", WIDTH, HEIGHT)).at(1300, 1100)
        await page.mouse.move(x + 40 * step, y + 20 * step)
    await page.mouse.up()
    after = await in_view(page)
    assert abs(before.x - after.x - 200) <= 1
    assert abs(before.y - after.y - 100) <= 1
    await page.mouse.move(800, 400)
    assert await in_view(page) == after, "the button is up"
    await part_is_there(page, viewer, after)


async def test_keys(page: Page, viewer: PageViewer) -> None:
    await tile(page, "top").focus()
    for key in ("ArrowLeft", "w"):
        await page.keyboard.press(key)
        await expect(tile(page, "top", "where")).to_be_hidden()
    await page.keyboard.press("z")
    one = await in_view(page)
    assert await percent(page) == 100
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowDown")
    moved = await in_view(page)
    assert moved.x > one.x
    assert moved.y > one.y
    await page.keyboard.press("+")
    assert await percent(page) == 150
    await page.keyboard.press("-")
    assert await percent(page) == 100
    await part_is_there(page, viewer, moved)
    await page.keyboard.press("w")
    await expect(tile(page, "top", "where")).to_be_hidden()
    await expect(tile(page, "top", "part")).to_be_hidden()
    await viewer.until(lambda v: v.wish == ())
    assert viewer.cameras is None


async def test_a_double_click_fits_and_chooses_only_what_fits(page: Page) -> None:
    at = (await stage_of(page, "top", WIDTH, HEIGHT)).at(1300, 1100)
    await page.mouse.move(*at)
    await turn_wheel(page, 5)
    await expect(tile(page, "top", "where")).to_be_visible()
    await page.mouse.dblclick(*at)
    await expect(tile(page, "top", "where")).to_be_hidden()
    await expect(page).not_to_have_url(re.compile("camera="))
    await page.mouse.dblclick(*at)
    await expect(page).to_have_url(re.compile("#camera=top$"))


async def test_two_fingers_zoom(page: Page, viewer: PageViewer) -> None:
    x, y = (await stage_of(page, "top", WIDTH, HEIGHT)).at(1300, 1100)
    session = await page.context.new_cdp_session(page)

    async def touch(kind: str, *distances: int) -> None:
        points = [{"x": x + distance, "y": y, "id": n} for n, distance in enumerate(distances)]
        await session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    await touch("touchStart", -20)
    await touch("touchStart", -20, 20)
    for distance in range(30, 110, 10):
        await touch("touchMove", -distance, distance)
    await touch("touchEnd")
    await expect(tile(page, "top", "where")).to_be_visible()
    region = await in_view(page)
    assert (
        4.5 < WIDTH / region.width * stage_share(await stage_of(page, "top", WIDTH, HEIGHT)) < 5.5
    ), "five times"
    assert abs(region.x + region.width / 2 - 1300) < 30
    await part_is_there(page, viewer, region)


def stage_share(stage: Stage) -> float:
    """Return how many times wider the stage is than the whole picture on it."""
    return stage.width / (WIDTH * stage.scale)


async def test_a_refused_view_says_so_once(
    page: Page, server: PageServer, viewer: PageViewer
) -> None:
    server.refuses_views = "8 different views are watched already (stream.max_views)"
    await page.mouse.move(*(await stage_of(page, "top", WIDTH, HEIGHT)).at(1300, 1100))
    await turn_wheel(page, 5)
    await shows(tile(page, "top", "hint"), "8 different views")
    wishes = len(viewer.wishes)
    await page.evaluate("document.querySelector('[data-part=hint]').hidden = true")
    await page.keyboard.press("ArrowRight")
    await viewer.until(lambda v: len(v.wishes) > wishes)
    await expect(tile(page, "top", "part")).to_be_hidden()
    await expect(tile(page, "top", "hint")).to_be_hidden()
    assert viewer.cameras is None, "the whole picture comes on"


async def test_what_nobody_sees_is_not_asked_for(page: Page, viewer: PageViewer) -> None:
    await page.mouse.move(*(await stage_of(page, "top", WIDTH, HEIGHT)).at(1300, 1100))
    await turn_wheel(page, 8)
    await viewer.until(lambda v: v.wish)
    await page.evaluate("""Object.defineProperty(document, "hidden", { value: true,
        configurable: true }), document.dispatchEvent(new Event("visibilitychange")), 0""")
    await viewer.until(lambda v: v.subscriptions[-1] == ())
    assert viewer.wish == ()
    await page.evaluate("""delete document.hidden,
        document.dispatchEvent(new Event("visibilitychange")), 0""")
    await viewer.until(lambda v: v.subscriptions[-1] is None and v.wish)


async def test_small_tiles_ask_for_small_pictures(browser: Browser) -> None:
    first = large_camera()
    cameras = [same_camera(first, index, name) for index, name in enumerate(("a", "b", "c", "d"))]
    server = PageServer(cameras, bundle_fps=10)
    server.max_views = 8
    await server.start()
    try:
        async with open_page(browser, server.url) as page:
            viewer = await asyncio.wait_for(server.connected.get(), 30)
            await page.set_viewport_size({"width": 800, "height": 600})
            await viewer.until(lambda v: len(v.wish) == 4 and all(map(tiny, v.wish)))
            assert viewer.subscriptions[-1] == (), "instead of the whole pictures"
            shown = "document.querySelector('.tile [data-part=canvas]').width"
            await until(page, f"4 < {shown} && {shown} <= 320")
            await page.set_viewport_size({"width": 1600, "height": 1000})
            await viewer.until(lambda v: not any(map(tiny, v.wish)))
            # One alone is as large as the window: the usual picture.
            await tile(page, "b").dblclick()
            await viewer.until(lambda v: v.subscriptions[-1] == (1,) and v.wish == ())
            await until(page, "document.querySelector('[data-camera=b] canvas').width === 664")
    finally:
        await server.stop()


def tiny(view: View) -> bool:
    return view.region is None and view.max_width is not None and view.max_width <= 320


def same_camera(camera: Any, index: int, name: str) -> Any:
    """Return the same camera in another place."""
    copy = large_camera()
    copy.info = structs.replace(camera.info, index=index, name=name)
    copy.status = structs.replace(camera.status, index=index)
    return copy


async def test_who_adjusts_a_camera_and_why_pictures_are_small_is_said(
    page: Page, server: PageServer
) -> None:
    await expect(tile(page, "top", "lease")).to_be_hidden()
    leases = Leases((CameraLease(0, "Kim", 12, 1_700_000_000_000_000),))
    await server.send_raw(TO_VIEWER.encode(leases).decode())
    await shows(tile(page, "top", "lease"), "Kim adjusts top")
    server.reduced = 320
    await shows(header(page, "problem"), "slow link: smaller pictures are sent (320 pixels)")
    await server.send_raw(TO_VIEWER.encode(Leases()).decode())
    await expect(tile(page, "top", "lease")).to_be_hidden()


async def test_the_part_in_view_comes_back_with_the_server(
    page: Page, server: PageServer, viewer: PageViewer
) -> None:
    stage = await stage_of(page, "top", WIDTH, HEIGHT)
    await page.mouse.move(*stage.at(1300, 1100))
    await turn_wheel(page, 8)
    region = await in_view(page)
    await part_is_there(page, viewer, region)
    await server.stop()
    await shows(header(page), "server lost")
    server.session = "second"
    await server.start()
    again = await asyncio.wait_for(server.connected.get(), 30)
    await part_is_there(page, again, region)
    assert await in_view(page) == region, "nothing has moved"
