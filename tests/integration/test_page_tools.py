"""Tools on the page's pictures, in a real Chromium: what a person sees, draws, reads and keeps."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import pytest_asyncio
from msgspec import structs
from playwright.async_api import Browser, Download, Page, expect

from tests.fakes.bridge.page_server import PageServer, PageViewer, large_camera
from tests.fakes.browser import (
    is_live,
    needs_browser,
    open_page,
    running_browser,
    shows,
    tile,
    until,
)
from tests.fakes.measured_sensor import MeasuredSensor
from tests.fakes.zoomed_page import Pixels, seen, stage_of, turn_wheel

pytestmark = [*needs_browser, pytest.mark.asyncio(loop_scope="module")]

WIDTH, HEIGHT = 2656, 2304


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with running_browser() as browser:
        yield browser


@pytest.fixture
def sensor() -> MeasuredSensor:
    return MeasuredSensor(WIDTH, HEIGHT)


@pytest_asyncio.fixture(loop_scope="module")
async def server(sensor: MeasuredSensor) -> AsyncIterator[PageServer]:
    server = PageServer([large_camera()], bundle_fps=10)
    server.max_views = 8
    server.answers["measure"] = sensor.measure
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, server: PageServer) -> AsyncIterator[Page]:
    async with open_page(browser, server.url) as page:
        await is_live(page)
        await until(page, "document.querySelector('[data-part=canvas]').width > 4")
        yield page


@pytest_asyncio.fixture(loop_scope="module")
async def viewer(page: Page, server: PageServer) -> PageViewer:
    return await asyncio.wait_for(server.connected.get(), 30)


def line(page: Page, tool: str) -> Any:
    return page.locator(f".tool-line[data-tool={tool}]")


async def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    await page.mouse.move(*start)
    await page.mouse.down()
    await page.mouse.move(*end, steps=4)
    await page.mouse.up()


async def downloaded(download: Download) -> bytes:
    return contents(await download.path())


def contents(path: Path) -> bytes:
    """Read a small file; a thread for it would outlive the test."""
    return path.read_bytes()


async def settled(page: Page, wanted: Pixels | None = None) -> Pixels:
    """Return the picture when it is where it belongs; figures at its foot change all the time."""
    before = await seen(page, "top")
    for _ in range(20):
        after = await seen(page, "top")
        above = after.shape[0] * 2 // 3
        if np.array_equal(before[:above], after[:above]):
            break
        before = after
    return after


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
CANVAS_AS_GREY = """(() => {
    const canvas = document.querySelector("[data-part=canvas]");
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    const lines = [];
    for (let y = 0; y < canvas.height; y += 4) {
        const line = [];
        for (let x = 0; x < canvas.width; x += 4) line.push(data[(y * canvas.width + x) * 4 + 1]);
        lines.push(line);
    }
    return lines;
})()"""


def fitted(stage: Any, shape: tuple[int, ...]) -> Any:
    """Cut the picture out of its stage, where it is in the middle, and make it this large."""
    height, width = stage.shape
    scale = min(width / shape[1], height / shape[0])
    across, down = round(shape[1] * scale), round(shape[0] * scale)
    left, top = (width - across) // 2, (height - down) // 2
    cut = stage[top : top + down, left : left + across]
    return cv2.resize(cut, (shape[1], shape[0]), interpolation=cv2.INTER_AREA)


def blurred(pixels: Pixels) -> Any:
    return cv2.GaussianBlur(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), (0, 0), 4)


def same_picture(one: Any, other: Any) -> float:
    """Return how far two pictures go together: 1 where they are the same."""
    pair = [cv2.GaussianBlur(p.astype(np.float32), (0, 0), 2).ravel() for p in (one, other)]
    return float(np.corrcoef(*pair)[0, 1])
