"""The shell of the page in a real Chromium: the screen's use, strip, keys, places, windows."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from msgspec import structs
from playwright.async_api import Browser, Page, expect

from camstrm import __version__
from camstrm.wire import CameraInfo, CameraState, CameraStatus, Subscribe
from tests.fakes.bridge.page_server import PageServer, ScriptedCamera, now_us, three_cameras
from tests.fakes.browser import (
    header,
    is_live,
    needs_browser,
    open_page,
    shows,
    tile,
    until,
)

pytestmark = [*needs_browser, pytest.mark.asyncio(loop_scope="module")]

ALL_DRAWN = """document.querySelectorAll(".tile").length === COUNT &&
    [...document.querySelectorAll(".tile canvas[role=img]")].every(({ width }) => width > 4)"""
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


@pytest_asyncio.fixture(loop_scope="module")
async def server() -> AsyncIterator[PageServer]:
    server = PageServer(three_cameras(), bundle_fps=10)
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, server: PageServer) -> AsyncIterator[Page]:
    async with open_page(browser, server.url) as page:
        await all_drawn(page, 3)
        await until(page, "document.querySelector('[data-camera=top]').offsetLeft === 0")
        yield page


async def all_drawn(page: Page, count: int) -> None:
    """Wait until every camera has a picture."""
    await until(page, ALL_DRAWN.replace("COUNT", str(count)))


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


async def test_the_strip_names_what_is_wrong_and_it_is_said_once(
    page: Page, server: PageServer
) -> None:
    await expect(page).to_have_title("(3/3) camstrm")
    right = server.cameras[1]
    right.state, right.since_us = CameraState.LOST, now_us()
    await shows(header(page), re.compile(r"right: lost since \d\d:\d\d:\d\d\W+2 of 3 live"))
    await expect(page).to_have_title("(2/3) camstrm")
    await expect(page.get_by_role("alert")).to_have_text("right: no pictures")
    # Whatever is written later is a change that would be said again.
    await page.evaluate(
        "document.getElementById('said-urgently').firstChild.id = 'said-before', undefined"
    )
    await asyncio.sleep(0.6)
    await expect(page.locator("#said-before")).to_have_count(1)
    right.state = CameraState.STREAMING
    await expect(page.locator("#said")).to_have_text("right: pictures are back")
    await expect(page).to_have_title("(3/3) camstrm")


async def test_a_camera_without_frames_is_named_with_the_time_of_its_last_one(
    page: Page, server: PageServer
) -> None:
    server.cameras[1].sends_pictures = False
    await shows(header(page), re.compile(r"right: no frames since \d\d:\d\d:\d\d\W+2 of 3 live"))


async def test_keys_choose_cameras_and_open_and_leave_one(page: Page) -> None:
    await page.keyboard.press("2")
    await expect(tile(page, "right")).to_have_attribute("aria-current", "true")
    await expect(tile(page, "right")).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await expect(tile(page, "left")).to_be_focused()
    await page.keyboard.press("ArrowLeft")
    await expect(tile(page, "top")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator(".tile:visible")).to_have_count(1)
    await page.go_back()
    await expect(page.locator(".tile:visible")).to_have_count(3)
    await page.keyboard.press("Enter")
    await page.keyboard.press("PageDown")
    await expect(page).to_have_url(re.compile("#camera=left$"))
    await page.keyboard.press("Escape")
    await expect(page.locator(".tile:visible")).to_have_count(3)


async def test_tab_goes_to_the_chosen_picture_and_chooses_no_other(page: Page) -> None:
    await page.keyboard.press("2")
    await expect(tile(page, "right")).to_be_focused()
    await page.keyboard.press("e")
    for key in ("Shift+Tab", "Shift+Tab", "Shift+Tab"):
        await page.keyboard.press(key)
        await expect(tile(page, "right")).to_have_attribute("aria-current", "true")
    await expect(page.locator(".tile[tabindex='0']")).to_have_count(1)


async def test_the_list_of_keys_opens_and_closes(page: Page) -> None:
    await page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="List of keys")
    await expect(dialog).to_be_visible()
    await expect(dialog).to_contain_text("1:1 (one camera pixel per screen pixel)")
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)


async def test_the_menu_is_worked_with_the_keyboard(page: Page) -> None:
    button = page.get_by_role("button", name="Menu")
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem", name="One camera, or all")).to_be_focused()
    item = page.get_by_role("menuitemcheckbox", name="Figures on the pictures")
    await expect(item).to_have_attribute("aria-checked", "false")
    await item.click()
    await expect(tile(page, "left", "figures")).to_be_visible()
    await expect(button).to_be_focused()


async def test_icon_about_box_and_version(page: Page) -> None:
    icon = page.locator("link[rel=icon]")
    answer = await page.request.get(await icon.evaluate("(link) => link.href"))
    assert answer.ok
    assert answer.headers["content-type"].startswith("image/svg+xml")
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("menuitem", name="About camstrm").click()
    box = page.get_by_role("dialog", name="camstrm")
    await expect(box).to_contain_text(f"camstrm {__version__}")
    await page.keyboard.press("Escape")
    await expect(box).to_be_hidden()


async def test_a_field_keeps_its_keys(page: Page) -> None:
    await page.keyboard.press("n")
    field = page.get_by_role("searchbox", name="Search")
    await field.fill("")
    await field.press_sequentially("i3?")
    await expect(field).to_have_value("i3?")
    await expect(tile(page, "left", "figures")).to_be_hidden()
    await page.keyboard.press("Escape")
    await expect(page.locator("#sheet")).to_be_hidden()


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


async def test_the_page_speaks_korean(browser: Browser, server: PageServer) -> None:
    async with open_page(browser, server.url + "#lang=ko") as page:
        await all_drawn(page, 3)
        await shows(header(page), "3대 중 3대 정상")
        await expect(page.get_by_role("button", name="메뉴")).to_be_visible()


async def test_without_a_grabber_the_page_says_what_to_do(browser: Browser) -> None:
    server = PageServer([], bundle_fps=10)
    server.streaming, server.input = False, "none"
    await server.start()
    try:
        async with open_page(browser, server.url) as page:
            await shows(page.locator("#empty"), "start `camstrm grab`")
    finally:
        await server.stop()


async def test_corrupt_settings_are_as_if_there_were_none(page: Page) -> None:
    await page.evaluate("""(() => {
        for (const name of ["order", "layouts", "sheet.size", "theme", "info", "layout.mode"]) {
            localStorage.setItem(`camstrm.${name}`, '{"a":');
        }
        localStorage.setItem("camstrm.order", '[1, null, "top"]');
    })()""")
    await page.reload()
    await all_drawn(page, 3)
    await is_live(page)


async def test_the_theme_is_the_systems_or_the_persons(page: Page) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    await page.emulate_media(color_scheme="dark")
    dark = "rgb(9, 11, 13)"
    await until(page, f"{ground} === '{dark}'")
    await page.emulate_media(color_scheme="light")
    await until(page, f"{ground} !== '{dark}'")
    await page.keyboard.press(",")
    await page.get_by_label("Appearance").select_option("dark")
    await until(page, f"{ground} === '{dark}'")


async def test_what_is_chosen_is_seen_with_the_systems_few_colours(page: Page) -> None:
    await page.keyboard.press("h")
    await page.keyboard.press("1")
    for more in (False, True):
        if more:
            await page.emulate_media(forced_colors="none", contrast="more")
        else:
            await page.emulate_media(forced_colors="active")
        colours = await page.evaluate("""(() => {
            const of = (selector, name, part) =>
                getComputedStyle(document.querySelector(selector), part)[name];
            return [
                ["[data-camera=left]", "[data-camera=right]", "borderTopColor", "::after"],
                [".tabs [aria-selected=true]", ".tabs [aria-selected=false]", "borderBottomColor"],
                [".choice :checked + span", ".choice :not(:checked) + span", "backgroundColor"],
            ].map(([one, other, name, part]) => [of(one, name, part), of(other, name, part)]);
        })()""")
        for one, other in colours:
            assert one != other, (more, colours)


async def test_texts_of_a_server_are_shown_without_what_is_hidden_in_them(
    page: Page, server: PageServer
) -> None:
    left = server.cameras[0]
    left.info = structs.replace(left.info, name="gpj\u202eexe\x07<b>")
    left.status = structs.replace(left.status, state=3, reason="<img src=x>" + "y" * 5000)
    left.state = CameraState.LOST
    await server.send_hello()
    name = page.get_by_role("heading", name="gpj\ufffdexe\ufffd<b>")
    await expect(name).to_be_visible()
    await until(
        page, "document.querySelector('.tile[data-state=lost] .reason').textContent.length === 2000"
    )
    await expect(page.locator(".tile img")).to_have_count(0)


async def test_a_slow_connection_is_asked_for_little(page: Page, server: PageServer) -> None:
    viewer = await asyncio.wait_for(server.connected.get(), 30)
    server.max_views, server.answers_views = 8, False
    await server.send_hello()
    await page.keyboard.press("b")
    await page.get_by_label("Slow connection: save bandwidth").check()
    await viewer.until(lambda v: any(map(asks_for_little, v.received)))


def asks_for_little(message: object) -> bool:
    return (
        isinstance(message, Subscribe)
        and message.max_fps == 5
        and len(message.views) == 3
        and all(view.max_width is not None and view.max_width <= 480 for view in message.views)
    )


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
