"""The shell of the page in a real Chromium: strip, menu, keys, texts, appearance."""

from __future__ import annotations

import asyncio
import re

import pytest
from msgspec import structs
from playwright.async_api import Browser, Page, expect

from camstrm import __version__
from camstrm.wire import CameraState, Subscribe
from tests.fakes.bridge.page_server import PageServer, now_us
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
