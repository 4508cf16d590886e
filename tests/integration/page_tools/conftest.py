"""A page with one large camera, whose pixels are measured."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.fakes.bridge.page_server import PageServer, PageViewer, large_camera
from tests.fakes.browser import is_live, open_page, until
from tests.fakes.measured_sensor import MeasuredSensor
from tests.fakes.zoomed_page import HEIGHT, WIDTH


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
