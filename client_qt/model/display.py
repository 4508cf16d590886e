"""What a view and the status bar show, worded from the model. No Qt."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

from camstrm.wire import CameraState
from client_qt.model.camera_model import CameraModel
from client_qt.model.viewer_model import Connection, ViewerModel
from client_qt.model.wording import age_text, count_text, rate_text, since_text

__all__ = ["CameraDisplay", "Level", "Summary", "camera_display", "placeholder_display", "summary"]


class Level(enum.Enum):
    """How a thing does; a colour on the screen."""

    IDLE = "idle"
    GOOD = "good"
    WAITING = "waiting"
    BAD = "bad"


@dataclass(frozen=True)
class CameraDisplay:
    """What one view shows beside its picture.

    ``stale``: the picture is not the camera's present; it is drawn grey. ``headline``
    and ``detail`` are over the picture, ``numbers`` beside the name, most important first.
    ``trouble`` is below a picture that is the present: what is wrong although
    pictures come. ``lease``: who adjusts the camera. ``tooltip`` has everything.
    """

    name: str
    level: Level = Level.IDLE
    stale: bool = True
    headline: str = ""
    detail: str = ""
    numbers: tuple[str, ...] = ()
    tooltip: str = ""
    trouble: str = ""
    lease: str = ""


@dataclass(frozen=True)
class Summary:
    """What the status bar shows."""

    level: Level
    text: str
    numbers: tuple[str, ...] = ()
    tooltip: str = ""


_WAITING = "waiting for a trigger"


def summary(model: ViewerModel, server: str, now: float) -> Summary:
    """Word the state of the connection to ``server`` (host:port)."""
    state = model.connection(now)
    status = model.status
    numbers: list[str] = []
    tooltip = ""
    if state not in (Connection.CONNECTING, Connection.LOST):
        numbers = [f"{model.bundles.rate(now):.1f} bundles/s", f"{model.megabits(now):.1f} Mbit/s"]
        if status is not None:
            numbers.append(f"{status.viewers} viewer{'' if status.viewers == 1 else 's'}")
            if status.viewer is not None:
                numbers.append(f"{count_text(status.viewer.skipped)} skipped")
                tooltip = (
                    f"bundles sent to this viewer: {status.viewer.sent}\n"
                    f"skipped: {status.viewer.skipped}"
                    + (f" (last: {status.viewer.reason})" if status.viewer.reason else "")
                )
    level, _, _ = _connection_state(model, now)
    if level is Level.GOOD and (_cameras_down(model) or not model.cameras):
        level = Level.WAITING
    return Summary(level, _connection_text(model, server, now), tuple(numbers), tooltip)


def placeholder_display(model: ViewerModel, number: int, now: float) -> CameraDisplay:
    """Word view ``number`` (from 1) while the server has not said which cameras there are."""
    level, headline, detail = _connection_state(model, now)
    if not headline:
        headline = "no camera" if model.hello is not None else "waiting for the cameras"
    return CameraDisplay(f"view {number}", level, True, headline, detail)


def camera_display(model: ViewerModel, camera: CameraModel, now: float) -> CameraDisplay:
    """Word what the view of ``camera`` shows at ``now``."""
    # Where nothing is to be said over it, a picture is the camera's present.
    level, headline, detail = _connection_state(model, now)
    if not headline:
        level, headline, detail = _camera_state(camera)
    if headline:
        detail = _last_picture(model, camera, now, detail)
    else:
        level, headline, detail = _picture_state(model, camera, now)
    return CameraDisplay(
        camera.info.name or f"camera {camera.info.index}",
        level,
        bool(headline),
        headline,
        detail,
        _numbers(model, camera, now),
        _tooltip(camera),
        "" if headline else camera.reason,
        _lease(model, camera),
    )


def _picture_state(model: ViewerModel, camera: CameraModel, now: float) -> tuple[Level, str, str]:
    age = camera.age(model.clock, now)
    if age is None and camera.state == CameraState.WAITING_FOR_TRIGGER:
        return Level.GOOD, _WAITING, camera.last_problem
    if age is None:
        return Level.WAITING, "waiting for the first picture", camera.last_problem
    if camera.is_old(model.clock, now, model.stream_fps):
        return Level.WAITING, f"picture is {age_text(age)} old", camera.last_problem
    return Level.GOOD, "", ""


def _camera_state(camera: CameraModel) -> tuple[Level, str, str]:
    since = camera.down_since_us or camera.state_since_us
    reason = camera.reason
    if camera.healthy:
        return Level.GOOD, "", ""
    if camera.state == CameraState.STALLED:
        return Level.WAITING, since_text("no frames", since), reason
    if camera.state == CameraState.UNSUPPORTED:
        pixel_format = "" if camera.status is None else camera.status.pixel_format
        return Level.BAD, f"pixel format {pixel_format or 'unknown'} cannot be shown", reason
    if camera.state in (CameraState.LOST, CameraState.BACKING_OFF):
        return Level.BAD, since_text("lost", since), reason
    if camera.state == CameraState.RECONFIGURING:
        return Level.WAITING, "stopped for a moment", "a feature is set that is locked otherwise"
    if camera.state == CameraState.OPENING:
        if camera.down_since_us:
            return Level.BAD, since_text("lost", since), "opening again"
        return Level.WAITING, "opening", reason
    if camera.state == CameraState.CLOSED:
        return Level.IDLE, "closed", reason
    return Level.WAITING, f"unknown state {camera.state}", "the server is newer than this viewer"


def _connection_state(model: ViewerModel, now: float) -> tuple[Level, str, str]:
    state = model.connection(now)
    if state is Connection.CONNECTING:
        return Level.WAITING, "connecting", ""
    if state is Connection.NO_INPUT:
        since = 0 if model.status is None else model.status.input_since_us
        headline = since_text("no frame input", since)
        return Level.WAITING, headline, "no grabber is connected to the server"
    if state is Connection.STALLED:
        return Level.WAITING, "stalled", "connected, but nothing comes"
    if state is Connection.LOST:
        return Level.BAD, _lost(model), model.reason
    return Level.GOOD, "", ""


def _connection_text(model: ViewerModel, server: str, now: float) -> str:
    state = model.connection(now)
    if state is Connection.CONNECTING:
        return f"connecting to {server}"
    if state is Connection.LOST:
        retry = model.retry_in(now)
        next_try = "connecting" if retry is None else f"next try in {max(math.ceil(retry), 1)} s"
        lost_for = age_text(model.lost_for(now))
        return f"{_lost(model)} for {lost_for}: {model.reason} · {next_try}"
    if state is Connection.STALLED:
        return f"{server} · stalled: no pictures for {age_text(model.bundle_silence(now))}"
    if state is Connection.NO_INPUT:
        return f"{server} · no frame input"
    if not model.cameras:
        return f"{server} · the server has no cameras"
    down = _cameras_down(model)
    slow = ""
    if model.reduced:
        slow = f" · slow link: smaller pictures are sent ({model.reduced} pixels)"
    if down:
        return f"{server} · live, {down} of {len(model.cameras)} cameras without pictures{slow}"
    return f"{server} · live{slow}"


def _lost(model: ViewerModel) -> str:
    return "connection lost" if model.ever_connected else "no connection"


def _cameras_down(model: ViewerModel) -> int:
    return sum(not camera.healthy for camera in model.cameras.values())


def _last_picture(model: ViewerModel, camera: CameraModel, now: float, detail: str) -> str:
    age = camera.age(model.clock, now)
    last = "" if age is None else f"last picture {age_text(age)} old"
    return "\n".join(filter(None, (detail, last)))


def _lease(model: ViewerModel, camera: CameraModel) -> str:
    lease = model.leases.get(camera.info.index)
    if lease is None:
        return ""
    viewer = None if model.status is None else model.status.viewer
    mine = viewer is not None and lease.viewer != 0 and lease.viewer == viewer.id
    text = f"{'you adjust' if mine else f'{lease.holder} adjusts'} {camera.info.name}"
    return f"{text}, {lease.asked_by} asks for it" if lease.asked_by else text


def _numbers(model: ViewerModel, camera: CameraModel, now: float) -> tuple[str, ...]:
    age = camera.steady_age(model.clock, now)
    if age is None:
        return ()
    rate = rate_text(camera.shown.rate(now))
    if camera.state == CameraState.WAITING_FOR_TRIGGER:
        rate = _WAITING
    numbers = [rate, age_text(age), f"{count_text(camera.dropped)} dropped"]
    if camera.failed:
        numbers.append(f"{count_text(camera.failed)} corrupt")
    if camera.status is not None:
        numbers.append(f"{count_text(camera.status.lost)} lost")
        numbers.append(f"camera {rate_text(camera.status.grab_fps, whole=True)}")
    return tuple(numbers)


def _tooltip(camera: CameraModel) -> str:
    info, status = camera.info, camera.status
    lines = [" ".join(x for x in (info.vendor, info.model) if x) or info.name]
    if info.serial:
        lines.append(f"serial number {info.serial}")
    width, height = camera.source_size
    if width:
        pixel_format = "" if status is None else f" {status.pixel_format}"
        lines.append(
            f"camera {width}x{height}{pixel_format}, "
            f"sent {camera.sent_size[0]}x{camera.sent_size[1]}"
        )
    lines.append(f"in this viewer: {camera.dropped} dropped, {camera.failed} corrupt")
    if status is not None:
        lines.append(
            f"at the camera: {status.delivered} delivered, {status.incomplete} incomplete, "
            f"{status.rejected} rejected, {status.underrun} underrun, {status.gaps} gaps, "
            f"{status.reconnects} reconnects"
        )
    if camera.last_problem:
        lines.append(camera.last_problem)
    return "\n".join(lines)
