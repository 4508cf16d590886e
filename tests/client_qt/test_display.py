from __future__ import annotations

import pytest

from camstrm.viewing.texts import Texts
from camstrm.wire import (
    CameraInfo,
    CameraLease,
    CameraState,
    CameraStatus,
    Hello,
    Leases,
    Status,
    ViewerStatus,
)
from client_qt.model.display import CameraDisplay, Level, camera_display
from client_qt.model.viewer_model import ViewerModel
from client_qt.model.wording import clock_text
from tests.fakes.pictures.viewer_pictures import BASE_US, bundle, picture_frame, state_frame

CLOCK = clock_text(BASE_US)
EN = Texts("en")


def model_without_pictures() -> ViewerModel:
    model = ViewerModel()
    model.connection_opened(100)
    model.receive_hello(Hello("s1", cameras=(CameraInfo(0, "left", "A1", "MV", "Hik"),)), 100)
    model.receive_bundle(bundle(1, picture_frame(0, b"j", 640, 480)), 1000, 100)
    return model


def live_model() -> ViewerModel:
    model = model_without_pictures()
    model.cameras[0].show(BASE_US, model.clock, 100)
    return model


def shown(model: ViewerModel, now: float) -> CameraDisplay:
    return camera_display(model, model.cameras[0], EN, now)


def with_state(model: ViewerModel, state: int, reason: str = "") -> None:
    model.receive_bundle(bundle(2, state_frame(0, state)), 10, 100.1)
    status = CameraStatus(0, state, BASE_US, reason, "RGB16")
    model.receive_status(Status(BASE_US, cameras=(status,)), 100.1)


def test_streaming_camera_shows_its_picture_and_nothing_over_it() -> None:
    display = shown(live_model(), 100.1)
    assert (display.name, display.level, display.stale) == ("left", Level.GOOD, False)
    assert display.headline == display.detail == ""
    assert (display.state, display.late) == ("", ""), "the name stands alone"


def test_old_picture_of_a_streaming_camera_is_stale_and_says_its_age() -> None:
    model = live_model()
    model.receive_bundle(bundle(2, state_frame(0, CameraState.STREAMING)), 10, 101.4)
    assert not shown(model, 101.2).stale
    display = shown(model, 101.65)
    assert (display.level, display.stale) == (Level.WAITING, True)
    assert display.headline == "picture is 1.6 s old"
    assert (display.state, display.late) == ("no new picture", "1.6 s")


def test_a_triggered_camera_that_waits_is_not_grey_and_says_so() -> None:
    model = live_model()
    with_state(model, CameraState.WAITING_FOR_TRIGGER)
    # Bundles and statuses go on; only the picture gets older.
    model.receive_bundle(bundle(3, state_frame(0, CameraState.WAITING_FOR_TRIGGER)), 10, 160)
    display = shown(model, 160.1)
    assert (display.level, display.stale, display.headline) == (Level.GOOD, False, "")
    assert (display.state, display.late) == ("waiting for a trigger", "")
    assert ("age", "1 min 00 s") in display.figures


def test_a_triggered_camera_before_its_first_picture_says_that_it_waits() -> None:
    model = model_without_pictures()
    with_state(model, CameraState.WAITING_FOR_TRIGGER)
    display = shown(model, 100.1)
    assert (display.level, display.headline) == (Level.GOOD, "waiting for a trigger")


def test_what_is_wrong_although_pictures_come_is_said_below_them() -> None:
    model = live_model()
    reason = "27 % of frames incomplete: packet size, MTU, bandwidth"
    with_state(model, CameraState.STREAMING, reason)
    display = shown(model, 100.2)
    assert (display.level, display.stale, display.headline) == (Level.GOOD, False, "")
    assert display.trouble == reason
    with_state(model, CameraState.LOST, reason)
    assert shown(model, 100.2).trouble == "", "it is over the picture then"


@pytest.mark.parametrize(
    ("state", "name", "level"),
    [
        (CameraState.LOST, "lost", Level.BAD),
        (CameraState.BACKING_OFF, "lost", Level.BAD),
        (CameraState.OPENING, "lost", Level.BAD),
        (CameraState.STALLED, "stalled", Level.WAITING),
        (CameraState.UNSUPPORTED, "unsupported format", Level.BAD),
        (CameraState.CLOSED, "closed", Level.IDLE),
    ],
)
def test_camera_that_does_not_stream_is_never_live(
    state: CameraState, name: str, level: Level
) -> None:
    model = live_model()
    with_state(model, state, "cable unplugged")
    display = shown(model, 100.2)
    assert (display.headline, display.level) == (f"{name} since {CLOCK}", level)
    assert (display.stale, display.state) == (True, name)
    assert display.detail == "cable unplugged · picture is 200 ms old"
    assert display.condition == f"{name} since {CLOCK}. cable unplugged"


def test_a_state_of_a_later_server_is_shown_by_its_number() -> None:
    model = live_model()
    with_state(model, 77)
    display = shown(model, 100.2)
    assert (display.state, display.level, display.stale) == ("unknown (77)", Level.WAITING, True)


def test_a_camera_that_opens_for_the_first_time_is_not_lost() -> None:
    model = ViewerModel()
    model.connection_opened(100)
    model.receive_hello(Hello("s1", cameras=(CameraInfo(0, "left"),)), 100)
    with_state(model, CameraState.OPENING)
    assert shown(model, 100.2).state == "opening"


def test_nothing_is_live_without_a_live_connection() -> None:
    model = live_model()
    assert shown(model, 110).state == "no new picture"
    model.connection_lost("connection refused", 2, 110)
    display = shown(model, 112)
    assert (display.stale, display.level) == (True, Level.WAITING)
    assert display.headline == "picture is 12.0 s old"


def test_camera_that_never_sent_a_picture() -> None:
    model = model_without_pictures()
    assert shown(model, 100.1).headline == "waiting for a picture"
    model.cameras[0].fail("damaged JPEG")
    assert shown(model, 100.1).trouble == "1 damaged picture, last: damaged JPEG"


def test_figures() -> None:
    model = live_model()
    model.cameras[0].dropped = 12
    model.cameras[0].fail("damaged JPEG")
    status = CameraStatus(
        0, 2, gaps=3, grab_fps=395.4, pixel_format="BayerRG8", width=640, height=480
    )
    viewer = ViewerStatus(1, skipped=4)
    model.receive_status(Status(BASE_US, cameras=(status,), viewer=viewer), 100.1)
    figures = dict(shown(model, 100.1).figures)
    assert figures["camera"] == "Hik MV A1"
    assert figures["grabbed"] == "395.4 fps"
    assert figures["shown"].endswith(" fps")
    assert figures["age"].endswith(" ms")
    assert figures["dropped"] == "17", "skipped, replaced and damaged, as the page counts"
    assert figures["size"] == "640\u00d7480 \u2192 640\u00d7480"
    assert figures["format"] == "BayerRG8"
    said = [value for name, value in shown(model, 100.1).figures if not name]
    assert said[0] == "viewer: 4 skipped, 12 replaced"
    assert "3 gaps" in said[1]


def test_who_adjusts_the_camera() -> None:
    model = live_model()
    model.receive_status(Status(BASE_US, viewer=ViewerStatus(7)), 100.1)
    model.receive_leases(Leases((CameraLease(0, "kim", 7),)))
    assert shown(model, 100.1).lease == "you adjust left"
    model.receive_leases(Leases((CameraLease(0, "lee", 8, asked_by="kim"),)))
    assert shown(model, 100.1).lease == "lee adjusts left, kim asks for it"


def test_korean() -> None:
    model = live_model()
    with_state(model, CameraState.LOST)
    display = camera_display(model, model.cameras[0], Texts("ko"), 100.2)
    assert display.headline == f"{CLOCK}부터 연결 끊김"
