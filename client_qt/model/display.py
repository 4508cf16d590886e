"""What a camera's view shows beside its picture, worded from the model. No Qt.

Words, and when they are said, are those of the page (camera_tile.js, camera_state.js).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from camstrm.viewing.texts import Texts
from camstrm.wire import CameraState
from client_qt.model.camera_model import CameraModel
from client_qt.model.viewer_model import Connection, ViewerModel
from client_qt.model.wording import NONE, age_text, clock_text, rate_text, size_text

__all__ = [
    "CameraDisplay",
    "Level",
    "camera_display",
    "delivers",
    "expects_pictures",
    "is_stale",
    "is_stuck",
    "state_name",
    "state_since",
]


class Level(enum.Enum):
    """How a thing does; a colour on the screen."""

    IDLE = "idle"
    GOOD = "good"
    WAITING = "waiting"
    BAD = "bad"


@dataclass(frozen=True)
class CameraDisplay:
    """What one view shows beside its picture.

    In the line on top, empty while all is normal: ``state``, ``late`` (the picture's age),
    ``lease`` (who adjusts the camera), ``reduced`` (smaller pictures are sent). ``stale``: the
    picture is not the camera's present; it is drawn grey, with ``headline`` and ``detail`` over it.
    ``trouble`` is below a picture that is the present: what is wrong although pictures come.
    ``figures``: name and value of each; a name of "" goes over the whole width. ``condition``:
    what a screen reader says of the camera.
    """

    name: str
    level: Level = Level.IDLE
    stale: bool = True
    headline: str = ""
    detail: str = ""
    state: str = ""
    late: str = ""
    lease: str = ""
    reduced: str = ""
    trouble: str = ""
    figures: tuple[tuple[str, str], ...] = ()
    condition: str = ""


_STATES = {
    CameraState.CLOSED: "closed",
    CameraState.OPENING: "opening",
    CameraState.STREAMING: "streaming",
    CameraState.STALLED: "stalled",
    CameraState.LOST: "lost",
    CameraState.BACKING_OFF: "backing_off",
    CameraState.UNSUPPORTED: "unsupported_format",
    CameraState.WAITING_FOR_TRIGGER: "waiting_for_a_trigger",
    CameraState.RECONFIGURING: "reconfiguring",
}

_LEVELS = {
    CameraState.CLOSED: Level.IDLE,
    CameraState.STREAMING: Level.GOOD,
    CameraState.WAITING_FOR_TRIGGER: Level.GOOD,
    CameraState.LOST: Level.BAD,
    CameraState.BACKING_OFF: Level.BAD,
    CameraState.UNSUPPORTED: Level.BAD,
}
"""Of the other states: WAITING."""


def delivers(state: int) -> bool:
    """Return whether a camera streams, or would if a trigger came."""
    return state in (CameraState.STREAMING, CameraState.WAITING_FOR_TRIGGER)


def expects_pictures(state: int) -> bool:
    """Return whether a new picture may come; also in states that a later server knows."""
    return delivers(state) or state not in _STATES


def state_name(camera: CameraModel, texts: Texts) -> str:
    """Return the camera's state; one of a later server by its number.

    Opening and backing off take turns while a camera is away: it is lost all the time.
    """
    if camera.state not in _STATES:
        return texts.say("states.unknown", number=camera.state)
    return texts.say(f"states.{_STATES[_shown_state(camera)]}")


def state_since(camera: CameraModel, texts: Texts) -> str:
    """Return the state, and since when it is so."""
    name = state_name(camera, texts)
    time = clock_text(camera.down_since_us or camera.state_since_us)
    return texts.say("states.since", state=name, time=time) if time else name


def _shown_state(camera: CameraModel) -> CameraState:
    state = CameraState(camera.state)
    away = camera.down_since_us and state in (CameraState.OPENING, CameraState.BACKING_OFF)
    return CameraState.LOST if away else state


def is_stale(model: ViewerModel, camera: CameraModel, now: float) -> bool:
    """Return whether the picture that is there is not the camera's present any more.

    ``now``: monotonic, in seconds.
    """
    if not expects_pictures(camera.state):
        return True
    if camera.shown_at is None:
        return False
    old = camera.is_old(model.clock, now, model.stream_fps)
    return old or model.connection(now) is not Connection.LIVE


def is_stuck(model: ViewerModel, camera: CameraModel, now: float) -> bool:
    """Return whether the picture is old although new ones are to be expected."""
    return expects_pictures(camera.state) and is_stale(model, camera, now)


def camera_display(
    model: ViewerModel, camera: CameraModel, texts: Texts, now: float
) -> CameraDisplay:
    """Word what the view of ``camera`` shows at ``now``."""
    say, state = texts.say, camera.state
    stale, expected = is_stale(model, camera, now), expects_pictures(state)
    age = camera.age(model.clock, now)
    stuck = expected and stale
    level = Level.WAITING
    if state in _STATES:
        level = _LEVELS.get(_shown_state(camera), Level.WAITING)
    # A state that is not known says more than that pictures stay out.
    unusual = stuck and state in _STATES
    name = say("states.no_new_picture") if unusual else state_name(camera, texts)
    said = name if unusual else state_since(camera, texts)
    headline, detail = _notice(camera, texts, age, stale=stale)
    return CameraDisplay(
        camera.info.name,
        Level.WAITING if stuck else level,
        stale,
        headline,
        detail,
        state="" if state == CameraState.STREAMING and not stale else name,
        late=age_text(age, texts) if stale and age is not None else "",
        lease=_lease(model, camera, texts),
        reduced=say("states.reduced", side=model.reduced) if model.reduced else "",
        trouble=_trouble(camera, texts, expected=expected),
        figures=_figures(model, camera, texts, now),
        condition=". ".join(filter(None, (said, camera.reason))),
    )


def _notice(
    camera: CameraModel, texts: Texts, age: float | None, *, stale: bool
) -> tuple[str, str]:
    """Return what is said over the picture: why it is old, or why there is none."""
    say = texts.say
    old = "" if age is None else say("states.picture_age", age=age_text(age, texts))
    if not expects_pictures(camera.state):
        return state_since(camera, texts), " · ".join(filter(None, (camera.reason, old)))
    if stale:
        return old, ""
    if camera.shown_at is None and camera.state == CameraState.WAITING_FOR_TRIGGER:
        return state_name(camera, texts), ""
    return ("" if camera.shown_at is not None else say("states.waiting_for_a_picture")), ""


def _trouble(camera: CameraModel, texts: Texts, *, expected: bool) -> str:
    """Return what is wrong although pictures come: at the camera, and on the way here."""
    damaged = ""
    if camera.failed:
        last = camera.last_problem or NONE
        damaged = texts.say("states.damaged", count=camera.failed, last=last)
    return " · ".join(filter(None, (camera.reason if expected else "", damaged)))


def _lease(model: ViewerModel, camera: CameraModel, texts: Texts) -> str:
    lease = model.leases.get(camera.info.index)
    if lease is None:
        return ""
    viewer = None if model.status is None else model.status.viewer
    mine = viewer is not None and lease.viewer != 0 and lease.viewer == viewer.id
    key = "states.you_adjust" if mine else "states.adjusts"
    text = texts.say(key, holder=lease.holder, name=camera.info.name)
    if not lease.asked_by:
        return text
    return texts.say("states.asked_for", text=text, person=lease.asked_by)


def _figures(
    model: ViewerModel, camera: CameraModel, texts: Texts, now: float
) -> tuple[tuple[str, str], ...]:
    info, status, say = camera.info, camera.status, texts.say
    viewer = None if model.status is None else model.status.viewer
    skipped = 0 if viewer is None else viewer.skipped
    age = camera.steady_age(model.clock, now)
    device = " ".join(filter(None, (info.vendor, info.model, info.serial))) or NONE
    sizes = size_text(*camera.source_size)
    if min(camera.sent_size) > 0:
        sizes = f"{sizes} → {size_text(*camera.sent_size)}"
    live = model.connection(now) is Connection.LIVE
    grabbed = rate_text(status.grab_fps) if live and status is not None else NONE
    dropped = skipped + camera.dropped + camera.failed
    rows = [
        (say("states.device"), device),
        (say("states.shown"), rate_text(camera.shown.rate(now))),
        (say("states.grabbed"), grabbed),
        (say("states.age"), NONE if age is None else age_text(age, texts)),
        (say("states.dropped"), str(dropped)),
        (say("states.size"), sizes),
        (say("states.format"), NONE if status is None else status.pixel_format or NONE),
        ("", say("states.lost_here", skipped=skipped, replaced=camera.dropped)),
    ]
    if status is not None:
        there = say(
            "states.lost_there",
            incomplete=status.incomplete,
            gaps=status.gaps,
            underrun=status.underrun,
            reconnects=status.reconnects,
        )
        rows.append(("", there))
    return tuple(rows)
