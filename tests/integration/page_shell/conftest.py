"""A page with three small cameras, whose pictures are there."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.fakes.bridge.page_server import PageServer, three_cameras
from tests.fakes.browser import all_drawn, open_page, until


@pytest_asyncio.fixture(loop_scope="module")
async def server() -> AsyncIterator[PageServer]:
    server = PageServer(three_cameras(), bundle_fps=10)
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, server: PageServer) -> AsyncIterator[Page]:
    async with open_page(browser, server.url) as page:
        await all_drawn(page, 3)
        await until(page, "document.querySelector('[data-camera=top]').offsetLeft === 0")
        yield page
