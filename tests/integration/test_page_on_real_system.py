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
    until,
)
from tests.fakes.running_system import RunningSystem, camera_table

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
