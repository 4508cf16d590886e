"""Which state a stream gives its camera: stalls, losses, triggers."""

from __future__ import annotations

import logging

import pytest

from camstrm.acquisition.features.frame_rate import FrameRate
from camstrm.acquisition.stream.drain import BufferDrain
from camstrm.errors import CameraNotFoundError
from tests.fakes.grabber.scripted_camera import (
    CLOSED,
    LOST,
    OPENING,
    SILENCE,
    STALLED,
    STREAMING,
    WAITING,
    MakeScene,
    Opening,
    Scene,
    Step,
)


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
