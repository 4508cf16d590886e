"""Where the pictures are on the page, in a real Chromium: use of the screen, dragging, windows."""

from __future__ import annotations

import asyncio

import pytest
from msgspec import structs
from playwright.async_api import Browser, Page, expect

from camstrm.wire import CameraInfo, CameraState, CameraStatus
from tests.fakes.bridge.page_server import PageServer, ScriptedCamera
from tests.fakes.browser import (
    all_drawn,
    header,
    is_live,
    needs_browser,
    open_page,
    shows,
    tile,
    until,
)

pytestmark = [*needs_browser, pytest.mark.asyncio(loop_scope="module")]

PICTURE_SHARE = """(() => {
    let sum = 0;
    for (const canvas of document.querySelectorAll(".tile canvas[role=img]")) {
        const { width, height } = canvas.getBoundingClientRect();
        // The picture is fitted into its canvas.
        const scale = Math.min(width / canvas.width, height / canvas.height);
        sum += canvas.width * canvas.height * scale * scale;
    }
    return sum / (innerWidth * innerHeight);
})()"""
CUT_NAMES = """[...document.querySelectorAll(".tile h2")]
    .filter((name) => name.scrollWidth > name.clientWidth).map((name) => name.textContent)"""
TOP_LEFT = """[...document.querySelectorAll(".tile")]
    .map((tile) => tile.dataset.camera).join()"""


def stations(count: int) -> list[ScriptedCamera]:
    """Return cameras with names of a usual length."""
    return [
        ScriptedCamera(
            CameraInfo(i, f"station {i + 1:02} left", f"S{i}"),
            CameraStatus(i, 2, 0, "", "Mono8", 640, 480),
            160,
            120,
        )
        for i in range(count)
    ]


async def test_three_quarters_of_the_window_are_picture(page: Page) -> None:
    await page.set_viewport_size({"width": 1600, "height": 1000})
    share = await until(page, f"{PICTURE_SHARE} >= 0.75 && {PICTURE_SHARE}")
    assert share >= 0.75


async def test_a_tile_is_dragged_to_another_place_and_stays_there(
    page: Page, server: PageServer
) -> None:
    assert await page.evaluate(TOP_LEFT) == "left,right,top"
    await tile(page, "left", "line").hover()
    await page.mouse.down()
    box = await tile(page, "right").bounding_box()
    assert box
    await page.mouse.move(box["x"] + 100, box["y"] + 100, steps=4)
    await expect(tile(page, "left")).to_have_attribute("data-dragged", "")
    await page.mouse.up()
    await until(page, f"{TOP_LEFT} === 'right,left,top'")
    await page.reload()
    await all_drawn(page, 3)
    assert await page.evaluate(TOP_LEFT) == "right,left,top"
    await page.keyboard.press("1")
    await expect(tile(page, "right")).to_be_focused()
    await page.keyboard.press(">")
    await until(page, f"{TOP_LEFT} === 'left,right,top'")
    await expect(tile(page, "right")).to_be_focused()


async def test_a_finger_that_stays_on_a_name_drags_its_camera(page: Page) -> None:
    touch = await page.context.new_cdp_session(page)
    box, other = [await tile(page, name, "line").bounding_box() for name in ("left", "right")]
    assert box
    assert other

    async def finger(kind: str, *points: tuple[float, float]) -> None:
        at = [{"x": x, "y": y} for x, y in points]
        await touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    await finger("touchStart", (box["x"] + 40, box["y"] + 10))
    await expect(tile(page, "left")).to_have_attribute("data-dragged", "")
    await finger("touchMove", (other["x"] + 100, other["y"] + 60))
    await finger("touchMove", (other["x"] + 100, other["y"] + 80))
    await finger("touchEnd")
    await until(page, f"{TOP_LEFT} === 'right,left,top'")
    await expect(page.locator("[data-dragged]")).to_have_count(0)
    left, right = await tile(page, "left").bounding_box(), await tile(page, "right").bounding_box()
    assert left
    assert right
    await finger("touchStart", (left["x"] + 40, left["y"] + 10))
    await finger("touchMove", (right["x"] + 40, right["y"] + 60))  # at once: it scrolls
    await finger("touchEnd")
    assert await page.evaluate(TOP_LEFT) == "right,left,top"


async def test_a_camera_dragged_to_the_large_place_is_the_large_one(page: Page) -> None:
    large = await tile(page, "top").bounding_box()
    assert large
    await tile(page, "left", "line").hover()
    await page.mouse.down()
    await page.mouse.move(large["x"] + 200, large["y"] + 300, steps=4)
    await page.mouse.up()
    widths = "(name) => document.querySelector(`[data-camera=${name}]`).clientWidth"
    await until(page, f"({widths})('left') > 1.2 * ({widths})('top')")


async def test_layouts_have_names(page: Page) -> None:
    await page.keyboard.press("v")
    await page.get_by_label("Even grid").check()
    await until(page, "document.querySelector('[data-camera=top]').clientHeight < 450")
    await page.get_by_label("Name of the layout").fill("bench")
    await page.keyboard.press("Enter")
    await page.get_by_label("Largest pictures").check()
    await until(page, "document.querySelector('[data-camera=top]').clientHeight > 800")
    await page.get_by_role("button", name="bench", exact=True).click()
    await until(page, "document.querySelector('[data-camera=top]').clientHeight < 450")
    await page.get_by_role("button", name="Delete bench").click()
    await expect(page.get_by_text("None yet.")).to_be_visible()


async def test_one_camera_pops_out(page: Page, server: PageServer) -> None:
    await page.keyboard.press("2")
    async with page.expect_popup() as opening:
        await page.keyboard.press("o")
    window = await opening.value
    await all_drawn(window, 1)
    await is_live(window)
    await expect(header(window)).to_be_hidden()
    assert await window.evaluate("location.hash") == "#camera=right&popout"
    await window.close()


async def test_a_wall_shows_pictures_and_nothing_to_click(
    browser: Browser, server: PageServer
) -> None:
    url = server.url + "#kiosk&cameras=top,left&layout=grid&lang=ko"
    async with open_page(browser, url) as page:
        await all_drawn(page, 2)
        assert await page.evaluate(TOP_LEFT) == "top,left"
        assert await page.evaluate("document.documentElement.lang") == "ko"
        await expect(header(page)).to_be_hidden()
        viewer = await asyncio.wait_for(server.connected.get(), 30)
        await viewer.until(lambda v: v.subscriptions and v.subscriptions[-1] == (2, 0))
        await page.mouse.dblclick(300, 400)
        await page.keyboard.press("Enter")
        await expect(page.locator(".tile:visible")).to_have_count(2)
        server.cameras[0].state = CameraState.LOST
        await expect(header(page)).to_be_visible()
        await expect(page.get_by_role("button")).to_have_count(0)


@pytest.mark.parametrize("mobile", [(390, 844), (844, 390)], ids=["upright", "turned"])
@pytest.mark.parametrize("count", [8, 16])
async def test_names_are_whole_on_a_phone(
    browser: Browser, count: int, mobile: tuple[int, int]
) -> None:
    server = PageServer(stations(count), bundle_fps=5)
    await server.start()
    try:
        async with open_page(browser, server.url, mobile=True) as page:
            await page.set_viewport_size({"width": mobile[0], "height": mobile[1]})
            columns = "new Set([...document.querySelectorAll('.tile')].map((t) => t.offsetLeft))"
            await until(page, f"{columns}.size === {1 if mobile[0] == 390 else 2}")
            server.cameras[0].state = CameraState.LOST
            await shows(header(page), "station 01 left: lost")
            assert await page.evaluate(CUT_NAMES) == []
            assert await page.evaluate("document.documentElement.scrollWidth") == mobile[0]
    finally:
        await server.stop()


async def test_cameras_that_nobody_sees_are_not_missing(browser: Browser) -> None:
    server = PageServer(stations(8), bundle_fps=5)
    await server.start()
    try:
        async with open_page(browser, server.url, mobile=True) as page:
            await page.set_viewport_size({"width": 390, "height": 844})
            viewer = await asyncio.wait_for(server.connected.get(), 30)
            await viewer.until(lambda v: v.cameras is not None and 0 < len(v.cameras) < 8)
            await is_live(page)
            last = tile(page, "'station 08 left'")
            # Longer than after which one that is seen would be missing.
            await asyncio.sleep(5)
            await is_live(page)
            await last.scroll_into_view_if_needed()
            await expect(last.locator("[data-part=canvas]")).not_to_have_attribute("width", "4")
            await is_live(page)
            assert await page.locator("[role=alert]").inner_text() == ""
    finally:
        await server.stop()


@pytest.mark.parametrize("zoom", [2, 3])
async def test_nothing_is_cut_in_an_enlarged_page(
    browser: Browser, server: PageServer, zoom: int
) -> None:
    async with open_page(browser, server.url) as page:
        await page.set_viewport_size({"width": 1600 // zoom, "height": 1000 // zoom})
        await all_drawn(page, 3) if zoom == 2 else await is_live(page)
        server.cameras[1].state = CameraState.LOST
        await shows(header(page), "right: lost")
        assert await page.evaluate(CUT_NAMES) == []
        strip = "((s) => s.scrollWidth <= s.clientWidth)(document.querySelector('.strip strong'))"
        assert await page.evaluate(strip)


async def test_small_cameras_are_enlarged_with_sharp_pixels(browser: Browser) -> None:
    camera = ScriptedCamera(
        CameraInfo(0, "tiny", "S"), CameraStatus(0, 2, 0, "", "Mono8", 64, 48), 64, 48
    )
    server = PageServer([camera], bundle_fps=10)
    await server.start()
    try:
        async with open_page(browser, server.url) as page:
            await expect(tile(page, "tiny", "canvas")).to_have_css("image-rendering", "pixelated")
            camera.status = structs.replace(camera.status, width=6400, height=4800)
            await expect(tile(page, "tiny", "canvas")).to_have_css("image-rendering", "auto")
    finally:
        await server.stop()
