"""Pixels that are read, measured and marked on the page, in a real Chromium."""

from __future__ import annotations

import re

import cv2
import numpy as np
import pytest
from msgspec import structs
from playwright.async_api import Browser, Page, expect

from tests.fakes.bridge.page_server import PageServer
from tests.fakes.browser import is_live, needs_browser, open_page, shows, tile, until
from tests.fakes.measured_sensor import MeasuredSensor
from tests.fakes.zoomed_page import HEIGHT, WIDTH, drag, line, seen, settled, stage_of

pytestmark = [*needs_browser, pytest.mark.asyncio(loop_scope="module")]


async def test_position_and_raw_value_of_the_pixel_below_the_pointer(
    page: Page, server: PageServer, sensor: MeasuredSensor
) -> None:
    stage = await stage_of(page, "top", WIDTH, HEIGHT)
    await page.mouse.move(*stage.at(1000.5, 700.5))
    text = await until(
        page,
        "document.querySelector('[data-tool=pixel]').textContent.includes('raw') && "
        "document.querySelector('[data-tool=pixel]').textContent",
    )
    x, y, red, gr, gb, blue = map(int, re.findall(r"\d+", text)[:6])
    assert abs(x - 1000) <= 4, text
    assert abs(y - 700) <= 4, text
    assert {"R": red, "Gr": gr, "Gb": gb, "B": blue} == sensor.point(x, y)
    assert text.endswith("raw, 12 bit")
    (region,) = {call.region for call in sensor.wishes if call.point == (x, y)}
    assert region is not None
    assert (region.width, region.height) == (2, 2), "nothing but that cell is looked at"
    await page.mouse.move(1, 1)
    await expect(line(page, "pixel")).to_have_count(0)


async def test_a_value_that_is_not_raw_is_said_to_be_from_the_jpeg(
    page: Page, server: PageServer
) -> None:
    del server.answers["measure"]
    stage = await stage_of(page, "top", WIDTH, HEIGHT)
    await page.mouse.move(*stage.at(1000.5, 700.5))
    await shows(line(page, "pixel"), re.compile(r"^\d+, \d+: .*from the JPEG, 8 bit$"))


async def test_the_crosshair_reads_a_pixel_by_keys_alone(page: Page) -> None:
    await page.keyboard.press("c")
    await shows(line(page, "pixel"), "1328, 1152: ")
    await page.keyboard.press("Shift+ArrowRight")
    await page.keyboard.press("Control+Shift+ArrowUp")
    await shows(line(page, "pixel"), "1329, 1142: ")
    await page.keyboard.press("]")  # the picture is turned: right is up on the sensor
    await page.keyboard.press("Shift+ArrowRight")
    await shows(line(page, "pixel"), "1329, 1141: ")
    await page.keyboard.press("c")
    await expect(line(page, "pixel")).to_have_count(0)


async def test_lines_and_regions_are_drawn_by_keys_alone(
    page: Page, sensor: MeasuredSensor
) -> None:
    await page.keyboard.press("r")
    await shows(tile(page, "top", "hint"), "Shift + Enter at both ends")
    await page.keyboard.press("Control+Shift+ArrowLeft")
    await page.keyboard.press("Shift+Enter")
    for _ in range(3):
        await page.keyboard.press("Control+Shift+ArrowRight")
    await page.keyboard.press("Control+Shift+ArrowUp")
    await shows(line(page, "ruler"), "31.6 px · Δx 30 · Δy -10")
    await page.keyboard.press("Shift+Enter")
    await shows(page.locator("#said"), "31.6 px")
    await page.keyboard.press("Shift+ArrowRight")
    await shows(line(page, "ruler"), "31.6 px")  # it is drawn: keys do not change it any more
    await page.keyboard.press("h")
    drawn = page.get_by_role("radio", name="Drawn")
    await drawn.focus()
    await page.keyboard.press("Space")
    await tile(page, "top").focus()
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.press("Control+Shift+ArrowRight")
    await page.keyboard.press("Control+Shift+ArrowDown")
    await page.keyboard.press("Shift+Enter")
    await shows(page.locator(".measure"), re.compile(r"1[02]\W1[02] at 1348, 114"))


async def test_a_click_on_the_small_map_looks_there(page: Page) -> None:
    await page.keyboard.press("z")
    where = tile(page, "top", "where")
    await shows(where, "at ")
    box = await tile(page, "top", "map").bounding_box()
    assert box is not None
    await page.mouse.click(box["x"] + box["width"] - 2, box["y"] + box["height"] - 2)
    found = re.findall(r"(\d+)\W(\d+) at (\d+), (\d+)", await where.inner_text())[0]
    width, height, x, y = map(int, found)
    assert (x + width, y + height) == pytest.approx((WIDTH, HEIGHT), abs=3)
    await page.mouse.dblclick(box["x"] + 1, box["y"] + 1)
    await shows(where, re.compile(" at 0, 0$"))


async def test_a_ruler_measures_in_pixels_and_once_calibrated_in_millimetres(page: Page) -> None:
    await page.keyboard.press("r")
    stage = await stage_of(page, "top", WIDTH, HEIGHT)
    start, end = stage.at(500.5, 500.5), stage.at(1500.5, 500.5)
    await page.keyboard.down("Shift")  # straight
    await drag(page, start, end)
    await page.keyboard.up("Shift")
    text = await line(page, "ruler").text_content()
    length, dx, dy, angle = map(float, re.findall(r"-?\d+\.?\d*", text or "")[:4])
    assert (length, dy, angle) == (dx, 0, 0)
    assert dx == pytest.approx(1000, abs=8)
    await page.keyboard.press("h")
    await page.get_by_label("Length of this line in mm").fill("no")
    await page.keyboard.press("Enter")
    await expect(line(page, "ruler")).not_to_contain_text(" mm ")
    await page.get_by_label("Length of this line in mm").fill("25 mm")
    await page.keyboard.press("Enter")
    await shows(line(page, "ruler"), re.compile(r"^25.0 mm · "))
    await shows(page.locator(".measure"), "top: 1 px is 0.02")
    await page.locator("body").focus()
    for _ in range(3):
        await page.locator(".tile").press("g")
    await shows(line(page, "grid"), "Grid: 10 mm")
    await page.get_by_role("button", name="Forget the calibration").click()
    await expect(line(page, "ruler")).not_to_contain_text(" mm ")


async def test_clipped_pixels_have_stripes(
    page: Page, server: PageServer, sensor: MeasuredSensor
) -> None:
    sensor.clipped = 1.5
    half = np.full((576, 664), 128, np.uint8)
    half[:, :332] = 255
    jpeg = cv2.imencode(".jpg", half)[1].tobytes()
    server.cameras[0].lie = lambda frame: structs.replace(frame, payload=jpeg)
    await until(page, WHITE_AT_THE_LEFT)
    plain = await settled(page)
    await page.keyboard.press("k")
    text = await until(
        page,
        "document.querySelector('[data-tool=zebra]').textContent.includes('raw 12 bit') && "
        "document.querySelector('[data-tool=zebra]').textContent",
    )
    assert re.fullmatch(
        r"Clipped: (50.0|49.\d) % of the displayed picture \(JPEG\) · 1.50 % of the raw 12 bit",
        text,
    )
    pixels = (await seen(page, "top")).astype(int)
    striped = np.abs(pixels - (96, 0, 255)).sum(axis=2) < 60
    assert striped.sum() > 10_000
    assert (plain[striped].min(axis=1) >= 250).mean() > 0.99, "only where it is clipped"
    white = plain.min(axis=2) >= 250
    assert 0.4 < striped.sum() / white.sum() < 0.6, "half of it is still seen"
    await page.keyboard.press("k")
    await expect(line(page, "zebra")).to_have_count(0)
    after = (await settled(page)).astype(int)
    assert not (np.abs(after - (96, 0, 255)).sum(axis=2) < 60).any()


async def test_the_panel_measures_the_chosen_part_only_while_it_is_open(
    page: Page, sensor: MeasuredSensor
) -> None:
    await page.mouse.move(1, 1)
    await page.keyboard.press("h")
    panel = page.locator(".measure")
    await shows(panel, "2.00 % of R clipped")
    await shows(panel, re.compile(r"Frame \d+ ms old"))
    await shows(panel.locator(".measured"), re.compile(r"Mean\s+1000.0\s*24.4 %"))
    bars = """(() => {
        const canvas = document.querySelector(".measure canvas");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        return data.filter((value, at) => at % 4 === 3 && value > 0).length;
    })()"""
    assert await until(page, f"{bars} > 500")
    assert (sensor.wishes[-1].region, sensor.wishes[-1].bins) == (None, 256)
    await page.get_by_role("radio", name="Drawn").check()
    stage = await stage_of(page, "top", WIDTH, HEIGHT)
    await drag(page, stage.at(600, 400), stage.at(1000, 800))
    await page.mouse.move(1, 1)
    await expect(page.locator(".tile[data-drawing]")).to_have_count(0)
    await sensor.until(lambda wish: wish.bins > 0 and wish.region is not None)
    await shows(panel, re.compile(r"(39|40|41)\d.(39|40|41)\d at \d+, \d+ · BayerRG12, 12 bit raw"))
    region = next(wish.region for wish in reversed(sensor.wishes) if wish.region is not None)
    assert (region.x, region.y) == pytest.approx((600, 400), abs=8)
    assert (region.width, region.height) == pytest.approx((400, 400), abs=12)
    assert all(side % 2 == 0 for side in (region.x, region.y, region.width, region.height))
    await page.get_by_role("button", name="Draw a line").click()
    await drag(page, stage.at(700, 500), stage.at(900, 500))
    await sensor.until(lambda wish: wish.line is not None)
    await shows(panel, re.compile(r"\d+, \d+ to \d+, \d+ · 200.0 px"))
    await page.get_by_role("button", name="Close the panel").click()
    await page.mouse.move(1, 1)
    await page.evaluate(
        "new Promise((done) => setTimeout(done, 300))"
    )  # what was asked is answered
    asked = len(sensor.wishes)
    await page.evaluate("new Promise((done) => setTimeout(done, 800))")
    assert len(sensor.wishes) == asked, "nobody looks: nothing is measured"


async def test_the_focus_bar_holds_its_peak_and_the_tone_follows_the_lens(
    browser: Browser, server: PageServer, sensor: MeasuredSensor
) -> None:
    async with open_page(browser, "about:blank") as page:
        await page.add_init_script("""
            window.heard = [];
            const follow = AudioParam.prototype.setTargetAtTime;
            AudioParam.prototype.setTargetAtTime = function (value, ...when) {
                window.heard.push(value);
                return follow.call(this, value, ...when);
            };""")
        await page.goto(server.url)
        await is_live(page)
        await until(page, "document.querySelector('[data-part=canvas]').width > 4")
        await page.keyboard.press("x")
        bar = page.locator(".over-picture")
        await shows(bar, "At the peak")
        assert sensor.wishes[-1].region is not None, "of the middle"
        await page.keyboard.press("X")
        await until(page, "heard.some((value) => Math.abs(value - 220) < 1)")
        sensor.sharpness = 400.0
        await until(page, "heard.some((value) => Math.abs(value - 440) < 5)")
        sensor.sharpness = 100.0
        await shows(bar, "25 % of the peak")
        await expect(bar.get_by_role("meter")).to_have_attribute("aria-valuenow", "25")
        await until(page, "heard.slice(-4).includes(0)")  # pauses below the peak
        await bar.get_by_role("button", name="Reset the peak").click()
        await shows(bar, "At the peak")
        server.streaming = False
        sensor.stands = True
        await shows(bar, "No new picture")
        await page.keyboard.press("X")
        await page.keyboard.press("x")
        await expect(bar).to_have_count(0)


WHITE_AT_THE_LEFT = """(() => {
    const copy = new OffscreenCanvas(664, 576).getContext("2d", { willReadFrequently: true });
    copy.drawImage(document.querySelector("[data-part=canvas]"), 0, 0);
    const [left] = copy.getImageData(100, 100, 1, 1).data;
    const [right] = copy.getImageData(500, 100, 1, 1).data;
    return left === 255 && right < 140;
})()"""
