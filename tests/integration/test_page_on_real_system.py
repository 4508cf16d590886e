"""The page in a real Chromium on the real commands: it stays, and says what is missing."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import expect

from tests.fakes.browser import (
    THREE_LIVE,
    header,
    needs_browser,
    open_page,
    running_browser,
    shows,
    tile,
    until,
)
from tests.fakes.running_system import RunningSystem, camera_table
from tests.fakes.simulated_cameras import simulated_system
from tests.fakes.zoomed_page import seen, shift_between, stage_of, turn_wheel
from tests.simulator.scenario import CameraSpec, Scenario

pytestmark = needs_browser

THREE = camera_table("0", "red") + camera_table("1", "green") + camera_table("2", "blue")


async def test_the_page_outlives_grabber_and_bridge(tmp_path: Path) -> None:
    with RunningSystem(tmp_path, THREE) as system:
        assert system.grabber is not None
        assert system.bridge is not None
        async with system.viewer():  # the bridge listens
            pass
        url = f"{system.url}/?token={system.token}"
        async with running_browser() as browser, open_page(browser, url) as page:
            await until(page, THREE_LIVE)

            system.grabber.kill()
            await shows(header(page), "no frame input")
            system.start_grabber()
            await until(page, THREE_LIVE)

            system.bridge.kill()
            await expect(header(page)).not_to_have_attribute("data-mood", "live")
            await expect(header(page)).not_to_contain_text("no frame input")
            system.start_bridge()
            await until(page, THREE_LIVE)


async def test_a_part_at_full_resolution_lies_where_the_whole_picture_has_it(
    tmp_path: Path,
) -> None:
    width, height = 2656, 2304
    camera = CameraSpec("A", width=width, height=height, frame_rate=10, formats=("BayerRG8",))
    tables = {"A": "max_width = 664\nmax_height = 576\n"}
    with simulated_system(tmp_path, Scenario((camera,)), tables=tables)[0] as system:
        async with system.viewer():
            pass
        url = f"{system.url}/?token={system.token}"
        async with running_browser() as browser, open_page(browser, url) as page:
            await until(page, "document.querySelector('[data-part=canvas]')?.width === 664")
            # Where two coloured bars meet.
            await page.mouse.move(*(await stage_of(page, "A", width, height)).at(996, 900))
            await turn_wheel(page, 9)
            await expect(tile(page, "A", "part")).to_be_visible()
            scale = "Number(document.querySelector('[data-part=where]').textContent.split(' ')[0])"
            assert await until(page, scale) > 100
            # As many pixels as the camera has there.
            await until(
                page,
                """((part) => part.width > 80 &&
                    Math.abs(part.getBoundingClientRect().width / part.width - SCALE / 100) < 0.01
                )(document.querySelector('[data-part=part]'))""".replace("SCALE", scale),
            )
            with_part = await seen(page, "A")
            await page.evaluate(
                "document.querySelector('[data-part=part]').style.visibility = 'hidden'"
            )
            without = await seen(page, "A")
            dx, dy = shift_between(with_part, without)
            assert max(abs(dx), abs(dy)) < 1.5, "a pixel of the camera is larger"
            assert (with_part != without).any()
