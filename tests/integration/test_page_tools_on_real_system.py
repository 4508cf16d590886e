"""Measuring and keeping on the page, with the real commands and a simulated camera of 12 bits."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import cv2
import numpy as np
import tifffile
from playwright.async_api import expect

from tests.fakes.browser import (
    needs_browser,
    open_page,
    running_browser,
    shows,
    tile,
    until,
)
from tests.fakes.simulated_cameras import simulated_system
from tests.simulator.scenario import CameraSpec, Scenario

pytestmark = needs_browser


async def test_focus_and_measurements_are_of_the_cameras_raw_bits(tmp_path: Path) -> None:
    camera = CameraSpec("A", width=640, height=480, frame_rate=10, formats=("Mono12",))
    with simulated_system(tmp_path, Scenario((camera,)))[0] as system:
        async with system.viewer():  # the bridge listens
            pass
        url = f"{system.url}/?token={system.token}"
        async with running_browser() as browser, open_page(browser, url) as page:
            await until(page, "document.querySelector('[data-part=canvas]').width > 4")
            await page.keyboard.press("x")
            bar = page.locator(".over-picture")
            await shows(bar, "At the peak")
            centre = float(re.findall(r"[\d.]+", await bar.inner_text())[0])
            assert centre > 0
            await page.keyboard.press("h")
            panel = page.locator(".measure")
            await shows(panel, "216\N{MULTIPLICATION SIGN}160 at 212, 160 · Mono12, 12 bit raw")
            await page.get_by_role("radio", name="Whole").check()
            await shows(panel, "640\N{MULTIPLICATION SIGN}480 at 0, 0 · Mono12, 12 bit raw")
            await shows(panel, re.compile(r"[\d.]+ % clipped"))
            # Percent of its peak, below which a moving part of the scene takes it.
            near_the_peak = re.compile(r"^([89]\d|100)$")
            await expect(panel.get_by_role("meter")).to_have_attribute(
                "aria-valuenow", near_the_peak
            )
            await page.keyboard.press("c")
            pixel = page.locator(".tool-line[data-tool=pixel]")
            await shows(pixel, re.compile(r"^320, 240: \d+ \([\d.]+ %\) · raw, 12 bit$"))
            value = int(re.findall(r"\d+", await pixel.inner_text())[2])
            # Focus, where keys are those of the page.
            await page.locator(".tile").focus()
            async with page.expect_download() as kept:
                await page.keyboard.press("S")
            raw = tifffile.imread(io.BytesIO(contents(await (await kept.value).path())))
            assert raw.shape == (480, 640)
            assert raw[240, 320] == value
            async with page.expect_download() as kept:
                await page.keyboard.press("s")
            name = (await kept.value).suggested_filename
            assert re.fullmatch(r"A_[-\d_.]+_f\d+\.png", name)
            png = np.frombuffer(contents(await (await kept.value).path()), np.uint8)
            assert cv2.imdecode(png, cv2.IMREAD_COLOR) is not None


def contents(path: Path) -> bytes:
    """Read a small file; a thread for it would outlive the test."""
    return path.read_bytes()


async def test_a_camera_turned_for_everybody_is_kept_with_all_others_at_one_moment(
    tmp_path: Path,
) -> None:
    cameras = tuple(
        CameraSpec(serial, width=640, height=480, frame_rate=10) for serial in ("A", "B")
    )
    tables = {"A": "rotation = 90\nmirror = true\n"}
    with simulated_system(tmp_path, Scenario(cameras), tables=tables)[0] as system:
        async with system.viewer():  # the bridge listens
            pass
        url = f"{system.url}/?token={system.token}"
        async with running_browser() as browser, open_page(browser, url) as page:
            canvas = tile(page, "A", "canvas")
            turned = "rotate(90deg) scaleX(-1)"
            await until(
                page,
                "document.querySelector('[data-camera=A] [data-part=canvas]').style.transform"
                f" === '{turned}'",
            )
            await expect(tile(page, "B", "canvas")).to_have_css("transform", "none")
            box = await canvas.bounding_box()
            assert box is not None
            assert box["height"] > box["width"]
            async with page.expect_download() as kept:
                await page.keyboard.press("a")
            packed = contents(await (await kept.value).path())
            names = zipfile.ZipFile(io.BytesIO(packed)).namelist()
            assert len([name for name in names if name.endswith(".jpg")]) == 2
            assert "metadata.json" in names
