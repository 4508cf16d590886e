from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from camstrm.acquisition.condition import WorkerState
from camstrm.acquisition.drain import BufferDrain
from camstrm.acquisition.frame_rate import FrameRate
from camstrm.acquisition.settings import RETRY_S
from camstrm.errors import (
    CameraBusyError,
    CameraError,
    CameraLostError,
    CameraNotFoundError,
    CameraRefusedError,
    CameraUnreachableError,
)
from camstrm.frame import RawFrame
from tests.fakes.clock import FakeClock
from tests.fakes.scripted_camera import Opening, Scene, Step

CLOSED, OPENING = WorkerState.CLOSED, WorkerState.OPENING
STREAMING, STALLED, LOST = WorkerState.STREAMING, WorkerState.STALLED, WorkerState.LOST
WAITING = WorkerState.WAITING

MakeScene = Callable[..., Scene]

SILENCE: list[Step] = ["nothing"] * 11
"""More than the 2 s after which a camera counts as stalled."""


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> MakeScene:
    def make(*openings: Opening, **settings: Any) -> Scene:
        return Scene(monkeypatch, *openings, **settings)

    return make


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


def test_failures_are_retried_with_growing_pauses(scene: MakeScene) -> None:
    error = CameraError("left", "broken")
    played = scene(*[Opening(error=error)] * 7, Opening(["frame"]))
    played.play()
    assert played.pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]
    assert played.states() == [OPENING, LOST, STREAMING, CLOSED]
    assert (LOST, "broken") in played.told
    lost = [
        since for since, (state, _) in zip(played.since, played.told, strict=True) if state is LOST
    ]
    assert len(set(lost)) == 1, "since when it is lost, not since the last attempt"
    assert played.worker.statistics.reconnects == 0, "it had never streamed before"


def test_a_camera_that_cannot_be_set_up_is_tried_less_and_less_often(scene: MakeScene) -> None:
    error = CameraError("left", "TLParamsLocked cannot be set")
    openings = [Opening(configure_error=error) for _ in range(12)]
    played = scene(*openings, Opening(["frame"]), retry_s=RETRY_S)
    played.play()
    assert played.pauses == [0.5, *[1.0] * 6, 2.0, 4.0, 8.0, 10.0, 10.0]


def test_a_camera_that_is_away_is_never_tried_less_often(scene: MakeScene) -> None:
    gone, odd = CameraNotFoundError("left", "7", (), "x.cti"), CameraError("left", "odd")
    openings = [Opening(error=gone)] * 40 + [Opening(error=odd)] + [Opening(error=gone)] * 5
    played = scene(*openings, Opening(["frame"]), retry_s=RETRY_S)
    played.play()
    assert played.pauses == [0.5, *[1.0] * 45]


def test_every_reason_is_told(scene: MakeScene) -> None:
    missing = CameraNotFoundError("left", "7", ("8",), "x.cti")
    busy = CameraBusyError("left", "access denied")
    played = scene(Opening(error=missing), Opening(error=busy), Opening(["frame"]))
    played.play()
    assert [reason for state, reason in played.told if state is LOST] == [
        missing.problem,
        busy.problem,
    ]


def test_a_camera_that_another_program_holds_is_left_alone_for_its_heartbeat(
    scene: MakeScene,
) -> None:
    busy = CameraBusyError("left", "access denied")
    openings = [Opening(error=busy)] * 5 + [Opening(["frame"])]
    played = scene(*openings, open_retry_s=2.0, heartbeat_s=3.0)
    played.play()
    assert played.pauses == [3.5, 5.25, 7.875, 11.8125, 14.0]


def test_the_heartbeat_that_the_camera_tells_counts_from_then_on(scene: MakeScene) -> None:
    busy = CameraBusyError("left", "access denied")
    played = scene(
        Opening(["frame", "gone"], heartbeat_s=7.0),
        Opening(error=busy),
        Opening(["frame"], heartbeat_s=7.0),
        open_retry_s=2.0,
        heartbeat_s=3.0,
    )
    played.play()
    assert played.pauses == [0.5, 7.5]
    assert played.worker.heartbeat_s == 7.0


def test_a_held_camera_is_never_tried_more_often_than_its_producer_bears(scene: MakeScene) -> None:
    busy = CameraBusyError("left", "access denied")
    played = scene(Opening(error=busy), Opening(["frame"]), open_retry_s=2.0, heartbeat_s=0.5)
    played.play()
    assert played.pauses == [2.0]


def test_a_camera_that_refuses_right_after_our_own_stream_does_not_answer(
    scene: MakeScene,
) -> None:
    """It is gone, or still locked by our own connection; other programs come later."""
    busy = CameraBusyError("left", "access denied")
    played = scene(
        Opening(["frame", "gone"], heartbeat_s=3.0),
        *[Opening(error=busy)] * 3,
        Opening(["frame"]),
        retry_s=RETRY_S,
    )
    played.play()
    reasons = [reason for state, reason in played.told if state is LOST]
    no_answer = "no answer; check cable, power and network (access denied)"
    assert reasons[1:] == [no_answer, no_answer, busy.problem]
    assert played.pauses == [0.5, 3.5, 3.5, 3.5], "a heartbeat time each: it may be locked"


def test_a_camera_that_does_not_answer_is_tried_each_second_however_long_it_takes(
    scene: MakeScene,
) -> None:
    gone = CameraUnreachableError("left", "no longer listed", bus="GEV")
    silent = CameraUnreachableError("left", "timeout", bus="GEV", listed=True)
    played = scene(
        *[Opening(error=gone)] * 20,
        *[Opening(error=silent)] * 20,
        Opening(["frame"]),
        retry_s=RETRY_S,
        heartbeat_s=3.0,
    )
    played.play()
    assert played.pauses == [0.5, *[1.0] * 39]
    assert {reason for state, reason in played.told if state is LOST} == {gone.problem}, (
        "one finding, in the words of the first attempt"
    )


def test_pauses_do_not_grow_for_a_camera_whose_heartbeat_is_known(scene: MakeScene) -> None:
    busy, refused = CameraBusyError("left", "denied"), CameraRefusedError("left", "denied")
    played = scene(
        Opening(["frame", "gone"], heartbeat_s=3.0),
        *[Opening(error=busy)] * 6,
        *[Opening(error=refused)] * 3,
        Opening(["frame"]),
        retry_s=RETRY_S,
    )
    played.play()
    assert played.pauses == [0.5, *[3.5] * 9]


@pytest.mark.parametrize(("bus", "pauses"), [("GEV", [2.5]), ("U3V", [])])
def test_a_camera_that_a_killed_process_keeps_locked_is_not_tried_before_it_is_free(
    scene: MakeScene, bus: str, pauses: list[float]
) -> None:
    start_s = FakeClock().monotonic()
    played = scene(Opening(["frame"], bus=bus), locked_until_s=start_s + 2.5)
    played.play()
    assert played.pauses == pauses
    locked = (
        "still locked by the camera process that was killed, until its heartbeat time is over: "
        "for at most 2.5 s"
    )
    assert ((OPENING, locked) in played.told) == (bus == "GEV")
    assert played.told[-3:] == [(OPENING, ""), (STREAMING, ""), (CLOSED, "")]
    assert played.calls.count("open") == 1


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


def test_a_usb_camera_that_another_program_holds_is_tried_soon_again(scene: MakeScene) -> None:
    busy = CameraBusyError("left", "access denied")
    openings = [Opening(error=busy, bus="U3V")] * 2 + [Opening(["frame"])]
    played = scene(*openings, open_retry_s=3.5)
    played.play()
    assert played.pauses == [0.5, 1.0]


def test_pauses_before_a_held_camera_begin_short_after_another_failure(scene: MakeScene) -> None:
    busy, lost = CameraBusyError("left", "access denied"), CameraError("left", "broken")
    errors = (busy, busy, lost, busy)
    played = scene(*(Opening(error=e) for e in errors), Opening(["frame"]), open_retry_s=10.0)
    played.play()
    assert played.pauses == [10.0, 15.0, 2.0, 10.0]


def test_no_camera_is_opened_sooner_than_its_producer_bears(scene: MakeScene) -> None:
    played = scene(Opening(["frame", "gone"]), Opening(["frame"]), close_open_pause_s=3.0)
    played.play()
    assert played.pauses == [3.0]


def test_a_camera_without_frames_is_stalled_and_opened_again(scene: MakeScene) -> None:
    played = scene(Opening(["frame", *SILENCE]), Opening(["frame"]))
    played.play()
    assert played.states() == [OPENING, STREAMING, STALLED, STREAMING, CLOSED]
    assert (STALLED, "no frame for 2.2 s") in played.told
    assert played.calls == [
        *("open", "configure", "start 8", "close, gone"),
        *("open", "configure", "start 8", "close"),
    ]
    assert played.worker.statistics.reconnects == 1
    assert played.pauses == [0.5]


def test_a_pause_of_the_whole_machine_is_no_stall(scene: MakeScene) -> None:
    def stopped() -> None:
        played.clock.advance(3600.0)

    played = scene(Opening(["frame", "nothing", stopped, "nothing", "frame", *SILENCE]), Opening())
    played.play()
    assert played.states() == [OPENING, STREAMING, STALLED, CLOSED]
    assert (STALLED, "no frame for 2.2 s") in played.told


def test_a_camera_that_never_sends_a_frame_is_stalled_too(scene: MakeScene) -> None:
    played = scene(Opening(SILENCE), Opening(SILENCE * 2), Opening(["frame"]))
    played.play()
    assert played.states() == [OPENING, STALLED, STREAMING, CLOSED]
    assert played.worker.statistics.reconnects == 2


def test_incomplete_frames_alone_are_a_stall_and_told_as_such(scene: MakeScene) -> None:
    steps: list[Step] = ["frame", *["incomplete", "nothing"] * 11]
    played = scene(Opening(steps), Opening(["frame"]))
    played.play()
    (reason,) = {reason for state, reason in played.told if state is STALLED}
    assert reason == "only incomplete frames (11) for 2.2 s"
    assert played.worker.statistics.incomplete == 11


def test_a_stalled_camera_that_cannot_be_opened_again_is_lost(scene: MakeScene) -> None:
    gone = CameraNotFoundError("left", "7", (), "x.cti")
    played = scene(Opening(["frame", *SILENCE]), Opening(error=gone), Opening(["frame"]))
    played.play()
    assert played.states() == [OPENING, STREAMING, STALLED, LOST, STREAMING, CLOSED]
    assert (LOST, gone.problem) in played.told


def test_a_slow_camera_has_five_frame_periods(scene: MakeScene) -> None:
    played = scene(
        Opening(["frame", *["nothing"] * 49, "frame", *["nothing"] * 51], rate=0.5),
        Opening(["frame"]),
    )
    played.play()
    (reason,) = [reason for state, reason in played.told if state is STALLED]
    assert reason in ("no frame for 10.0 s", "no frame for 10.2 s")


def test_the_patience_of_the_configuration(scene: MakeScene) -> None:
    steps: list[Step] = ["frame", *["nothing"] * 20]
    played = scene(Opening(steps, rate=None), stall_timeout_s=5.0)
    played.play()
    assert STALLED not in played.states()


def every(seconds: float, frames: int) -> list[Step]:
    """Return the steps of a camera that sends a frame every so many seconds."""
    return [*["nothing"] * round(seconds / 0.2), "frame"] * frames


@pytest.mark.parametrize(
    "rate",
    [
        None,
        FrameRate(30.0, sure=False),
        FrameRate(None, exposure_s=4.0),
        FrameRate(0.25, sure=True, exposure_s=4.0),
    ],
    ids=["not told", "not true", "exposure alone", "told"],
)
def test_a_frame_every_4_s_is_no_stall(scene: MakeScene, rate: FrameRate | None) -> None:
    played = scene(Opening(every(4.0, 10), rate=rate))
    played.play()
    assert played.calls == ["open", "configure", "start 8", "close"]
    assert played.worker.statistics.delivered == 10
    assert played.worker.statistics.reconnects == 0
    assert STALLED not in played.states()
    assert 3.9 < played.worker.interval_s < 4.1


def test_without_a_known_rate_the_patience_grows_until_frames_come(scene: MakeScene) -> None:
    openings = [Opening(every(35.0, 3), rate=None) for _ in range(5)]
    played = scene(*openings)
    played.play()
    stalls = [reason for state, reason in played.told if state is STALLED]
    assert [reason[:14] for reason in stalls] == ["no frame for 1", "no frame for 2"]
    assert played.worker.statistics.delivered == 3
    assert played.worker.statistics.reconnects == 2


def test_a_rate_that_is_not_kept_makes_the_patience_longer(scene: MakeScene) -> None:
    """Nothing in the node map says that the rate control is off."""
    openings = [Opening(every(5.0, 10), rate=30.0) for _ in range(5)]
    played = scene(*openings)
    played.play()
    assert played.worker.statistics.delivered == 10
    assert played.worker.statistics.reconnects == 2


def test_an_unplugged_camera_of_unknown_rate_is_found_after_2_s_once_it_streamed(
    scene: MakeScene,
) -> None:
    steps: list[Step] = [*every(0.2, 20), *SILENCE]
    played = scene(Opening(steps, rate=None), Opening(["frame"]))
    played.play()
    assert (STALLED, "no frame for 2.2 s") in played.told


def test_what_a_camera_of_unknown_rate_waits_for_is_said(scene: MakeScene) -> None:
    played = scene(Opening(every(4.0, 2), rate=None))
    played.play()
    assert played.told == [
        (OPENING, ""),
        (OPENING, "started, no frame yet (rate unknown, 8 buffers)"),
        (STREAMING, ""),
        (CLOSED, ""),
    ]


def test_a_camera_triggered_ten_times_a_second_does_not_flicker(scene: MakeScene) -> None:
    def frame_after_100_ms() -> None:
        played.clock.advance(0.1)
        assert played.library is not None
        played.library.deliver()

    steps: list[Step] = [frame_after_100_ms] * 100
    played: Scene = scene(Opening([*steps, *["nothing"] * 10], triggered=True))
    played.play()
    assert played.told == [(OPENING, ""), (STREAMING, ""), (WAITING, ""), (CLOSED, "")]


def test_since_when_it_waits_for_a_trigger_is_when_the_last_frame_came(scene: MakeScene) -> None:
    """A picture is never older than the state that it belongs to: the bridge would drop it."""
    captured: list[int] = []

    def take() -> None:
        frame = played.worker.take()
        assert frame is not None
        with frame:
            captured.append(frame.times.capture_time_us)

    steps: list[Step] = ["nothing", "frame", take, *["nothing"] * 20]
    played: Scene = scene(Opening(steps, triggered=True))
    played.play()
    since = dict(zip((state for state, _ in played.told), played.since, strict=True))
    assert since[STREAMING] == since[WAITING] == captured[0]


def test_many_incomplete_frames_are_a_reason_while_it_streams(
    scene: MakeScene, caplog: pytest.LogCaptureFixture
) -> None:
    def two_of_three() -> None:
        played.clock.advance(0.1)
        assert played.library is not None
        for incomplete in (0, 1, 0):
            played.library.deliver(IS_INCOMPLETE=incomplete)

    def whole() -> None:
        played.clock.advance(0.1)
        assert played.library is not None
        played.library.deliver()

    played: Scene = scene(Opening([*[two_of_three] * 1700, *[whole] * 150]))
    played.play()
    assert played.states() == [OPENING, STREAMING, CLOSED]
    reason = "33 % of frames incomplete: packet size, MTU, bandwidth"
    assert played.told[:3] == [(OPENING, ""), (STREAMING, ""), (STREAMING, reason)]
    assert played.told[-2] == (STREAMING, "")
    warnings = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert warnings == [f"camera left: {reason}"] * 3, "once a minute in 170 s"
    losses = [call for call in played.calls if call.startswith("loss")]
    assert (losses[0], losses[-1]) == ("loss 33 %", "loss 0 %")


def test_a_stream_of_incomplete_frames_goes_on(
    scene: MakeScene, caplog: pytest.LogCaptureFixture
) -> None:
    """It was opened again every 3 s, which brought no packet back."""
    caplog.set_level(logging.INFO)
    bad: list[Step] = ["incomplete", "nothing"]
    played = scene(Opening(["frame", *bad * 45, "frame", *bad * 55]), Opening(["frame"]))
    played.play()
    assert played.states() == [OPENING, *[STREAMING, STALLED] * 2, STREAMING, CLOSED]
    assert played.worker.statistics.reconnects == 1, "after 10 s without a complete one"
    lines = [r.getMessage() for r in caplog.records]
    assert lines[0] == "camera left: streaming (100 fps, 8 buffers)"
    assert lines[1].startswith("camera left: only incomplete frames (11) for 2.2 s. ")
    assert lines[2] == "camera left: streaming (100 fps, 8 buffers), back after 6.8 s"


def test_incomplete_frames_alone_ask_for_other_things_than_a_trigger(
    scene: MakeScene, caplog: pytest.LogCaptureFixture
) -> None:
    steps: list[Step] = ["frame", *["incomplete", "nothing"] * 11]
    played = scene(Opening(steps), Opening(["frame"]))
    played.play()
    (line,) = [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR]
    assert line.startswith("camera left: only incomplete frames (11) for 2.2 s. Packets are lost")
    assert "GevSCPSPacketSize" in line
    assert "trigger" not in line


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


def test_a_triggered_camera_may_be_silent_for_ever(scene: MakeScene) -> None:
    steps: list[Step] = [*["nothing"] * 500, "frame", *["nothing"] * 500, "frame"]
    played = scene(Opening(steps, triggered=True))
    played.play()
    assert played.told == [
        (OPENING, ""),
        (WAITING, ""),
        (STREAMING, ""),
        (WAITING, ""),
        (STREAMING, ""),
        (CLOSED, ""),
    ]


def test_a_producer_that_ends_the_stream_means_the_camera_is_lost(scene: MakeScene) -> None:
    played = scene(Opening(["frame", "gone"]), Opening(["frame"]))
    played.play()
    assert played.states() == [OPENING, STREAMING, LOST, STREAMING, CLOSED]
    assert (LOST, "the producer ended the stream (GC_ERR -1010)") in played.told
    assert played.calls[3] == "close, gone"
    assert played.worker.statistics.reconnects == 1


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


def test_after_a_stream_that_held_the_pauses_begin_anew(scene: MakeScene) -> None:
    error = CameraError("left", "broken")

    def ten_seconds() -> None:
        played.clock.advance(11.0)

    played = scene(
        *[Opening(error=error)] * 3, Opening(["frame", ten_seconds, "gone"]), Opening(["frame"])
    )
    played.play()
    assert played.pauses == [0.5, 1.0, 2.0, 0.5]


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


def test_stopped_in_the_pause_before_another_attempt(scene: MakeScene) -> None:
    played = scene(Opening(error=CameraError("left", "broken")))
    played.stop.on_pause = played.worker.stop
    played.play_until_stopped()
    assert played.calls == ["open", "close"]
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


def test_the_underrun_counter_is_asked_five_times_a_second(
    scene: MakeScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def frame_after_50_ms() -> None:
        played.clock.advance(0.05)
        assert played.library is not None
        played.library.deliver()

    steps: list[Step] = [frame_after_50_ms] * 13
    played: Scene = scene(Opening(steps))
    asked: list[float] = []
    monkeypatch.setattr(BufferDrain, "update_underrun", lambda _: asked.append(played.clock.now_s))
    played.play()
    first = asked[0]
    assert [round(at - first, 3) for at in asked if at - first < 0.55] == [0.0, 0.2, 0.4]
