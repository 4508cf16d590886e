"""The panels that set up a camera, in a real Chromium against a server double."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio
from msgspec import structs
from playwright.async_api import Browser, Locator, Page, expect

from camstrm.feature import FeatureState
from camstrm.wire import Call
from camstrm.wire.operations import Finding
from tests.fakes.bridge.page_server import PageServer, three_cameras
from tests.fakes.bridge.scripted_features import ScriptedFeatures
from tests.fakes.browser import is_live, needs_browser, open_page, tile
from tests.fakes.zoomed_page import stage_of

pytestmark = [*needs_browser, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module")
async def camera() -> AsyncIterator[ScriptedFeatures]:
    server = PageServer(three_cameras())
    features = ScriptedFeatures(server)
    await server.start()
    yield features
    await server.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, camera: ScriptedFeatures) -> AsyncIterator[Page]:
    async with open_page(browser, camera.server.url) as page:
        await is_live(page)
        await page.keyboard.press("1")
        yield page


async def opened(page: Page, key: str) -> Locator:
    await page.keyboard.press(key)
    panel = page.locator("#sheet .panel")
    await expect(panel).to_be_visible()
    return panel


def exposure(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Exposure time")


async def test_the_exposure_is_set_by_keyboard_until_nothing_clips(
    page: Page, camera: ScriptedFeatures
) -> None:
    panel = await opened(page, "e")
    await expect(panel.get_by_text("12.5 % of the pixels are clipped")).to_be_visible()
    await expect(panel.get_by_text("Nobody is setting this camera")).to_be_visible()
    assert camera.asked("lease") == [], "nothing takes a lease by looking"
    await exposure(page).focus()
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.type("0,9 ms")
    await page.keyboard.press("Enter")
    await expect(exposure(page)).to_have_value("900")
    await expect(panel.get_by_text("No pixel is clipped")).to_be_visible()
    await expect(panel.get_by_text("the configuration has 1.5 ms")).to_be_visible()
    assert camera.asked("lease") == ['{"action":"take"}']
    assert [wish.value for wish in camera.asked("set")] == [900]


async def test_a_number_that_is_none_is_said_beside_its_field(
    page: Page, camera: ScriptedFeatures
) -> None:
    panel = await opened(page, "e")
    for text, problem in (("abc", "not a number"), ("20 s", "now: 10 to"), ("1,500", "two ways")):
        await exposure(page).fill(text)
        await exposure(page).press("Enter")
        await expect(panel.get_by_role("alert").get_by_text(problem)).to_be_visible()
        await expect(exposure(page)).to_have_attribute("aria-invalid", "true")
    await exposure(page).press("Escape")
    await expect(exposure(page)).to_have_value("1500")
    assert camera.asked("set") == []


async def test_arrows_on_the_slider_and_undo(page: Page, camera: ScriptedFeatures) -> None:
    await opened(page, "e")
    slider = page.get_by_role("slider", name="Exposure time")
    await slider.focus()
    await slider.press("ArrowRight")
    await expect(exposure(page)).to_have_value("1580")
    await slider.press("PageUp")
    await expect(exposure(page)).to_have_value("2370")
    await camera.until(lambda: camera.states["ExposureTime"].value == 2370)
    await slider.press("Control+z")
    await expect(exposure(page)).to_have_value("1500")
    await camera.until(lambda: camera.states["ExposureTime"].value == 1500)
    await slider.press("Control+y")
    await expect(exposure(page)).to_have_value("2370")


async def test_undo_of_an_automatic_brings_its_value_back(
    page: Page, camera: ScriptedFeatures
) -> None:
    panel = await opened(page, "e")
    await page.get_by_role("radio", name="Automatic").check()
    await camera.until(lambda: camera.states["ExposureAuto"].value == "Continuous")
    automatic = structs.replace(
        camera.states["ExposureTime"],
        access="RO",
        value=812.0,
        locked_by="ExposureAuto is Continuous",
    )
    camera.put("ExposureTime", automatic)
    await expect(exposure(page)).to_have_value("812")
    await expect(panel.get_by_text("The camera controls this value").first).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await camera.until(lambda: camera.states["ExposureTime"].value == 1500)
    assert camera.states["ExposureAuto"].value == "Off"


async def test_a_region_is_drawn_and_set_with_one_stop(
    page: Page, camera: ScriptedFeatures
) -> None:
    panel = await opened(page, "e")
    await page.get_by_role("button", name="Draw on the picture").click()
    await expect(tile(page, "left").get_by_text("Draw a rectangle")).to_be_visible()
    stage = await stage_of(page, "left", 640, 480)
    await page.mouse.move(*stage.at(20, 20))
    await page.mouse.down()
    await page.mouse.move(*stage.at(340, 200), steps=4)
    await page.mouse.up()
    await page.keyboard.press("Enter")
    yes = page.get_by_role("button", name="Stop, set, go on")
    await expect(yes).to_be_focused()
    assert camera.asked("load") == []
    await page.keyboard.press("Enter")
    await expect(panel.get_by_text("stopped for 88 ms")).to_be_visible()
    (load,) = camera.asked("load")
    assert load.stop
    assert [line.split("\t")[0] for line in load.text.splitlines()[1:]] == [
        *("Width", "OffsetX", "Height", "OffsetY")
    ]
    values = {name: state.value for name, state in camera.states.items()}
    assert (values["OffsetX"], values["OffsetY"]) == (16, 20)
    assert values["Width"] in (320, 336)
    await expect(panel.get_by_text(f"{values['Width']} \N{MULTIPLICATION SIGN}")).to_be_visible()


async def test_a_region_that_is_not_to_stop_the_camera_is_not_set(
    page: Page, camera: ScriptedFeatures
) -> None:
    panel = await opened(page, "e")
    await page.get_by_label("Width", exact=True).fill("321")
    await expect(
        panel.get_by_text("Rounded to the nearest region that the camera supports")
    ).to_be_visible()
    await page.get_by_role("button", name="Set 336").click()
    await expect(page.get_by_role("button", name="Stop, set, go on")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Stop, set, go on")).to_be_hidden()
    await expect(page.get_by_label("Width", exact=True)).to_have_value("640")
    assert camera.asked("load") == []


async def test_what_was_set_is_kept_after_its_lines_were_shown(
    page: Page, camera: ScriptedFeatures
) -> None:
    panel = await opened(page, "e")
    await exposure(page).fill("900")
    await exposure(page).press("Enter")
    await page.get_by_role("button", name="Keep").click()
    await expect(panel.get_by_text("ExposureTime = 900")).to_be_visible()
    assert camera.asked("keep") == [False]
    await page.get_by_role("button", name="Write").press("Enter")
    await expect(panel.get_by_text("Written to /etc/camstrm.toml.", exact=True)).to_be_visible()
    assert camera.asked("keep") == [False, True]


async def test_revert_sets_what_the_configuration_says(
    page: Page, camera: ScriptedFeatures
) -> None:
    panel = await opened(page, "e")
    await exposure(page).fill("900")
    await exposure(page).press("Enter")
    await page.get_by_role("button", name="Revert").click()
    await expect(
        panel.get_by_text("The camera has the values of the configuration again")
    ).to_be_visible()
    await expect(exposure(page)).to_have_value("1500")


async def test_who_has_the_lease_and_who_asks(page: Page, camera: ScriptedFeatures) -> None:
    panel = await opened(page, "e")
    await expect(exposure(page)).to_be_enabled()
    await camera.hold("lee", 9)
    await expect(
        panel.get_by_text("lee is setting this camera. Released after 2 min")
    ).to_be_visible()
    await expect(exposure(page)).to_be_disabled()
    await page.get_by_role("button", name="Ask for it").click()
    await camera.until(lambda: '{"action":"ask"}' in camera.asked("lease"))
    await camera.hold("kim", 1, "lee")
    await expect(panel.get_by_text("lee asks to set this camera").first).to_be_visible()
    await expect(exposure(page)).to_be_enabled()
    await page.get_by_role("button", name="Not now").click()
    await expect(page.get_by_role("button", name="Hand over to lee")).to_be_hidden()


async def test_with_the_right_to_look_nothing_can_be_set(
    browser: Browser, camera: ScriptedFeatures
) -> None:
    camera.server.role = "view"
    async with open_page(browser, camera.server.url) as page:
        await is_live(page)
        await page.keyboard.press("1")
        panel = await opened(page, "e")
        await expect(panel.get_by_text("Your token is for viewing only")).to_be_visible()
        await expect(exposure(page)).to_have_value("1500")
        await expect(exposure(page)).to_be_disabled()


async def test_all_features_are_searched_opened_and_unlocked(
    page: Page, camera: ScriptedFeatures
) -> None:
    panel = await opened(page, "t")
    await expect(panel.get_by_role("button", name="AcquisitionControl")).to_be_visible()
    search = panel.get_by_role("searchbox")
    await search.fill("expsure time")
    await expect(panel.locator("button.feature")).to_have_count(1)
    await search.press("Enter")
    await expect(panel.get_by_text("How long the shutter is open")).to_be_visible()
    await search.fill("software")
    await search.press("Enter")
    await expect(panel.get_by_text("Locked: TriggerMode is Off")).to_be_visible()
    await panel.get_by_role("button", name="Set TriggerMode to On").click()
    await camera.until(lambda: camera.states["TriggerMode"].value == "On")
    camera.put("TriggerSoftware", FeatureState("WO"))
    await panel.get_by_role("button", name="Execute").click()
    await camera.until(lambda: camera.asked("execute"))


async def test_values_of_a_camera_are_text_and_nothing_else(
    page: Page, camera: ScriptedFeatures
) -> None:
    panel = await opened(page, "t")
    await panel.get_by_role("searchbox").fill("DeviceUserID")
    await panel.get_by_role("button", name="1 more at a higher level").click()
    await expect(panel.get_by_text("<b>left</b>")).to_be_visible()


async def test_only_what_is_seen_is_watched_and_nothing_while_it_is_closed(
    page: Page, camera: ScriptedFeatures
) -> None:
    panel = await opened(page, "t")
    await panel.get_by_role("searchbox").fill("gain")
    await camera.until(
        lambda: camera.asked("watch") and camera.asked("watch")[-1].features == ("Gain",)
    )
    await panel.get_by_role("searchbox").press("Escape")
    await page.locator("#sheet .close").click()
    await expect(panel).to_be_hidden()
    # A round of watches that were open comes back; then there is silence.
    await asyncio.sleep(0.3)
    count = len(camera.seen)
    await asyncio.sleep(0.6)
    assert len(camera.seen) == count


async def test_a_file_is_compared_and_applied(
    page: Page, camera: ScriptedFeatures, tmp_path: Path
) -> None:
    panel = await opened(page, "u")
    async with page.expect_download() as downloading:
        await panel.get_by_role("button", name="Save to a file").click()
    download = await downloading.value
    assert download.suggested_filename.startswith("left_")
    file = tmp_path / "other.pfs"
    file.write_text("# {05D8C294-F295-4dfb-9D01-096BD04049F4}\nGain\t3\n")
    await panel.locator("input[type=file]").set_input_files(file)
    await expect(
        panel.get_by_text("1 setting differs from other.pfs; 11 are the same")
    ).to_be_visible()
    await expect(panel.get_by_role("checkbox", name="right")).not_to_be_checked()
    await panel.get_by_role("button", name="Apply").click()
    await expect(panel.get_by_text("1 set", exact=True)).to_be_visible()
    assert camera.states["Gain"].value == 3
    wrong = tmp_path / "camstrm.toml"
    wrong.write_text("[[camera]]\n")
    await panel.locator("input[type=file]").set_input_files(wrong)
    await expect(panel.get_by_text("This is not a GenApi settings file")).to_be_visible()


async def test_why_it_is_missing_gravest_first_and_another_try(
    page: Page, camera: ScriptedFeatures
) -> None:
    camera.findings = (
        Finding("ok", "it was seen on the bus"),
        Finding("error", "held by another program", "Close the maker's viewer"),
        cast("Any", Finding)("strange", "a level of a later server"),
    )
    panel = await opened(page, "d")
    texts = panel.locator(".findings .text")
    await expect(texts).to_have_text(
        ["held by another program", "it was seen on the bus", "a level of a later server"]
    )
    await panel.get_by_role("button", name="Try again now").click()
    await camera.until(lambda: camera.asked("reconnect"))
    await expect(panel.get_by_text("left is being opened again")).to_be_visible()


async def test_the_panel_fits_a_phone(browser: Browser, camera: ScriptedFeatures) -> None:
    async with open_page(browser, camera.server.url, mobile=True) as page:
        await page.set_viewport_size({"width": 390, "height": 844})
        await is_live(page)
        await page.keyboard.press("1")
        panel = await opened(page, "e")
        await expect(exposure(page)).to_be_visible()
        for control in await panel.locator(
            "button:visible, select:visible, input[type=text]:visible"
        ).all():
            box = await control.bounding_box()
            assert box is not None
            assert box["height"] >= 43.5, await control.evaluate("one => one.outerHTML")
        wide = await page.evaluate("document.querySelector('.sheet-body').scrollWidth")
        assert wide <= 390


async def test_a_link_is_made_copied_and_revoked(page: Page, camera: ScriptedFeatures) -> None:
    links: dict[str, dict[str, Any]] = {}
    wishes: list[dict[str, Any]] = []

    def share(call: Call) -> object:
        wishes.append(json.loads(bytes(call.with_)))
        expires = 1_800_000_000_000_000
        links["s1"] = {"id": "s1", "expires_us": expires, "cameras": ["right"], "note": "Lee"}
        return {**links["s1"], "url_token": "a&b"}

    def unshare(call: Call) -> object:
        del links[json.loads(bytes(call.with_))["id"]]
        return {}

    def shares(_: Call) -> object:
        return {"shares": list(links.values())}

    camera.server.answers |= {"share": share, "unshare": unshare, "shares": shares}
    panel = await opened(page, "l")
    await expect(panel.get_by_text("There are no open links")).to_be_visible()
    await panel.get_by_role("checkbox", name="left").uncheck()
    await panel.get_by_role("button", name="Make a link").click()
    await expect(panel.get_by_text("Choose at least one camera")).to_be_visible()
    assert wishes == []
    await panel.get_by_role("checkbox", name="right").check()
    await panel.get_by_label("Note").fill("Lee")
    await panel.get_by_label("Note").press("Enter")
    link = panel.get_by_label("Link", exact=True)
    await expect(link).to_have_value(f"{camera.server.url}?token=a%26b")
    await expect(link).to_be_focused()
    assert wishes == [{"cameras": [1], "hours": 8, "note": "Lee"}]
    await panel.get_by_role("button", name="Revoke the link for Lee").click()
    await expect(panel.get_by_text("There are no open links")).to_be_visible()
    assert links == {}
