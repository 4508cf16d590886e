"""The browser page in a real Chromium, against a server double that can lie."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from msgspec import structs
from playwright.async_api import Browser, Page, expect

from camstrm.wire import CameraFrame, CameraState
from tests.fakes.bridge.page_server import PageServer, PageViewer, now_us, three_cameras
from tests.fakes.browser import (
    header,
    is_live,
    needs_browser,
    open_page,
    shows,
    tile,
    until,
)
from tests.fakes.pictures.moving_pictures import plain_jpeg

pytestmark = [*needs_browser, pytest.mark.asyncio(loop_scope="module")]

TIMES = "\N{MULTIPLICATION SIGN}"
DASH = "\N{EN DASH}"
OLDER_THAN_2_S = re.compile(r"^[2-9]\.\d s$")
TIME = r"\d\d:\d\d:\d\d"


@pytest_asyncio.fixture(loop_scope="module")
async def server() -> AsyncIterator[PageServer]:
    server = PageServer(three_cameras())
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, server: PageServer) -> AsyncIterator[Page]:
    async with open_page(browser, server.url) as page:
        yield page


async def next_viewer(server: PageServer) -> PageViewer:
    return await asyncio.wait_for(server.connected.get(), 30)


def pixels(name: str) -> str:
    """JavaScript for a short text that changes with the picture of a camera."""
    return f"""((canvas) => {{
        const small = new OffscreenCanvas(16, 12).getContext("2d");
        small.drawImage(canvas, 0, 0, 16, 12);
        return canvas.width > 4 && small.getImageData(0, 0, 16, 12).data.join();
    }})(document.querySelector(".tile[data-camera={name}] canvas"))"""


async def moving(page: Page, name: str) -> None:
    """Wait until the picture is there and has changed."""
    before = await until(page, pixels(name))
    await until(page, f"{pixels(name)} !== {before!r}")


async def with_figures(page: Page) -> None:
    """Have the figures shown on all pictures."""
    await page.keyboard.press("i")
    await expect(tile(page, "left", "figures")).to_be_visible()


async def stale(page: Page, name: str) -> str | None:
    return await tile(page, name).get_attribute("data-stale")


async def test_three_cameras_move(page: Page) -> None:
    for name in ("left", "right", "top"):
        await moving(page, name)
        assert await tile(page, name, "name").text_content() == name
        await expect(tile(page, name, "state")).to_be_empty()
        await expect(tile(page, name, "condition")).to_contain_text("streaming")
        assert await stale(page, name) == "false"
    boxes = await page.evaluate(
        "[...document.querySelectorAll('.tile')].map((t) => t.getBoundingClientRect().toJSON())"
    )
    assert max(box["right"] for box in boxes) <= 1600
    assert max(box["bottom"] for box in boxes) <= 900
    await is_live(page)


async def test_figures_are_plausible(page: Page, server: PageServer) -> None:
    viewer = await next_viewer(server)
    await viewer.until(lambda v: len(v.acks) > 30)
    await with_figures(page)
    for name, source, sent in (("left", "640x480", "320x240"), ("top", "2656x2304", "332x288")):
        await shows(tile(page, name, "size"), f"{source} → {sent}".replace("x", TIMES))
        part = f".tile[data-camera={name}] [data-part=shown]"
        shown = f"Number(document.querySelector('{part}').textContent)"
        await until(page, f"2 < {shown} && {shown} < {2 * server.bundle_fps}")
        number, unit = (await tile(page, name, "age").inner_text()).split()
        assert (unit == "ms" and 0 <= int(number) < 1000) or unit == "s"
    for camera in server.cameras:
        await shows(tile(page, camera.info.name, "name"), camera.info.name)
        assert camera.info.serial
        await shows(tile(page, camera.info.name, "device"), camera.info.serial)
        await shows(tile(page, camera.info.name, "device"), camera.info.model)
    await shows(tile(page, "left", "grab"), "398.6")
    await shows(tile(page, "top", "format"), "BayerRG8")
    await shows(tile(page, "top", "there"), "2 incomplete, 0 gaps, 0 underrun")
    text = "document.querySelector('#header [data-part=megabits]').textContent"
    await until(page, f"parseFloat({text}) > 0.1")


async def test_the_age_does_not_depend_on_the_clocks(page: Page, server: PageServer) -> None:
    def an_hour_ahead(frame: CameraFrame) -> CameraFrame:
        return structs.replace(frame, capture_time_us=now_us() + 3600_000_000)

    server.cameras[0].lie = an_hour_ahead
    await moving(page, "left")
    await with_figures(page)
    await expect(tile(page, "left", "age")).to_have_text("0 ms")


async def test_bundles_are_acknowledged_in_order(page: Page, server: PageServer) -> None:
    viewer = await next_viewer(server)
    await viewer.until(lambda v: len(v.acks) >= 10)
    assert viewer.acks == sorted(set(viewer.acks))
    assert set(viewer.acks) <= set(viewer.sent_seqs)


async def test_states_and_reasons(page: Page, server: PageServer) -> None:
    left, right, top = server.cameras
    await moving(page, "right")
    right.state, right.since_us = CameraState.LOST, now_us()
    right.status = structs.replace(right.status, reason="no answer for 3.0 s")
    top.state = CameraState.UNSUPPORTED
    top.status = structs.replace(top.status, reason="pixel format Confidence8 cannot be shown")
    left.state = 9
    await shows(tile(page, "right", "headline"), re.compile(f"Lost since {TIME}", re.IGNORECASE))
    await shows(tile(page, "right", "reason"), "no answer for 3.0 s")
    assert await stale(page, "right") == "true"
    await shows(tile(page, "top", "state"), "unsupported format")
    await shows(tile(page, "top", "reason"), "Confidence8")
    await shows(tile(page, "left", "state"), "unknown (9)")
    for state, text in (
        (CameraState.STALLED, "stalled"),
        (CameraState.OPENING, "opening"),
        (CameraState.BACKING_OFF, "waiting to try again"),
        (CameraState.CLOSED, "closed"),
    ):
        left.state = state
        await shows(tile(page, "left", "state"), text)
    right.state = CameraState.STREAMING
    await expect(tile(page, "right")).to_have_attribute("data-stale", "false")
    await moving(page, "right")


async def test_a_frozen_picture_does_not_look_alive(page: Page, server: PageServer) -> None:
    await moving(page, "left")
    server.cameras[0].sends_pictures = False
    await shows(tile(page, "left", "headline"), "old")
    await shows(tile(page, "left", "state"), "no new picture")
    await expect(tile(page, "left", "canvas")).not_to_have_css("filter", "none")
    await expect(tile(page, "right", "canvas")).to_have_css("filter", "none")


async def test_a_camera_that_waits_for_a_trigger_is_not_grey(
    page: Page, server: PageServer
) -> None:
    await moving(page, "left")
    server.cameras[0].state = CameraState.WAITING_FOR_TRIGGER
    await shows(tile(page, "left", "state"), "waiting for a trigger")
    await with_figures(page)
    await expect(tile(page, "left", "age")).to_have_text(OLDER_THAN_2_S)
    assert await stale(page, "left") == "false"
    assert "3 of 3 live" in await header(page).inner_text()
    server.cameras[0].state = CameraState.STREAMING
    await moving(page, "left")


async def test_a_slow_camera_is_not_grey(page: Page, server: PageServer) -> None:
    await moving(page, "left")
    camera = server.cameras[0]
    camera.status = structs.replace(camera.status, interval_us=60_000_000)
    camera.sends_pictures = False
    await with_figures(page)
    await expect(tile(page, "left", "age")).to_have_text(OLDER_THAN_2_S)
    assert await stale(page, "left") == "false"
    camera.status = structs.replace(camera.status, interval_us=100_000)
    await expect(tile(page, "left")).to_have_attribute("data-stale", "true")


async def test_the_header_is_green_only_while_all_cameras_are_live(
    page: Page, server: PageServer
) -> None:
    await is_live(page)
    for number, camera in enumerate(server.cameras, 1):
        camera.state = CameraState.LOST
        await shows(header(page), f"{3 - number} of 3 live")
        assert await header(page).get_attribute("data-mood") != "live"
    for camera in server.cameras:
        camera.state = CameraState.STREAMING
    await is_live(page)


async def test_what_is_wrong_although_pictures_come_is_shown_below_them(
    page: Page, server: PageServer
) -> None:
    await moving(page, "left")
    camera = server.cameras[0]
    camera.status = structs.replace(camera.status, reason="27 % of frames incomplete: packet size")
    await shows(tile(page, "left", "damage"), "27 % of frames incomplete")
    assert await stale(page, "left") == "false"


async def test_no_frame_input(page: Page, server: PageServer) -> None:
    await is_live(page)
    await moving(page, "left")  # live comes with the hello; where no picture is, none is stale
    server.streaming = False
    await shows(header(page), "no frame input")  # no bundles, though input is "ok"
    await expect(tile(page, "left")).to_have_attribute("data-stale", "true")
    server.input = "none"
    await shows(header(page), re.compile(f"no frame input since {TIME}"))
    await with_figures(page)
    await shows(tile(page, "left", "grab"), DASH)
    server.streaming, server.input = True, "ok"
    await is_live(page)
    await moving(page, "left")


async def test_the_server_dies_and_comes_back(page: Page, server: PageServer) -> None:
    await next_viewer(server)
    await moving(page, "left")
    await server.stop()
    await shows(header(page), re.compile(r"server lost, reconnecting in \d s"))
    await expect(tile(page, "left")).to_have_attribute("data-stale", "true")
    server.session = "second"
    await server.start()
    viewer = await next_viewer(server)
    await is_live(page)
    await moving(page, "left")
    await viewer.until(lambda v: v.acks)
    assert server.connected.empty()
    assert len(server.viewers) == 1


async def test_cameras_come_and_go(page: Page, server: PageServer) -> None:
    await next_viewer(server)
    await moving(page, "top")
    del server.cameras[0]
    renamed = server.cameras[0]
    renamed.info = structs.replace(renamed.info, name="rear")
    await server.send_hello()
    for name, count in (("rear", 1), ("left", 0), ("right", 0)):
        await expect(tile(page, name)).to_have_count(count)
    await moving(page, "rear")
    await moving(page, "top")


async def test_without_the_token(page: Page, server: PageServer) -> None:
    await is_live(page)
    server.refuse_status = 401
    await server.disconnect()
    await shows(header(page), "token needed: open the URL that camstrm printed")
    server.refuse_status = None
    await is_live(page)


async def test_a_token_in_the_url_goes_along(browser: Browser, server: PageServer) -> None:
    async with open_page(browser, server.url + "?token=s%2Be"):
        await next_viewer(server)
        assert server.tokens == ["s+e"]


@pytest.mark.parametrize(
    ("message", "complaint"),
    [
        (b"XXXX" + bytes(60), "magic"),
        (b"", "0 bytes, wanted 32"),
        ("{", "not JSON"),
        ('{"type":"hello","session":"x","protocol":2}', "protocol 2"),
    ],
    ids=["magic", "empty", "text", "protocol"],
)
async def test_a_wrong_message_is_shown_and_the_page_connects_anew(
    page: Page, server: PageServer, message: bytes | str, complaint: str
) -> None:
    await next_viewer(server)
    await is_live(page)
    await server.send_raw(message)
    await next_viewer(server)
    await shows(header(page), complaint)
    await is_live(page)
    await moving(page, "left")
    assert len(server.viewers) == 1


def torn(frame: CameraFrame) -> CameraFrame:
    return structs.replace(frame, payload=bytes(frame.payload)[: len(frame.payload) // 8])


def no_jpeg(frame: CameraFrame) -> CameraFrame:
    return structs.replace(frame, payload=b"\x00" * 100)


def larger_than_said(frame: CameraFrame) -> CameraFrame:
    return structs.replace(frame, payload=plain_jpeg(2000, 1500))


def huge(frame: CameraFrame) -> CameraFrame:
    start_of_frame = b"\xff\xc0\x00\x11\x08" + b"\xff\xff\xff\xff" + b"\x03" + bytes(9)
    return structs.replace(frame, width=65535, height=65535, payload=b"\xff\xd8" + start_of_frame)


def unknown_encoding(frame: CameraFrame) -> CameraFrame:
    return structs.replace(frame, encoding=7)


@pytest.mark.parametrize(
    ("lie", "complaint"),
    [
        (torn, "could not be decoded"),
        (no_jpeg, "not a JPEG"),
        (larger_than_said, f"JPEG of 2000{TIMES}1500, its header says 320{TIMES}240"),
        (huge, "larger than 64 megapixels"),
        (unknown_encoding, "encoding 7"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_a_damaged_picture_is_shown_as_such(
    page: Page, server: PageServer, lie: object, complaint: str
) -> None:
    camera = server.cameras[0]
    viewer = await next_viewer(server)
    await moving(page, "left")
    honest, camera.lie = camera.lie, lie  # type: ignore[assignment]  # parametrize says object
    await shows(tile(page, "left", "damage"), complaint)
    acknowledged = len(viewer.acks)
    await viewer.until(lambda v: len(v.acks) > acknowledged + 5)
    await moving(page, "right")
    camera.lie = honest
    await moving(page, "left")
    await is_live(page)


async def hide(page: Page, *, hidden: bool) -> None:
    values = {"hidden": hidden, "visibilityState": "hidden" if hidden else "visible"}
    await page.evaluate(
        """(values) => {
            for (const [name, value] of Object.entries(values)) {
                Object.defineProperty(document, name, { value, configurable: true });
            }
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        values,
    )


async def test_a_hidden_tab_asks_for_nothing(page: Page, server: PageServer) -> None:
    viewer = await next_viewer(server)
    await moving(page, "left")
    await hide(page, hidden=True)
    await viewer.until(lambda v: v.subscriptions == [()])
    await hide(page, hidden=False)
    await viewer.until(lambda v: v.subscriptions == [(), None])
    await moving(page, "left")


async def test_double_click_shows_one_camera(page: Page, server: PageServer) -> None:
    viewer = await next_viewer(server)
    await moving(page, "top")
    await tile(page, "top").dblclick()
    await viewer.until(lambda v: v.subscriptions == [(2,)])
    await expect(page.locator(".tile:visible")).to_have_count(1)
    await until(page, "document.querySelector('[data-camera=top]').clientWidth > 1500")
    assert await page.evaluate("location.hash") == "#camera=top"
    await moving(page, "top")

    await page.reload()
    viewer = await next_viewer(server)
    await viewer.until(lambda v: v.subscriptions == [(2,)])
    await moving(page, "top")
    await tile(page, "top").dblclick()
    await viewer.until(lambda v: v.subscriptions == [(2,), None])
    await expect(page.locator(".tile:visible")).to_have_count(3)
    assert await page.evaluate("location.hash") == ""
    await moving(page, "left")


async def test_the_keyboard_shows_one_camera(page: Page, server: PageServer) -> None:
    viewer = await next_viewer(server)
    await moving(page, "right")
    await tile(page, "right").focus()
    await expect(tile(page, "right")).to_have_accessible_name("right")
    await expect(tile(page, "right")).to_have_accessible_description(re.compile("streaming"))
    await page.keyboard.press("Enter")
    await viewer.until(lambda v: v.subscriptions == [(1,)])
    assert await tile(page, "right").get_attribute("aria-current") == "true"
    await page.keyboard.press("Escape")
    await viewer.until(lambda v: v.subscriptions == [(1,), None])
    await page.keyboard.press("f")
    await until(page, "document.fullscreenElement === document.documentElement")
    await page.keyboard.press("f")
    await until(page, "document.fullscreenElement === null")


async def test_nothing_jumps_and_everything_fits_on_a_phone(
    browser: Browser, server: PageServer
) -> None:
    async with open_page(browser, server.url, mobile=True) as page:
        await moving(page, "left")
        await page.set_viewport_size({"width": 390, "height": 844})
        await until(
            page,
            "[...document.querySelectorAll('.tile')].every((tile) => tile.clientWidth === 390)",
        )
        assert await page.evaluate("document.documentElement.scrollWidth") == 390
        boxes = """JSON.stringify(
            [...document.querySelectorAll(".stage")].map((stage) => stage.getBoundingClientRect())
        )"""
        before = await page.evaluate(boxes)
        camera = server.cameras[0]
        camera.width, camera.height = 160, 200
        await until(page, "document.querySelector('[data-camera=left] canvas').height === 200")
        camera.state, camera.since_us = CameraState.LOST, now_us()
        await shows(tile(page, "left", "headline"), "since")
        assert await page.evaluate(boxes) == before
