from __future__ import annotations

import pytest

from camstrm.wire import CameraInfo, CameraState, CameraStatus, Hello, Status, ViewerStatus
from client_qt.model.display import (
    CameraDisplay,
    Level,
    camera_display,
    placeholder_display,
    summary,
)
from client_qt.model.viewer_model import ViewerModel
from client_qt.model.wording import clock_text, rate_text
from tests.fakes.pictures.viewer_pictures import BASE_US, bundle, picture_frame, state_frame

CLOCK = clock_text(BASE_US)


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
    return camera_display(model, model.cameras[0], now)


def with_state(model: ViewerModel, state: int, reason: str = "") -> None:
    model.receive_bundle(bundle(2, state_frame(0, state)), 10, 100.1)
    status = CameraStatus(0, state, BASE_US, reason, "RGB16")
    model.receive_status(Status(BASE_US, cameras=(status,)), 100.1)


def test_streaming_camera_shows_its_picture_and_nothing_over_it() -> None:
    display = shown(live_model(), 100.1)
    assert (display.name, display.level, display.stale) == ("left", Level.GOOD, False)
    assert display.headline == display.detail == ""
    assert display.numbers[1] == "0 ms"


def test_old_picture_of_a_streaming_camera_is_stale_and_says_its_age() -> None:
    model = live_model()
    model.receive_bundle(bundle(2, state_frame(0, CameraState.STREAMING)), 10, 101.4)
    assert not shown(model, 101.5).stale
    display = shown(model, 101.6)
    assert (display.level, display.stale) == (Level.WAITING, True)
    assert display.headline == "picture is 1.6 s old"


def test_a_triggered_camera_that_waits_is_not_grey_and_says_so() -> None:
    model = live_model()
    with_state(model, CameraState.WAITING_FOR_TRIGGER)
    # Bundles and statuses go on; only the picture gets older.
    model.receive_bundle(bundle(3, state_frame(0, CameraState.WAITING_FOR_TRIGGER)), 10, 160)
    display = shown(model, 160.1)
    assert (display.level, display.stale, display.headline) == (Level.GOOD, False, "")
    assert display.numbers[:2] == ("waiting for a trigger", "1 min 00 s")
    assert summary(model, "s:1", 160.1).text == "s:1 · live"


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
    ("state", "headline", "level"),
    [
        (CameraState.LOST, f"lost since {CLOCK}", Level.BAD),
        (CameraState.BACKING_OFF, f"lost since {CLOCK}", Level.BAD),
        (CameraState.OPENING, f"lost since {CLOCK}", Level.BAD),
        (CameraState.STALLED, f"no frames since {CLOCK}", Level.WAITING),
        (CameraState.UNSUPPORTED, "pixel format RGB16 cannot be shown", Level.BAD),
        (CameraState.CLOSED, "closed", Level.IDLE),
        (77, "unknown state 77", Level.WAITING),
    ],
)
def test_camera_that_does_not_stream_is_never_live(state: int, headline: str, level: Level) -> None:
    model = live_model()
    with_state(model, state, "cable unplugged")
    display = shown(model, 100.2)
    assert (display.headline, display.level, display.stale) == (headline, level, True)
    assert "last picture 200 ms old" in display.detail


def test_lost_says_the_servers_reason() -> None:
    model = live_model()
    with_state(model, CameraState.LOST, "cable unplugged")
    assert "cable unplugged" in shown(model, 100.2).detail


def test_nothing_is_live_without_a_live_connection() -> None:
    model = live_model()
    assert shown(model, 110).headline == "stalled"
    model.connection_lost("connection refused", 2, 110)
    display = shown(model, 112)
    assert (display.stale, display.level) == (True, Level.BAD)
    assert display.headline == "connection lost"
    assert display.detail == "connection refused\nlast picture 12.0 s old"


def test_no_frame_input() -> None:
    model = live_model()
    model.receive_status(Status(BASE_US, input="none", input_since_us=BASE_US), 100.2)
    display = shown(model, 100.3)
    assert display.headline == f"no frame input since {CLOCK}"
    assert display.stale
    assert summary(model, "server:8765", 100.3).text == "server:8765 · no frame input"


def test_camera_that_never_sent_a_picture() -> None:
    model = model_without_pictures()
    assert shown(model, 100.1).headline == "waiting for the first picture"
    model.cameras[0].fail("damaged JPEG")
    display = shown(model, 100.1)
    assert display.detail == "damaged JPEG"
    assert display.numbers == ()


def test_counts_are_shown() -> None:
    model = live_model()
    model.cameras[0].dropped = 12
    model.cameras[0].fail("damaged JPEG")
    status = CameraStatus(
        0, 2, gaps=3, grab_fps=395.4, pixel_format="BayerRG8", width=640, height=480
    )
    model.receive_status(Status(BASE_US, cameras=(status,)), 100.1)
    display = shown(model, 100.1)
    assert display.numbers[2:] == ("12 dropped", "1 corrupt", "3 lost", "camera 395 fps")
    assert "serial number A1" in display.tooltip
    assert "camera 640x480 BayerRG8" in display.tooltip


def test_summary_over_time() -> None:
    model = ViewerModel()
    assert summary(model, "s:1", 0).text == "connecting to s:1"
    model.connection_lost("connection refused", 2.0, 1)
    text = summary(model, "s:1", 1.5).text
    assert text == "no connection for 500 ms: connection refused · next try in 2 s"
    model.connection_opened(3)
    model.receive_hello(Hello("s"), 3)
    assert summary(model, "s:1", 3.1).text == "s:1 · the server has no cameras"
    assert summary(model, "s:1", 5.5).text == "s:1 · stalled: no pictures for 2.5 s"


def test_summary_counts_viewers_and_skipped_bundles() -> None:
    model = live_model()
    status = Status(BASE_US, viewers=3, viewer=ViewerStatus(1, 900, 15, "slow link"))
    model.receive_status(status, 100.1)
    line = summary(model, "s:1", 100.2)
    assert line.level is Level.GOOD
    assert line.text == "s:1 · live"
    assert line.numbers[2:] == ("3 viewers", "15 skipped")
    assert "slow link" in line.tooltip


def test_summary_tells_when_a_camera_is_away() -> None:
    model = live_model()
    with_state(model, CameraState.LOST)
    line = summary(model, "s:1", 100.2)
    assert line.level is Level.WAITING
    assert line.text == "s:1 · live, 1 of 1 cameras without pictures"


def test_placeholders() -> None:
    model = ViewerModel()
    assert placeholder_display(model, 1, 0).headline == "connecting"
    model.connection_lost("token needed", 5, 0)
    display = placeholder_display(model, 2, 0)
    assert (display.name, display.headline, display.detail) == (
        "view 2",
        "no connection",
        "token needed",
    )
    model.connection_opened(1)
    model.receive_hello(Hello("s"), 1)
    assert placeholder_display(model, 1, 1.1).headline == "no camera"


def test_slow_rates_keep_their_digits() -> None:
    assert [rate_text(fps) for fps in (0.0, 0.25, 0.5, 1.0, 29.84)] == [
        *("0.0 fps", "0.25 fps", "0.50 fps", "1.0 fps", "29.8 fps")
    ]
    assert [rate_text(fps, whole=True) for fps in (0.0, 0.5, 9.96, 395.4)] == [
        *("0 fps", "0.50 fps", "10.0 fps", "395 fps")
    ]
