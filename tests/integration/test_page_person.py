"""A person's tasks on the page, by keyboard alone, with the real commands on the simulator."""

from __future__ import annotations

from pathlib import Path

from tests.fakes.browser import needs_browser, running_browser
from tests.person import tasks
from tests.person.page_hands import opened

pytestmark = needs_browser


async def test_a_day_at_the_page_by_keyboard_alone(tmp_path: Path) -> None:
    with tasks.workplace(tmp_path) as place:
        async with place.system.viewer():
            pass
        async with running_browser() as browser:
            context = await browser.new_context(viewport={"width": 1600, "height": 1000})
            hands = await opened(context, f"{place.system.url}/?token={place.token}")
            await tasks.all_are_live(hands)
            await tasks.bring_into_focus(hands)
            await tasks.expose_until_nothing_clips(hands)
            size = await tasks.cut_the_region(hands)
            await tasks.keep_in_the_configuration(hands, place.system.config, size)
            await tasks.find_the_unplugged_camera(hands, place.run)
            await tasks.send_a_link(hands)
            assert hands.complaints == []
