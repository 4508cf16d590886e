"""What a person can do at a viewer without a mouse, whichever viewer it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from camstrm.viewing.keys import viewer_actions
from camstrm.viewing.texts import Texts

__all__ = ["TEXTS", "FocusBar", "Focused", "Hands", "answer", "key_of", "reach"]

TEXTS = Texts("en")
"""What the viewers of these tests speak."""

MOST_TABS = 120
"""Further than this nobody goes with the Tab key."""


@dataclass(frozen=True)
class Focused:
    """What has the focus, as assistive technology has it."""

    name: str
    role: str
    """Such as "button", "checkbox", "textbox" or "slider"."""
    value: str = ""
    checked: bool = False


@dataclass(frozen=True)
class FocusBar:
    """What the large bar over the picture shows: sharpness, and the best there was."""

    level: float
    peak: float

    @property
    def part(self) -> float:
        """The level in parts of the peak."""
        return self.level / self.peak if self.peak > 0 else 0.0


class Hands(Protocol):
    """A viewer that is used by keyboard alone, and looked at."""

    async def press(self, key: str, times: int = 1) -> None:
        """Press a key, named as in keys.json, with "Shift+" or "Control+" before it."""

    async def write(self, text: str) -> None:
        """Put a text in place of what is in the field that has the focus."""

    async def focused(self) -> Focused:
        """Return what has the focus."""

    async def has_focus(self) -> bool:
        """Return whether the focus is at something: lost, Tab begins at the window's top."""

    async def shows(self, text: str) -> bool:
        """Return whether a text can be read anywhere in the window now."""

    async def title(self) -> str:
        """Return the title of the window."""

    async def until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        """Wait until something holds; fail with what can be read in the window if it never does."""

    async def focus_bar(self) -> FocusBar:
        """Wait until the bar has been measured again a few times and stands; return it."""

    async def measured_again(self) -> None:
        """Wait until the set-up panel has measured once more what is clipped."""

    async def picture_size(self, camera: str) -> tuple[int, int]:
        """Return width and height of the camera's newest picture; (0, 0): there is none."""

    async def cameras(self) -> list[str]:
        """Return the names of the cameras that are shown."""

    async def setting_is_settled(self) -> bool:
        """Return whether nothing that was wished is still on its way to the camera."""

    async def open_link(self, link: str) -> Hands:
        """Let a colleague open a link in a viewer of the same kind."""

    async def is_out(self) -> bool:
        """Return whether the viewer says that it needs a token."""


def key_of(action: str) -> str:
    """Return the first key of an action."""
    return next(found.keys[0] for found in viewer_actions() if found.id == action)


async def reach(hands: Hands, name: str, *roles: str, back: bool = False) -> Focused:
    """Press Tab until something of this name has the focus.

    Fails with what was passed on the way, and at a dead end: a place that Tab does not leave.
    """
    passed: list[str] = []
    for _ in range(MOST_TABS):
        found = await hands.focused()
        if found.name == name and (not roles or found.role in roles):
            return found
        passed.append(f"{found.role or '?'} {found.name!r}")
        if len(passed) > 2 and len(set(passed[-3:])) == 1:
            raise AssertionError(f"Tab stays at {passed[-1]} on the way to {name!r}: {passed}")
        await hands.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"Tab does not lead to {name!r}, only to {passed}")


async def answer(hands: Hands, key: str, **values: object) -> None:
    """Wait until the window says a text of the table."""
    text = TEXTS.say(key, **values)

    async def said() -> bool:
        return await hands.shows(text)

    await hands.until(said)
