"""The system's Chromium, driven by Playwright; no browser is downloaded."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import (
    Browser,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    async_playwright,
    expect,
)

EXECUTABLES = ("chromium", "chromium-browser", "google-chrome")
TIMEOUT_MS = 45_000
"""For what happens at once on a machine that is not busy."""

CHROMIUM = next(filter(None, map(shutil.which, EXECUTABLES)), None)

without_browser_skipped = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
needs_browser = [pytest.mark.browser, without_browser_skipped]

THREE_LIVE = """document.querySelector("#header").dataset.mood === "live" &&
    document.title === "(3/3) camstrm" &&
    document.querySelectorAll(".tile[data-stale=false] canvas:not([width='4'])").length >= 3"""
"""For :func:`until`: the page shows three cameras that move."""

_ALL_DRAWN = """document.querySelectorAll(".tile").length === COUNT &&
    [...document.querySelectorAll(".tile canvas[role=img]")].every(({ width }) => width > 4)"""

_REMARKS = ("Failed to load resource", "WebSocket connection to")
"""How the browser itself remarks that a server is not there: nothing the page did."""

expect.set_options(timeout=TIMEOUT_MS)


@contextlib.asynccontextmanager
async def running_browser() -> AsyncIterator[Browser]:
    """Run one headless browser with an empty profile of its own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            chromium_sandbox=False,  # root may not have one
            args=["--disable-quic", "--disable-gpu"],
        )
        try:
            yield browser
        finally:
            await browser.close()


@contextlib.asynccontextmanager
async def open_page(browser: Browser, url: str, *, mobile: bool = False) -> AsyncIterator[Page]:
    """Open ``url`` in a window that shares nothing with others.

    What the page complains about (exceptions, errors and warnings in the console, violations
    of its policy) raises at the end; its text is printed, so that a test that fails shows it.
    """
    context = await browser.new_context(viewport={"width": 1600, "height": 900}, is_mobile=mobile)
    context.set_default_timeout(TIMEOUT_MS)
    page = await context.new_page()
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(_REMARKS):
            complaints.append(f"{message.type}: {message.text}")

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        await page.goto(url, wait_until="commit")
        yield page
        assert complaints == []
    finally:
        with contextlib.suppress(Error):  # of a page that is no more
            print(f"{page.url}:", await page.locator("body").inner_text(), *complaints, sep="\n")
        await context.close()


async def until(page: Page, condition: str) -> Any:
    """Wait until a JavaScript expression holds that no locator can say; return its value.

    Not Playwright's wait_for_function: the page's policy refuses what that evaluates.
    """
    value = await page.evaluate(f"""new Promise((done) => {{
        const end = performance.now() + {TIMEOUT_MS};
        const look = () => {{
            let value = null;
            try {{ value = {condition}; }} catch {{ }}
            if (value || performance.now() > end) done(value);
            else setTimeout(look, 20);
        }};
        look();
    }})""")
    assert value, f"never true: {condition}"
    return value


def header(page: Page, part: str = "") -> Locator:
    """The page's header, or a part of it."""
    return page.locator("#header" + (f" [data-part={part}]" if part else ""))


def tile(page: Page, camera: str, part: str = "") -> Locator:
    """A camera's tile, or a part of it."""
    selector = f".tile[data-camera={camera}]" + (f" [data-part={part}]" if part else "")
    return page.locator(selector)


async def is_live(page: Page) -> None:
    """Wait until the header says that all is well."""
    await expect(header(page)).to_have_attribute("data-mood", "live")


async def shows(where: Locator, text: str | re.Pattern[str]) -> None:
    """Wait until a person reads ``text`` (or what fits the pattern) there."""
    await expect(where).to_contain_text(text, use_inner_text=True)


async def all_drawn(page: Page, count: int) -> None:
    """Wait until every camera has a picture."""
    await until(page, _ALL_DRAWN.replace("COUNT", str(count)))
