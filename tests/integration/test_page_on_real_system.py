"""The page in a real Chromium on the real commands: it stays, and says what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.chromium import Chromium, find_chromium
from tests.fakes.running_system import RunningSystem, camera_table

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_chromium() is None, reason="Chromium is not installed"),
]

THREE = camera_table("0", "red") + camera_table("1", "green") + camera_table("2", "blue")
HEADER = "document.querySelector('#header').innerText"
AGES = "[...document.querySelectorAll('[data-part=age]')].map((age) => age.textContent)"
SHOWS_ALL = (
    "document.querySelector('#header').dataset.mood === 'live'"
    f" && {AGES}.filter((age) => / ms$/.test(age)).length === 3"
)


async def test_the_page_outlives_grabber_and_bridge(tmp_path: Path) -> None:
    with RunningSystem(tmp_path, THREE) as system:
        assert system.grabber is not None
        assert system.bridge is not None
        async with system.viewer():  # the bridge listens
            pass
        async with Chromium(tmp_path / "profile") as browser:
            page = await browser.open_page(f"{system.url}/?token={system.token}")
            await page.until(SHOWS_ALL, 30)

            system.grabber.kill()
            await page.until(f"{HEADER}.includes('no frame input')", 30)
            system.start_grabber()
            await page.until(SHOWS_ALL, 30)

            system.bridge.kill()
            await page.until(f"!({SHOWS_ALL}) && !{HEADER}.includes('no frame input')", 30)
            system.start_bridge()
            await page.until(SHOWS_ALL, 30)
