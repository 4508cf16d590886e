"""Features that are set while the stream is stopped."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from camstrm.errors import CameraError, CameraLostError
from tests.fakes.gentl.control_desk import LONG_S, Desk, call, refuse


def test_a_locked_feature_is_set_while_the_stream_is_stopped(desk: Desk) -> None:
    worker = threading.Thread(target=desk.stand_aside)
    worker.start()

    def set_width(camera: Any) -> str:
        camera.call("set")
        desk.clock.advance(0.05)
        return "width"

    answer = desk.submit(lambda camera: desk.control.while_stopped(set_width, refuse))
    result, stopped_ms = answer.result
    worker.join(LONG_S)
    assert result == "width"
    assert stopped_ms == pytest.approx(50.0)
    assert desk.camera.calls == ["stop", "set", "start", "goes on with stream 1"]


@pytest.mark.parametrize("failing", ["set", "start"])
def test_old_values_come_back_when_the_new_ones_are_refused(desk: Desk, failing: str) -> None:
    worker = threading.Thread(target=desk.stand_aside)
    worker.start()
    desk.camera.fails[failing] = [CameraError("left", f"{failing} is refused")]

    def job(_: Any) -> Any:
        return desk.control.while_stopped(call("set"), call("old"))

    error = desk.submit(job).result
    worker.join(LONG_S)
    assert str(error) == f"camera left: {failing} is refused"
    first = ["stop", "set"] if failing == "set" else ["stop", "set", "start"]
    stream = 1 + (failing == "start")
    assert desk.camera.calls == [*first, "abandon", "old", "start", f"goes on with stream {stream}"]


def test_a_stream_that_cannot_be_started_again_ends_as_any_other(desk: Desk) -> None:
    worker = threading.Thread(target=desk.stand_aside)
    worker.start()
    gone = [CameraLostError("left", "no answer"), CameraLostError("left", "still no answer")]
    desk.camera.fails["start"] = list(gone)
    answer = desk.submit(lambda camera: desk.control.while_stopped(lambda _: None, lambda _: None))
    worker.join(LONG_S)
    assert answer.result is gone[1]
    assert desk.camera.calls[-1] == "ends: still no answer"


def test_old_values_that_are_refused_do_not_keep_the_stream_stopped(desk: Desk) -> None:
    worker = threading.Thread(target=desk.stand_aside)
    worker.start()
    error = desk.submit(lambda camera: desk.control.while_stopped(refuse, refuse)).result
    worker.join(LONG_S)
    assert str(error) == "camera left: the value is refused"
    assert desk.camera.calls == ["stop", "abandon", "start", "goes on with stream 1"]


def test_a_pause_that_nobody_keeps_ends_when_the_camera_goes(desk: Desk) -> None:
    answer = desk.submit(lambda camera: desk.control.while_stopped(refuse, refuse))
    while desk.control._pause is None:
        pass
    desk.control.closed()
    assert answer.code == "gone"
    desk.open()
    desk.wait_idle()
    assert desk.camera.calls == []
