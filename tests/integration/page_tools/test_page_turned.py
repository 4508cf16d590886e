"""Pictures that are turned and mirrored, in a real Chromium."""

from __future__ import annotations

import re

import cv2
import numpy as np
import pytest
from playwright.async_api import Page, expect

from tests.fakes.bridge.page_server import PageViewer
from tests.fakes.browser import needs_browser, tile, until
from tests.fakes.zoomed_page import (
    CANVAS_AS_GREY,
    HEIGHT,
    WIDTH,
    blurred,
    fitted,
    line,
    same_picture,
    settled,
    stage_of,
    turn_wheel,
)

pytestmark = [*needs_browser, pytest.mark.asyncio(loop_scope="module")]


async def test_a_turned_picture_is_what_numpy_makes_of_it(page: Page, viewer: PageViewer) -> None:
    upright = np.asarray(await page.evaluate(CANVAS_AS_GREY), np.float32)
    turned = np.rot90(upright, -1)
    both = np.rot90(np.fliplr(turned))
    for key, wanted in (
        ("]", turned),
        ("m", np.fliplr(turned)),
        ("[", both),
        ("m", np.fliplr(both)),
    ):
        await page.keyboard.press(key)
        grey = cv2.cvtColor(await settled(page), cv2.COLOR_BGR2GRAY)
        assert same_picture(fitted(grey, wanted.shape), wanted) > 0.97, key


async def test_a_turned_picture_is_zoomed_where_the_pointer_is_and_asks_for_that_part(
    page: Page, viewer: PageViewer
) -> None:
    await page.keyboard.press("]")
    stage = await stage_of(page, "top", HEIGHT, WIDTH)
    # What is at 600, 500 of the turned picture is at 500, HEIGHT - 600 of the sensor.
    await page.mouse.move(*stage.at(600.5, 500.5))
    await turn_wheel(page, 8)
    where = await tile(page, "top", "where").text_content()
    width, height, x, y = map(int, re.findall(r"(\d+)\W(\d+) at (\d+), (\d+)", where or "")[0])
    assert x <= 500 <= x + width
    assert y <= HEIGHT - 600 <= y + height
    assert width < height or width / height < 4 / 3, "the sensor's part is turned, too"
    await viewer.until(
        lambda v: any(
            view.region is not None
            and view.region.x <= x
            and view.region.y <= y
            and view.region.x + view.region.width >= x + width - 1
            and view.region.y + view.region.height >= y + height - 1
            for view in v.wish
        )
    )
    text = await line(page, "pixel").text_content()
    there = tuple(map(int, re.findall(r"\d+", text or "")[:2]))
    assert there == pytest.approx((500, HEIGHT - 600), abs=4)
    await expect(tile(page, "top", "part")).to_be_visible()
    with_part = await settled(page)
    await page.evaluate("document.querySelector('[data-part=part]').style.visibility = 'hidden'")
    without = await settled(page)
    assert same_picture(blurred(with_part), blurred(without)) > 0.98, "nothing moves"
    map_box = await tile(page, "top", "map").bounding_box()
    assert map_box is not None
    assert map_box["width"] / map_box["height"] == pytest.approx(HEIGHT / WIDTH, rel=0.05)
    seen_box = await tile(page, "top", "seen").bounding_box()
    assert seen_box is not None
    middle = (
        (seen_box["x"] + seen_box["width"] / 2 - map_box["x"]) / map_box["width"],
        (seen_box["y"] + seen_box["height"] / 2 - map_box["y"]) / map_box["height"],
    )
    wanted = ((HEIGHT - (y + height / 2)) / HEIGHT, (x + width / 2) / WIDTH)
    assert middle == pytest.approx(wanted, abs=0.05), "the small map is turned"


async def test_how_a_person_turned_a_camera_is_remembered(page: Page) -> None:
    await page.keyboard.press("[")
    await page.keyboard.press("m")
    before = await page.evaluate("document.querySelector('[data-part=canvas]').style.transform")
    assert before == "rotate(90deg) scaleX(-1)"
    await page.reload()
    await until(
        page,
        f"document.querySelector('[data-part=canvas]').style.transform === '{before}'",
    )
