"""What is wrong, in one line: of the way to the servers, and of each camera. No Qt.

The page has the same in model/link.js; tests/vectors/viewing/link.json holds both to it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from camstrm.viewing.texts import Texts
from client_qt.model.camera_model import CameraModel
from client_qt.model.display import Level, delivers, is_stuck, state_name
from client_qt.model.viewer_model import Connection, ViewerModel
from client_qt.model.wording import clock_text

__all__ = ["Changes", "Link", "describe_empty", "describe_link", "describe_title", "together"]

_MOST_NAMED = 3
"""So many cameras are named in the strip; of more only the number is said."""


@dataclass(frozen=True)
class Link:
    """How a server does. GOOD: all its cameras deliver, and only then.

    ``linked``: it speaks and has frame input. ``live`` of ``cameras`` deliver. ``problem``: what
    else there is to say, such as why the connection was lost.
    """

    level: Level
    text: str
    problem: str = ""
    linked: bool = False
    live: int = 0
    cameras: int = 0


def describe_link(model: ViewerModel, texts: Texts, now: float) -> Link:
    """Word how one server and its cameras do at ``now`` (monotonic, in seconds)."""
    state, say = model.connection(now), texts.say
    none = Link(Level.BAD, "", model.reason, cameras=len(model.cameras))
    if state is Connection.LOST:
        left = model.retry_in(now)
        if left is None:
            return replace(none, level=Level.WAITING, text=say("strip.connecting"))
        seconds = max(1, math.ceil(left))
        return replace(none, text=say("strip.server_lost", seconds=seconds))
    if state is Connection.CONNECTING:
        return replace(none, level=Level.WAITING, text=say("strip.connecting"))
    if state in (Connection.NO_INPUT, Connection.STALLED):
        since = 0 if model.status is None else model.status.input_since_us
        time = clock_text(since) if state is Connection.NO_INPUT else ""
        text = say("strip.no_input_since", time=time) if time else say("strip.no_input")
        problem = say("shell.empty_no_grabber") if state is Connection.NO_INPUT else ""
        return replace(none, text=text, problem=problem)
    side = model.reduced
    problem = say("strip.reduced", side=side) if side else ""
    return replace(_cameras(model, texts, now), problem=problem, linked=True)


def describe_empty(model: ViewerModel, texts: Texts, now: float) -> str:
    """Return what to do where a server has no camera to be shown."""
    state, say = model.connection(now), texts.say
    if state is Connection.LOST and model.retry_in(now) is not None:
        return "\n".join(filter(None, (say("shell.empty_server"), model.reason)))
    if model.hello is None or state in (Connection.LOST, Connection.CONNECTING):
        return say("shell.empty_connecting")
    if model.status is not None and model.status.input == "none":
        return say("shell.empty_no_grabber")
    return say("shell.empty_no_cameras")


def describe_title(links: Sequence[Link], servers: str, texts: Texts) -> str:
    """Return the window's title: how many of the cameras deliver, in a row of windows, too."""
    count = sum(link.cameras for link in links)
    live = sum(link.live for link in links)
    title = texts.say("strip.title_plain")
    if count:
        title = texts.say("strip.title", live=live, count=count)
    if not servers:
        return title
    # "(2/3) server - camstrm": the numbers first, so that a narrow task bar shows them.
    numbers, _, name = title.rpartition(" ")
    return f"{numbers} {servers} - {name}".strip()


def together(links: Mapping[str, Link]) -> Link:
    """Return one line for all servers; ``links`` by the servers' names."""
    if len(links) == 1:
        return next(iter(links.values()))
    level = max((link.level for link in links.values()), key=_SEVERITY.index, default=Level.IDLE)
    return Link(
        level,
        " · ".join(f"{name}: {link.text}" for name, link in links.items()),
        " · ".join(link.problem for link in links.values() if link.problem),
        all(link.linked for link in links.values()),
        sum(link.live for link in links.values()),
        sum(link.cameras for link in links.values()),
    )


_SEVERITY = (Level.GOOD, Level.IDLE, Level.WAITING, Level.BAD)


class Changes:
    """What has changed of the cameras that deliver since the last look. UI thread only.

    A camera is neither lost nor back at the first look at which it is known.
    """

    def __init__(self) -> None:
        self._before: dict[str, bool] = {}
        """Whether a camera delivered at the last look, by its name."""

    def look(self, cameras: Iterable[tuple[str, bool | None]]) -> tuple[list[str], list[str]]:
        """Return the names of those that were lost and that are back.

        ``cameras``: each name, and whether it delivers pictures now; None: it is being opened. One
        that opens for the first time has lost nothing, and is not back then.
        """
        before = self._before
        now = {n: bool(fine) for n, fine in cameras if fine is not None or n in before}
        changed = [n for n, fine in now.items() if before.get(n, fine) != fine]
        self._before = now
        return [n for n in changed if not now[n]], [n for n in changed if now[n]]


def _cameras(model: ViewerModel, texts: Texts, now: float) -> Link:
    cameras = [model.cameras[index] for index in sorted(model.cameras)]
    count = len(cameras)
    if not count:
        return Link(Level.WAITING, texts.say("strip.no_cameras"))
    faults = [c for c in cameras if not delivers(c.state) or is_stuck(model, c, now)]
    live = count - len(faults)
    total = texts.say("strip.live", live=live, count=count)
    level = Level.GOOD if live == count else Level.BAD if live == 0 else Level.WAITING
    text = " · ".join([*_faults(model, faults, texts, now), total])
    return Link(level, text, live=live, cameras=count)


def _faults(
    model: ViewerModel, faults: Sequence[CameraModel], texts: Texts, now: float
) -> list[str]:
    named = faults[: _MOST_NAMED - 1 if len(faults) > _MOST_NAMED else _MOST_NAMED]
    said = [_fault(model, camera, texts, now) for camera in named]
    more = len(faults) - len(named)
    return [*said, texts.say("strip.more_faults", count=more)] if more else said


def _fault(model: ViewerModel, camera: CameraModel, texts: Texts, now: float) -> str:
    name, say = camera.info.name, texts.say
    if is_stuck(model, camera, now):
        time = clock_text(camera.shown_capture_us)
        if time:
            return say("strip.no_frames_since", name=name, time=time)
        return say("strip.no_frames", name=name)
    time, state = (
        clock_text(camera.down_since_us or camera.state_since_us),
        state_name(camera, texts),
    )
    if time:
        return say("strip.state_since", name=name, time=time, state=state)
    return say("strip.state", name=name, state=state)
