"""The tasks of a person's day, by keyboard alone: both viewers are held to the same ones."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.fakes.running_system import RunningSystem
from tests.fakes.simulated_cameras import simulated_system
from tests.person.hands import TEXTS, Hands, answer, key_of, reach
from tests.simulator.scenario import CameraSpec, RunnableScenario, Scenario

__all__ = [
    "Workplace",
    "bring_into_focus",
    "cut_the_region",
    "expose_until_nothing_clips",
    "find_the_unplugged_camera",
    "keep_in_the_configuration",
    "send_a_link",
    "workplace",
]

BEST_FOCUS = 620
"""Where the simulator's lens is sharp, of 1000 steps."""

OUT_OF_FOCUS = 200
"""Where it is at first."""

NEAR = 0.03
"""In focus is whoever ends within this part of the best, in sharpness and in the lens's way."""

WIDTH = 640
"""Of the sensor of the camera that is set up, in pixels."""

HEIGHT = 480
"""Of the same sensor."""

GONE = "no answer; check cable, power and USB port"
"""What is said of a camera that is not plugged in; more of what its driver says follows."""

_REMARK = "# as measured in May"
_NAMES = ["left", "right", "overview"]


@dataclass
class Workplace:
    """Three cameras, one of them out of focus and too bright, and a token to control."""

    system: RunningSystem
    run: RunnableScenario
    token: str


@contextmanager
def workplace(folder: Path) -> Iterator[Workplace]:
    """Run the real commands on the simulator."""
    left, right, overview = (
        CameraSpec("A", flavour="hikrobot", optics=True, frame_rate=60.0),
        CameraSpec("B", flavour="hikrobot", width=320, height=240),
        CameraSpec("C", flavour="flir", width=320, height=240),
    )
    tables = {
        "A": f'name = "left"\nfeatures = {{ ExposureTime = 20000 }}  {_REMARK}\n',
        "B": 'name = "right"\n',
        "C": 'name = "overview"\n',
    }
    folder.mkdir(exist_ok=True)
    system, run = simulated_system(folder, Scenario((left, right, overview)), tables=tables)
    with system:
        words = ["token", "add", "Kim", "--role", "control", "--config", str(system.config)]
        command = [sys.executable, "-m", "camstrm", *words]
        made = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=60)
        yield Workplace(system, run, made.stdout.strip())


async def _counts(hands: Hands) -> str:
    """Return how the title says how many deliver."""
    return (await hands.title()).partition(" ")[0]


async def all_are_live(hands: Hands) -> None:
    """See in the title and the line on top that all three deliver."""

    async def live() -> bool:
        return await _counts(hands) == "(3/3)"

    await hands.until(live)
    await answer(hands, "strip.live", live=3, count=3)


async def bring_into_focus(hands: Hands) -> None:
    """Turn the lens while watching the bar over the picture, past the peak and back."""
    await hands.press("1")
    await hands.press(key_of("focus"))
    before = await hands.focus_bar()
    await hands.press(key_of("features"))
    await _shown(hands, "AcquisitionControl")
    await reach(hands, TEXTS.say("features.search"))
    await hands.write("FocusStepper")
    await _shown(hands, "FocusStepper")
    await hands.press("Enter")
    await reach(hands, "FocusStepper", "textbox")

    async def read() -> bool:
        return (await hands.focused()).value == str(OUT_OF_FOCUS)

    await hands.until(read)
    await _turn(hands, "PageUp", before.level)
    await hands.press("PageDown")
    await _turn(hands, "ArrowUp", before.level)
    await hands.press("ArrowDown")
    await hands.until(hands.setting_is_settled)
    for _ in range(12):  # the bar is smoothed, and follows the lens a little later
        after = await hands.focus_bar()
        if after.part >= 1 - NEAR:
            break
    at = await hands.focused()
    assert at.name == "FocusStepper", at
    position = int(at.value)
    assert after.part >= 1 - NEAR
    assert abs(position - BEST_FOCUS) <= NEAR * 1000
    assert after.level > 2 * before.level
    # From the editor to the list, and out of the panel; on the page at once.
    await hands.press(key_of("back"), 2)
    await hands.until(hands.has_focus)


async def _shown(hands: Hands, text: str) -> None:
    """Wait until the panel has read enough to show a text."""

    async def shown() -> bool:
        return await hands.shows(text)

    await hands.until(shown)


async def _turn(hands: Hands, key: str, before: float) -> None:
    """Turn until it gets worse: the peak is one turn back then.

    ``before``: level of the unsharp picture, where noise alone makes the bar fall.
    """
    for _ in range(12):
        await hands.press(key)
        await hands.until(hands.setting_is_settled)
        bar = await hands.focus_bar()
        if bar.part < 1 - NEAR and bar.peak > 2 * before:
            return
    raise AssertionError("it never got less sharp")


async def expose_until_nothing_clips(hands: Hands) -> None:
    """Expose less until the panel says that no pixel is clipped."""
    await hands.press(key_of("setup"))
    await answer(hands, "setup.card.exposure")
    await reach(hands, TEXTS.say("setup.card.exposure"), "textbox")
    await hands.measured_again()
    clean = TEXTS.say("setup.clipped.none")
    assert not await hands.shows(clean), "it is too bright at first"
    for _ in range(12):
        await hands.press("PageDown")
        await hands.until(hands.setting_is_settled)
        await hands.measured_again()
        if await hands.shows(clean):
            break
    await answer(hands, "setup.clipped.none")
    await answer(hands, "setup.lasts.configured", value="20 ms")


async def cut_the_region(hands: Hands) -> tuple[int, int]:
    """Draw the region with the arrow keys, agree to the short stop; return width and height."""
    await reach(hands, TEXTS.say("setup.region.draw"), "button", "checkbox")
    await hands.press("Enter")
    await answer(hands, "setup.region.draw.hint")
    await hands.press("Shift+ArrowLeft", 2)
    await hands.press("ArrowDown")
    await hands.press("Enter")
    await answer(hands, "setup.stop.question", name=TEXTS.say("setup.card.region"))
    assert (await hands.focused()).name == TEXTS.say("setup.stop.yes")
    await hands.press("Enter")

    async def cut() -> bool:
        return 0 < (await hands.picture_size("left"))[0] < WIDTH / 2

    await hands.until(cut)
    await hands.until(hands.setting_is_settled)
    width, height = await hands.picture_size("left")
    assert height <= HEIGHT / 2, "drawing begins with the middle half"
    return width, height


def _text_of(config: Path) -> str:
    return config.read_text()


async def keep_in_the_configuration(hands: Hands, config: Path, size: tuple[int, int]) -> None:
    """Look at the lines, write them, and find them in the file."""
    await reach(hands, TEXTS.say("setup.keep"), "button", back=True)
    await hands.press("Enter")
    await answer(hands, "setup.keep.into", file=config)
    assert _REMARK in _text_of(config)
    assert "FocusStepper" not in _text_of(config), "to look writes nothing"
    assert (await hands.focused()).name == TEXTS.say("setup.keep.write")
    await hands.press("Enter")
    await answer(hands, "setup.keep.done", file=config)
    written = _text_of(config)
    for part in (_REMARK, f"Width = {size[0]}", f"Height = {size[1]}", "FocusStepper["):
        assert part in written
    assert "ExposureTime = 20000" not in written
    await hands.until(hands.has_focus)
    await hands.press(key_of("back"))
    await hands.until(hands.has_focus)


async def find_the_unplugged_camera(hands: Hands, run: RunnableScenario) -> None:
    """See that one is missing, which and why; plug it in and try again."""
    with run.control("B") as control:
        control.unplug(loud=True)

        async def missed() -> bool:
            return await _counts(hands) == "(2/3)"

        await hands.until(missed)
        await answer(hands, "strip.live", live=2, count=3)
        await hands.press(key_of("events"))
        await answer(hands, "events.lost")
        await hands.press("2")
        await hands.press(key_of("diagnose"))
        await answer(hands, "diagnose.level.error")
        await _shown(hands, GONE)
        await reach(hands, TEXTS.say("diagnose.again"), "button")
        control.replug()
        await hands.press("Enter")
        assert (await hands.focused()).name == TEXTS.say("diagnose.again")
    await all_are_live(hands)
    await hands.press(key_of("back"))
    await hands.until(hands.has_focus)


async def send_a_link(hands: Hands) -> None:
    """Let a colleague look at one camera, and no longer."""
    await hands.press("3")
    await hands.press(key_of("share"))
    box = await reach(hands, "overview", "checkbox", "option")
    assert box.checked, "the chosen camera is what one most likely wants to share"
    for ticked in (False, True):
        await hands.press(" ")
        assert (await hands.focused()).checked is ticked
    hours = await reach(hands, TEXTS.say("share.hours"), "combobox")
    assert hours.value == TEXTS.say("share.hours.8")
    await reach(hands, TEXTS.say("share.note"), "textbox")
    await hands.write("Lee")
    await hands.press("Enter")
    link = TEXTS.say("share.link")

    async def made() -> bool:
        return (await hands.focused()).name == link

    await hands.until(made)
    colleague = await hands.open_link((await hands.focused()).value)

    async def looks() -> bool:
        return await colleague.cameras() == ["overview"]

    await colleague.until(looks)
    await colleague.press(key_of("setup"))
    await answer(colleague, "setup.lease.view")
    revoke = TEXTS.say("share.revoke_of", note="Lee")
    await reach(hands, revoke, "button")
    await hands.press("Enter")
    await answer(hands, "share.none")
    assert await hands.has_focus()
    await colleague.until(colleague.is_out)
