from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from camstrm.wire import (
    CameraFrame,
    CameraInfo,
    CameraState,
    CameraStatus,
    Hello,
    Limits,
    Status,
)
from client_qt.model.viewer_model import Connection, ViewerModel
from tests.fakes.pictures.viewer_pictures import BASE_US, bundle, picture_frame, state_frame

ROOT = Path(__file__).resolve().parents[2]
HELLO = Hello("s1", cameras=(CameraInfo(0, "left", "A1"), CameraInfo(1, "right", "B2")))


def live_model(now: float = 100.0) -> ViewerModel:
    model = ViewerModel()
    model.connection_started()
    model.connection_opened(now)
    model.receive_hello(HELLO, now)
    model.receive_bundle(bundle(1, picture_frame(0, b"j", 4, 4)), 1000, now)
    return model


def test_model_and_display_need_no_qt() -> None:
    script = (
        "import sys, client_qt.model.display, camstrm.client.address, client_qt.app; "
        "sys.exit(any(m.startswith('PySide6') for m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, timeout=60, check=False)
    assert done.returncode == 0


def test_connection_before_anything_arrives() -> None:
    model = ViewerModel()
    assert model.connection(0) is Connection.CONNECTING
    model.connection_opened(10)
    assert model.connection(12.9) is Connection.CONNECTING
    assert model.connection(13.1) is Connection.STALLED, "open, but the server says nothing"


def test_live_then_stalled_then_live() -> None:
    model = live_model(100)
    assert model.connection(101.9) is Connection.LIVE
    assert model.connection(102.1) is Connection.STALLED, "bundles stopped"
    model.receive_status(Status(BASE_US), 102.2)
    assert model.connection(102.3) is Connection.STALLED, "a status is no picture"
    model.receive_bundle(bundle(2), 10, 103)
    assert model.connection(103.1) is Connection.LIVE


def test_slow_stream_is_not_stalled() -> None:
    model = ViewerModel()
    model.connection_opened(100)
    model.receive_hello(Hello("s", limits=Limits(stream_fps=0.5)), 100)
    model.receive_bundle(bundle(1), 10, 100)
    model.receive_status(Status(BASE_US), 103)
    assert model.connection(104) is Connection.LIVE
    model.receive_status(Status(BASE_US), 106)
    assert model.connection(106.5) is Connection.STALLED


def test_minimised_window_is_not_stalled_while_the_server_talks() -> None:
    model = live_model(100)
    model.want_pictures(False, 100)
    for second in range(101, 110):
        model.receive_status(Status(BASE_US), second)
    assert model.connection(109.5) is Connection.LIVE
    model.want_pictures(True, 110)
    assert model.connection(111.9) is Connection.LIVE, "pictures need a moment to come back"
    assert model.connection(112.4) is Connection.STALLED
    model.want_pictures(False, 112.5)
    assert model.connection(113) is Connection.STALLED, "silent for more than 3 s"


def test_no_frame_input_and_back() -> None:
    model = live_model(100)
    model.receive_status(Status(BASE_US, input="none", input_since_us=BASE_US), 101)
    assert model.connection(101.5) is Connection.NO_INPUT
    model.receive_status(Status(BASE_US, input="ok"), 103)
    model.receive_bundle(bundle(1), 10, 103)
    assert model.connection(103.5) is Connection.LIVE


def test_lost_and_reconnecting() -> None:
    model = live_model(100)
    model.connection_lost("reset by peer", 2.0, 105)
    assert model.connection(105.1) is Connection.LOST
    assert model.reason == "reset by peer"
    assert model.retry_in(105.5) == pytest.approx(1.5)
    model.connection_started()
    assert model.connection(107) is Connection.LOST, "trying is not being there"
    assert model.retry_in(107) is None
    model.connection_lost("refused", 4.0, 107.5)
    assert model.lost_for(110) == pytest.approx(5.0), "counts from the first loss"
    model.connection_opened(112)
    assert model.connection(112.1) is Connection.CONNECTING
    assert model.lost_for(112.1) == 0
    assert model.clock.age(BASE_US, 112.1) is None, "another server may have another clock"
    model.receive_hello(HELLO, 112.2)
    assert model.connection(112.3) is Connection.LIVE


def test_same_cameras_keep_their_pictures_over_a_reconnect() -> None:
    model = live_model(100)
    model.cameras[0].show(BASE_US, model.clock, 100)
    left = model.cameras[0]
    model.connection_lost("x", 1, 101)
    model.connection_opened(102)
    assert model.receive_hello(HELLO, 102) == []
    assert model.cameras[0] is left


def test_other_camera_in_the_same_place_loses_the_picture() -> None:
    model = live_model(100)
    swapped = Hello("s2", cameras=(CameraInfo(0, "left", "C3"), CameraInfo(1, "new name", "B2")))
    assert model.receive_hello(swapped, 101) == [0]
    assert model.cameras[0].info.serial == "C3"
    assert model.cameras[1].info.name == "new name"
    assert model.receive_hello(Hello("s3"), 102) == [0, 1]


def test_server_without_hello_shows_the_cameras_of_its_bundles() -> None:
    model = ViewerModel()
    model.connection_opened(0)
    model.receive_bundle(bundle(1, state_frame(4, 2), state_frame(2, 2)), 10, 0.1)
    assert [c.info.name for c in model.cameras.values()] == ["camera 2", "camera 4"]
    for index in range(1000):
        model.receive_bundle(bundle(index, state_frame(index, 2)), 10, 0.2)
    assert list(model.cameras) == [999], "what is gone is forgotten"


def test_cameras_that_hello_does_not_know_are_ignored() -> None:
    model = live_model(100)
    model.receive_bundle(bundle(2, state_frame(9, 2)), 10, 100)
    model.receive_status(Status(BASE_US, cameras=(CameraStatus(9, 2),)), 100)
    assert sorted(model.cameras) == [0, 1]


def test_rates_of_bundles() -> None:
    model = live_model(100)
    for i in range(90):
        model.receive_bundle(bundle(i), 100_000, 100 + i / 30)
    assert model.bundles.rate(103) == pytest.approx(30, abs=1)
    assert model.megabits(103) == pytest.approx(24, abs=1)


def test_down_since_spans_all_states_of_an_outage() -> None:
    camera = live_model().cameras[0]
    for state, since in (
        (CameraState.STALLED, BASE_US + 1),
        (CameraState.LOST, BASE_US + 2),
        (CameraState.BACKING_OFF, BASE_US + 3),
        (CameraState.OPENING, BASE_US + 4),
    ):
        camera.receive_frame(CameraFrame(0, state, state_since_us=since))
        assert camera.down_since_us == BASE_US + 1
    camera.receive_frame(CameraFrame(0, CameraState.STREAMING, state_since_us=BASE_US + 5))
    assert camera.down_since_us == 0


def test_age_and_when_it_is_too_old() -> None:
    model = live_model(100)
    camera = model.cameras[0]
    assert camera.age(model.clock, 100) is None
    model.cameras[0].show(BASE_US, model.clock, 100.05)
    assert camera.age(model.clock, 100.05) == pytest.approx(0.05, abs=1e-6)
    assert camera.steady_age(model.clock, 100.2) == pytest.approx(0.05, abs=1e-6)
    assert camera.steady_age(model.clock, 102) == pytest.approx(2.0, abs=1e-6)
    assert camera.old_after(30) == 1.25
    camera.receive_status(CameraStatus(0, CameraState.STREAMING, interval_us=2_000_000))
    assert camera.old_after(30) == 6.0
    assert not camera.is_old(model.clock, 106.0, 30)
    assert camera.is_old(model.clock, 106.1, 30)
    assert camera.old_after(0.1) == pytest.approx(30.0)


def test_on_a_slow_link_a_picture_is_as_old_as_usual() -> None:
    model = live_model(100)
    camera = model.cameras[0]
    camera.receive_status(CameraStatus(0, CameraState.STREAMING, interval_us=33_000))
    for second in range(6):
        model.cameras[0].show(BASE_US, model.clock, 100 + second)
    assert camera.old_after(30) == 3.0
    model.cameras[0].show(BASE_US, model.clock, 160)
    assert camera.old_after(30) == 3.0, "a pause is not usual"


def test_a_camera_that_waits_for_a_trigger_has_no_old_picture() -> None:
    model = live_model(100)
    camera = model.cameras[0]
    model.cameras[0].show(BASE_US, model.clock, 100.05)
    camera.receive_frame(
        CameraFrame(0, CameraState.WAITING_FOR_TRIGGER, state_since_us=BASE_US + 1)
    )
    assert camera.healthy
    assert camera.down_since_us == 0
    assert not camera.is_old(model.clock, 4000, 30)
    camera.receive_frame(CameraFrame(0, CameraState.LOST, state_since_us=BASE_US + 2))
    assert camera.is_old(model.clock, 100.1, 30)


def test_age_on_a_slow_link_is_the_pictures_and_not_the_screens() -> None:
    model = live_model(100)
    # The bundle was five seconds under way in full buffers.
    model.cameras[0].show(BASE_US, model.clock, 105)
    assert model.cameras[0].age(model.clock, 105) == pytest.approx(5, abs=1e-6)


def test_age_without_server_times_counts_from_the_screen() -> None:
    model = ViewerModel()
    model.connection_opened(0)
    model.receive_bundle(bundle(1, state_frame(0, 2), timestamp_us=0), 10, 0.1)
    model.cameras[0].show(0, model.clock, 0.2)
    assert model.cameras[0].age(model.clock, 1.2) == pytest.approx(1.0)


def test_losses_are_not_counted_twice() -> None:
    camera = live_model().cameras[0]
    status = CameraStatus(0, 2, incomplete=3, rejected=1, underrun=5, gaps=7, reason="x")
    camera.receive_status(status)
    assert camera.status is not None
    assert camera.status.lost == 3 + 1 + 7


def test_largest_camera() -> None:
    model = live_model()
    assert ViewerModel().largest_camera() is None
    model.cameras[1].receive_status(CameraStatus(1, 2, width=2656, height=2304))
    assert model.largest_camera() == 1
