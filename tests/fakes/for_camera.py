"""A message from a viewer to a camera that only tests know, and the way for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from camstrm.wire import FEED_DOWN, FROM_VIEWER, PROCESS_DOWN, ForCamera
from camstrm.wire.crossing import Crossing

if TYPE_CHECKING:
    import pytest


class Turn(ForCamera, frozen=True, tag="turn"):
    """Made after the crossings, so that only those below take it; its value is negative."""

    degrees: float


def _with_turn(sender: str, crossing: Crossing[Any]) -> Crossing[Any]:
    return Crossing(sender, *crossing.classes.values(), Turn)


TURN_FROM_VIEWER = _with_turn("a viewer", FROM_VIEWER)
TURN_FEED_DOWN = _with_turn("a bridge", FEED_DOWN)
TURN_PROCESS_DOWN = _with_turn("a grabber", PROCESS_DOWN)


def let_turns_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the message into the crossings of every carrier in this process."""
    monkeypatch.setattr("camstrm.bridge.viewers.web_socket_viewer.FROM_VIEWER", TURN_FROM_VIEWER)
    for module in (
        "camstrm.feed.connection",
        "camstrm.feed.sender",
        "tests.fakes.grabber.fake_grabber",
    ):
        monkeypatch.setattr(f"{module}.FEED_DOWN", TURN_FEED_DOWN)
    monkeypatch.setattr("camstrm.grab.processes.process_link.PROCESS_DOWN", TURN_PROCESS_DOWN)
