from __future__ import annotations

import logging

import pytest

from camstrm.acquisition.stream.drain import BufferDrain
from camstrm.errors import CameraBusyError, CameraError, CameraLostError, CameraNotFoundError
from camstrm.frame import RawFrame
from tests.fakes.grabber.scripted_camera import (
    CLOSED,
    LOST,
    OPENING,
    SILENCE,
    STREAMING,
    MakeScene,
    Opening,
)


def test_a_camera_is_opened_set_up_and_streams(scene: MakeScene) -> None:
    played = scene(Opening(["nothing", "frame", "frame"]))
    assert played.worker.condition.state is CLOSED
    assert played.worker.info.model == ""
    played.play()
    assert played.told == [(OPENING, ""), (STREAMING, ""), (CLOSED, "")]
    assert played.calls == ["open", "configure", "start 8", "close"]
    assert played.worker.statistics.delivered == 2
    assert played.worker.statistics.reconnects == 0
    assert played.worker.info.model == "Model"
    assert played.worker.take() is None


def test_frames_are_handed_on_while_it_streams(scene: MakeScene) -> None:
    frames: list[RawFrame] = []

    def take() -> None:
        frame = played.worker.take()
        assert frame is not None
        with frame:
            frames.append(frame)
        assert played.worker.take() is None

    played = scene(Opening(["frame", take, "frame", "frame", take]))
    played.play()
    assert [frame.frame_id for frame in frames] == [1, 3]
    assert played.worker.statistics.overwritten == 1


def test_every_reason_is_told(scene: MakeScene) -> None:
    missing = CameraNotFoundError("left", "7", ("8",), "x.cti")
    busy = CameraBusyError("left", "access denied")
    played = scene(Opening(error=missing), Opening(error=busy), Opening(["frame"]))
    played.play()
    assert [reason for state, reason in played.told if state is LOST] == [
        missing.problem,
        busy.problem,
    ]


def test_a_node_that_disagrees_about_the_serial_number_gives_one_warning(
    scene: MakeScene, caplog: pytest.LogCaptureFixture
) -> None:
    opening = Opening(["frame", "gone"], node_serial="20419237")
    played = scene(opening, opening, opening)
    played.play()
    told = [r.getMessage() for r in caplog.records if "DeviceSerialNumber" in r.getMessage()]
    (warning,) = told
    assert warning == (
        "camera left: its serial number is '7', but its node DeviceSerialNumber says "
        "'20419237'; the first one counts"
    )
    assert played.worker.statistics.delivered == 3


def test_the_log_has_a_line_when_a_camera_goes_and_one_when_it_is_back(
    scene: MakeScene, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    gone = CameraNotFoundError("left", "7", (), "x.cti")
    played = scene(
        Opening(["frame", *SILENCE]),
        *[Opening(error=gone)] * 4,
        Opening(SILENCE),
        Opening(["frame"]),
    )
    played.play()
    silent = "camera left: no frame for 2.2 s. Check cable, power, link and trigger (retrying)"
    assert [r.getMessage() for r in caplog.records] == [
        "camera left: streaming (100 fps, 8 buffers)",
        silent,
        f"{gone} (retrying)",
        "camera left: streaming (100 fps, 8 buffers), back after 25.7 s",
    ]


@pytest.mark.parametrize(
    ("error", "reason", "close"),
    [
        (
            KeyError("Width"),
            "a value that Harvesters does not know: 'Width' while setting it up",
            "close",
        ),
        (CameraError("left", "refused"), "refused", "close"),
        (CameraLostError("left", "silent"), "silent", "close, gone"),
    ],
)
def test_a_camera_that_cannot_be_set_up_is_closed_and_tried_again(
    scene: MakeScene, error: Exception, reason: str, close: str
) -> None:
    played = scene(Opening(configure_error=error), Opening(["frame"]))
    played.play()
    assert (LOST, reason) in played.told
    assert played.calls[:3] == ["open", "configure", close]
    assert played.states() == [OPENING, LOST, STREAMING, CLOSED]


@pytest.mark.parametrize("phase", ["on_open", "on_configure", "on_start"])
def test_stopped_while_it_is_being_opened(scene: MakeScene, phase: str) -> None:
    opening = Opening()
    played = scene(opening)
    setattr(opening, phase, played.worker.stop)
    played.play_until_stopped()
    assert played.calls == ["open", "configure", "start 8", "close"]
    assert played.told[-1] == (CLOSED, "")
    assert STREAMING not in played.states()


def test_stopped_while_it_streams_or_waits(scene: MakeScene) -> None:
    for steps in (["frame"], [], ["nothing"]):
        played = scene(Opening([*steps, lambda: played.worker.stop()]))  # noqa: B023  at once
        played.play_until_stopped()
        assert played.calls[-1] == "close"
        assert played.told[-1] == (CLOSED, "")


def test_stopped_before_it_was_started(scene: MakeScene) -> None:
    played = scene(Opening(["frame"]))
    assert played.worker.join(0), "a thread that never ran is over"
    played.worker.stop()
    played.play_until_stopped()
    assert played.calls == []
    assert played.worker.condition.state is CLOSED


def test_a_camera_is_not_closed_under_a_frame_that_is_still_read(
    scene: MakeScene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    close = BufferDrain.close
    monkeypatch.setattr(BufferDrain, "close", lambda drain: close(drain, 0))
    frames: list[RawFrame | None] = []
    played = scene(Opening(["frame", lambda: frames.append(played.worker.take())]))
    played.play()
    (frame,) = frames
    assert frame is not None
    assert played.calls == ["open", "configure", "start 8"]
    assert "camera left: a frame is still in use, not closed" in caplog.text
    frame.release()


def test_a_failure_that_stays_the_same_is_logged_once_a_minute(
    scene: MakeScene, caplog: pytest.LogCaptureFixture
) -> None:
    played = scene(*[Opening(error=CameraError("left", "broken"))] * 20, Opening(["frame"]))
    played.play()
    errors = [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR]
    assert errors == ["camera left: broken (retrying)"] * 3
    assert 120 < sum(played.pauses) < 180


def test_counters_go_on_over_streams(scene: MakeScene) -> None:
    played = scene(
        Opening(["frame", "frame", "gone"], underrun=3),
        Opening(["frame", "nothing"], underrun=4),
    )
    played.play()
    assert played.worker.statistics.delivered == 3
    assert played.worker.statistics.underrun == 7
    assert played.worker.statistics.gaps == 0
