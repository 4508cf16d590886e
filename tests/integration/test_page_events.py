"""Panels of events and of the connection in a real Chromium; pictures leave nothing behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from camstrm.camera_state import CameraState
from camstrm.wire import Call
from camstrm.wire.operations import Finding, Findings
from camstrm.wire.server_operations import MAX_EVENTS_AT_ONCE, Event, Events
from tests.fakes.bridge.page_server import PageServer, now_us, three_cameras
from tests.fakes.browser import is_live, needs_browser, open_page, until

pytestmark = [*needs_browser, pytest.mark.asyncio(loop_scope="module")]


class EventBook:
    """What the server says of events; a test adds some while the page listens."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.asked: list[int] = []

    def add(self, kind: str, **more: str) -> None:
        """Let something happen now."""
        self.events.append(Event(len(self.events) + 1, now_us(), kind, **more))

    def answer(self, call: Call) -> Events:
        """Return what is newer than the page has."""
        after = msgspec.json.decode(call.with_)["after"]
        self.asked.append(after)
        newer = tuple(e for e in self.events if e.id > after)[:MAX_EVENTS_AT_ONCE]
        return Events(newer, newer[-1].id if newer else after)


@pytest.fixture
def book() -> EventBook:
    return EventBook()


@pytest_asyncio.fixture(loop_scope="module")
async def server(book: EventBook) -> AsyncIterator[PageServer]:
    server = PageServer(three_cameras(), bundle_fps=20)
    server.answers["events"] = book.answer
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, server: PageServer) -> AsyncIterator[Page]:
    async with open_page(browser, server.url) as page:
        await is_live(page)
        yield page


async def test_events_are_listed_newest_first_found_and_kept(
    page: Page, server: PageServer, book: EventBook
) -> None:
    book.add("lost", camera="right", text="no answer for 3.0 s")
    book.add("back", camera="right")
    assert book.asked == [], "nothing is asked for while the panel is closed"
    await page.keyboard.press("n")
    rows = page.locator(".event-list li")
    await expect(rows).to_have_count(2)
    await expect(rows.first).to_contain_text("right back")
    await expect(rows.last).to_contain_text("right lost · no answer for 3.0 s")
    book.add("changed", camera="left", feature="Gain", person="Kim")
    await expect(rows).to_have_count(3)
    await page.get_by_label("Which events").select_option("changes")
    await expect(rows).to_have_count(1)
    await expect(rows.first).to_contain_text("by Kim")
    await page.get_by_label("Which events").select_option("")
    await page.get_by_role("searchbox", name="Search").fill("answer")
    await expect(rows).to_have_count(1)
    await page.get_by_role("searchbox", name="Search").fill("")
    await server.stop()
    await expect(rows.first).to_contain_text("server lost")
    await expect(rows).to_have_count(4)
    await server.start()
    await is_live(page)
    await expect(rows.first).to_contain_text("server back")
    asked = len(book.asked)
    await page.keyboard.press("Escape")
    await expect(page.locator("#sheet")).to_be_hidden()
    await asyncio.sleep(0.8)
    assert len(book.asked) <= asked + 1


async def test_the_connection_is_said_in_figures(page: Page, server: PageServer) -> None:
    await page.keyboard.press("b")
    facts = page.locator(".connection .facts")
    await expect(facts).to_contain_text("camstrm 0.1.0")
    await until(
        page,
        "/Decoding of a picture\\s*[\\d.]+ ms/.test("
        "document.querySelector('.connection .facts').innerText)",
    )
    await expect(facts).to_contain_text("of at most 2")
    await expect(facts).to_contain_text("4.2 ms")
    server.skips = {"slow link": 5, "of a later server": 2}
    await expect(facts).to_contain_text("7 (slow link: 5, of a later server: 2)")


async def test_the_diagnosis_follows_the_camera(page: Page, server: PageServer) -> None:
    camera, reason, asked = server.cameras[0], "", 0

    def diagnose(_call: Call) -> Findings:
        nonlocal asked
        asked += 1
        found = Finding("error", f"found: {reason}") if reason else Finding("ok", "it streams")
        return Findings((found,))

    def becomes(state: CameraState, why: str) -> None:
        nonlocal reason
        reason = why
        camera.status = msgspec.structs.replace(camera.status, reason=why)
        camera.state, camera.since_us = state, now_us()

    server.answers["diagnose"] = diagnose
    await page.keyboard.press("1")
    await page.keyboard.press("d")
    findings = page.locator(".diagnose .findings")
    await expect(findings).to_have_text("OKit streams")
    becomes(CameraState.LOST, "the cable is out")
    await expect(findings).to_have_text("Errorfound: the cable is out")
    becomes(CameraState.LOST, "held by another program")
    await expect(findings).to_have_text("Errorfound: held by another program")
    known = asked
    becomes(CameraState.STREAMING, "")
    await expect(findings).to_have_text("OKit streams")
    assert asked == known + 1, "it is asked once for each change"
    await page.keyboard.press("Escape")
    becomes(CameraState.STALLED, "no frames")
    await expect(page.locator("#header strong")).to_contain_text("left")
    assert asked == known + 1, "nobody asks while the panel is closed"


async def test_the_diagnosis_has_the_newest_events_of_many(
    page: Page, server: PageServer, book: EventBook
) -> None:
    server.answers["diagnose"] = lambda _: Findings((Finding("ok", "it streams"),))
    for number in range(2 * MAX_EVENTS_AT_ONCE + 10):
        book.add("lost", camera="left", text=f"try {number}.")
    await page.keyboard.press("1")
    await page.keyboard.press("d")
    await expect(page.locator(".diagnose .history li")).to_have_count(8)
    newest = page.locator(".diagnose .history li").first
    await expect(newest).to_contain_text(f"try {2 * MAX_EVENTS_AT_ONCE + 9}.")


COUNT_BLOBS = """
    window.blobs = { made: 0, freed: 0 };
    window.decoded = { beside: 0, here: 0 };
    const beside = window.createImageBitmap;
    window.createImageBitmap = (...given) => {
        window.decoded.beside += 1;
        return beside.apply(window, given);
    };
    const { set } = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, "src");
    Object.defineProperty(HTMLImageElement.prototype, "src", {
        set(value) { window.decoded.here += 1; set.call(this, value); },
    });
    const freed = new FinalizationRegistry(() => { window.blobs.freed += 1; });
    window.Blob = class extends Blob {
        constructor(...given) {
            super(...given);
            window.blobs.made += 1;
            freed.register(this, 0);
        }
    };
"""


async def test_pictures_are_decoded_beside_the_page_and_leave_no_blobs_behind(
    browser: Browser, server: PageServer
) -> None:
    context = await browser.new_context()
    await context.add_init_script(COUNT_BLOBS)
    page = await context.new_page()
    try:
        await page.goto(server.url)
        await until(page, "window.blobs.made > 150")
        decoded = await page.evaluate("window.decoded")
        assert decoded["beside"] > 100, "by createImageBitmap, in another thread than the page's"
        assert decoded["here"] == 0
        session = await context.new_cdp_session(page)
        for _ in range(40):
            await session.send("HeapProfiler.collectGarbage")
            made, freed = await page.evaluate("[window.blobs.made, window.blobs.freed]")
            if made - freed < 15:
                return
            await asyncio.sleep(0.2)
        raise AssertionError(f"{made} blobs, {freed} freed")
    finally:
        await context.close()
