"""A person sets up a camera on the page, by keyboard, with the real commands on the simulator."""

from __future__ import annotations

import asyncio
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from camstrm.bridge.http.token_file import CONTROL_TOKEN_FILE
from tests.fakes.browser import needs_browser, open_page, running_browser, tile, until
from tests.fakes.simulated_cameras import simulated_system
from tests.simulator.scenario import CameraSpec, Scenario

pytestmark = needs_browser

TIMES = "\N{MULTIPLICATION SIGN}"


async def typed(page: Page, field: Locator, text: str) -> None:
    await field.focus()
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.type(text)
    await page.keyboard.press("Enter")


async def test_exposure_and_region_are_set_and_kept_in_the_configuration(tmp_path: Path) -> None:
    camera = CameraSpec("A", width=640, height=480, frame_rate=60, flavour="hikrobot")
    tables = {"A": 'name = "left"\nfeatures = { ExposureTime = 1500 }  # as measured in May\n'}
    with simulated_system(tmp_path, Scenario((camera,)), tables=tables)[0] as system:
        async with system.viewer():
            pass
        # The bridge has made it before it lets anybody in.
        file = system.folder / CONTROL_TOKEN_FILE
        token = (await asyncio.to_thread(file.read_text)).strip()
        url = f"{system.url}/?token={token}"
        async with running_browser() as browser, open_page(browser, url) as page:
            await until(page, "document.querySelector('[data-part=canvas]')?.width === 640")
            await page.keyboard.press("1")
            await page.keyboard.press("e")
            panel = page.locator("#sheet .panel")
            exposure = panel.get_by_role("textbox", name="Exposure time")
            await expect(exposure).to_have_value("1500")

            await typed(page, exposure, "0,8 ms")
            await expect(exposure).to_have_value("800")
            await expect(panel.get_by_text("the configuration has 1.5 ms")).to_be_visible()

            await panel.get_by_role("button", name="Draw on the picture").focus()
            await page.keyboard.press("Enter")
            await expect(tile(page, "left").get_by_text("Draw a rectangle")).to_be_visible()
            await page.keyboard.press("Shift+ArrowLeft")
            await page.keyboard.press("Enter")
            await expect(panel.get_by_role("button", name="Stop, set, go on")).to_be_focused()
            await page.keyboard.press("Enter")
            await expect(panel.get_by_text(f"of 640 {TIMES} 480")).not_to_have_text(
                f"640 {TIMES} 480 of 640 {TIMES} 480"
            )
            width = int(await panel.get_by_label("Width", exact=True).input_value())
            assert 16 <= width < 320
            await until(page, f"document.querySelector('[data-part=canvas]').width === {width}")

            await panel.get_by_role("button", name="Keep").focus()
            await page.keyboard.press("Enter")
            await expect(panel.get_by_label("Lines of the configuration")).to_contain_text("800")
            await expect(panel.get_by_role("button", name="Write")).to_be_focused()
            await page.keyboard.press("Enter")
            await expect(
                panel.get_by_text(f"Written to {system.config}.", exact=True)
            ).to_be_visible()
    written = system.config.read_text()
    assert "# as measured in May" in written
    assert f"Width = {width}" in written
    assert "ExposureTime = 800" in written
