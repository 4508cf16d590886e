"""axe finds nothing serious in the page, in whichever state, look and language it is."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import make_mocked_request
from axe_playwright_python.base import AXE_FILE_PATH
from msgspec import structs
from playwright.async_api import Browser, Page, Route, expect

from camstrm.bridge.http.auth import unauthorized
from camstrm.viewing.keys import viewer_actions
from camstrm.wire import CameraState
from camstrm.wire.operations import Finding
from tests.fakes.bridge.page_server import PageServer, now_us, three_cameras
from tests.fakes.bridge.scripted_features import ScriptedFeatures
from tests.fakes.browser import is_live, needs_browser, open_page, tile

pytestmark = [*needs_browser, pytest.mark.asyncio(loop_scope="module")]

KEYS = {action.id: action.keys[0] for action in viewer_actions() if action.keys}
PANELS = [action.id for action in viewer_actions() if action.group == "panels"]
PANELS += ["measure", "layouts", "settings"]
WEIGHTY = ("moderate", "serious", "critical")
AXE = AXE_FILE_PATH.read_text("utf-8")


@pytest_asyncio.fixture(loop_scope="module")
async def camera() -> AsyncIterator[ScriptedFeatures]:
    features = ScriptedFeatures(PageServer(three_cameras()))
    features.findings = (Finding("error", "held by another program", "Close the maker's viewer"),)
    features.server.answers |= {
        "events": lambda _: {"events": [EVENT], "last": 1},
        "shares": lambda _: {"shares": [LINK]},
    }
    await features.server.start()
    yield features
    await features.server.stop()


EVENT = {"id": 1, "time_us": now_us(), "kind": "lost", "camera": "left", "text": "unplugged"}
LINK = {"id": "s1", "expires_us": now_us() + 10**10, "cameras": ["left"], "note": "Lee"}


async def found(page: Page, part: str, rules: Sequence[str]) -> list[str]:
    """Return what axe has to say of a part, one line for each element that it is about."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE)
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = rules
    result: dict[str, Any] = await page.evaluate(
        "([part, options]) => axe.run(part, options)", [part, options]
    )
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:160]} {json.dumps(why)[:300]}"
        for rule in result["violations"]
        if rule["impact"] in WEIGHTY
        for node in rule["nodes"]
        for why in [[check["message"] for check in node["any"] + node["all"] + node["none"]]]
    ]


class Looks:
    """What axe said, and what was looked at then; ``rules``: ids, all if there are none."""

    def __init__(self, page: Page, rules: Sequence[str] = ()) -> None:
        self.page = page
        self.rules = rules
        self.said: dict[str, list[str]] = {}

    async def at(self, what: str, part: str = "html") -> None:
        for problem in await found(self.page, part, self.rules):
            self.said.setdefault(problem, []).append(what)

    def check(self) -> None:
        assert not self.said, "\n".join(f"{what}\n    at {at}" for what, at in self.said.items())

    async def at_connections(self, server: PageServer) -> None:
        """Look at what a page says that has no cameras to show."""
        header = self.page.locator("#header [data-part=state]")
        server.input = "none"
        await expect(header).to_contain_text("no frame input")
        await self.at("no frame input")
        await server.stop()
        await expect(header).to_contain_text("server lost, reconnecting")
        await self.at("the server is away")

    async def at_all_panels(self, look: str, panels: Sequence[str] = tuple(PANELS)) -> None:
        for panel in panels:
            # From the picture: in a field the key is a letter.
            await self.page.locator(".tile[aria-current]").focus()
            await self.page.keyboard.press(KEYS[panel])
            shown = self.page.locator(".sheet-body > *")
            await expect(self.page.locator(f"#tab-{panel}")).to_have_attribute(
                "aria-selected", "true"
            )
            await expect(shown).to_be_visible()
            if panel == "setup":
                await expect(shown.locator("[data-card=exposure]")).to_be_visible()
            # The rest of the page is as it was beside the first one.
            await self.at(f"{look}: {panel}", "html" if panel == panels[0] else "#sheet")
        await self.page.locator("#sheet .close").click()


# Light and dark differ in colours only.
@pytest.mark.parametrize(
    ("scheme", "rules"), [("dark", ()), ("light", ("color-contrast", "link-in-text-block"))]
)
async def test_pictures_menu_keys_and_each_panel(
    browser: Browser, camera: ScriptedFeatures, scheme: str, rules: Sequence[str]
) -> None:
    async with open_page(browser, camera.server.url) as page:
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        await is_live(page)
        looks = Looks(page, rules)
        await page.keyboard.press("1")
        await looks.at("three cameras")
        await page.keyboard.press(KEYS["focus"])
        await looks.at_all_panels(scheme)
        await page.keyboard.press(KEYS["single"])
        await looks.at("one camera")
        await page.keyboard.press(KEYS["all"])
        await page.get_by_role("button", name="Menu").press("Enter")
        await looks.at("the menu")
        await page.keyboard.press("Escape")
        await page.keyboard.press(KEYS["keys"])
        await expect(page.locator("dialog[open]")).to_be_visible()
        await looks.at("the list of keys")
        await page.keyboard.press("Escape")
        camera.server.cameras[1].state = CameraState.LOST
        camera.server.cameras[1].status = structs.replace(
            camera.server.cameras[1].status, state=int(CameraState.LOST), reason="unplugged"
        )
        await expect(tile(page, "right", "headline")).to_be_visible()
        await looks.at("one camera lost")
        await page.emulate_media(color_scheme=scheme, contrast="more")  # type: ignore[arg-type]
        await expect(page.locator("html")).to_have_attribute("data-contrast", "more")
        await looks.at("high contrast")
        await looks.at_all_panels("high contrast", ("setup", "measure", "events"))
        await page.route("**/log-in", log_in_page)
        await looks.at_connections(camera.server)
        await camera.server.start()
        await page.goto(f"{camera.server.url}/log-in")
        await expect(page.locator("input#token")).to_be_focused()
        await looks.at("the log-in page")
        looks.check()


async def log_in_page(route: Route) -> None:
    """Answer as the bridge does where there is no token."""
    request = make_mocked_request("GET", "/", headers={"Accept": "text/html", "Host": "cams:8765"})
    page = unauthorized(request, in_url=True).text
    await route.fulfill(status=200, content_type="text/html", body=page)


async def test_in_korean_and_on_a_phone(browser: Browser, camera: ScriptedFeatures) -> None:
    async with open_page(browser, camera.server.url, mobile=True) as page:
        await page.evaluate("localStorage.setItem('camstrm.language', JSON.stringify('ko'))")
        await page.set_viewport_size({"width": 390, "height": 844})
        await page.reload()
        await is_live(page)
        await expect(page.locator("html")).to_have_attribute("lang", "ko")
        looks = Looks(page)
        await page.keyboard.press("1")
        await looks.at("three cameras")
        await looks.at_all_panels("a phone in Korean")
        looks.check()
