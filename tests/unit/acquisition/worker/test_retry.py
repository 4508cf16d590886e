from __future__ import annotations

import pytest

from camstrm.acquisition.worker.settings import RETRY_S
from camstrm.errors import (
    CameraBusyError,
    CameraError,
    CameraNotFoundError,
    CameraRefusedError,
    CameraUnreachableError,
)
from camstrm.profiles import Quirks
from tests.fakes.clock import FakeClock
from tests.fakes.grabber.scripted_camera import CLOSED, LOST, OPENING, STREAMING, MakeScene, Opening


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


def test_a_camera_that_another_program_holds_is_left_alone_for_its_heartbeat(
    scene: MakeScene,
) -> None:
    busy = CameraBusyError("left", "access denied")
    openings = [Opening(error=busy)] * 5 + [Opening(["frame"])]
    played = scene(*openings, quirks=Quirks(open_retry_interval_s=2.0), heartbeat_s=3.0)
    played.play()
    assert played.pauses == [3.5, 5.25, 7.875, 11.8125, 14.0]


def test_the_heartbeat_that_the_camera_tells_counts_from_then_on(scene: MakeScene) -> None:
    busy = CameraBusyError("left", "access denied")
    played = scene(
        Opening(["frame", "gone"], heartbeat_s=7.0),
        Opening(error=busy),
        Opening(["frame"], heartbeat_s=7.0),
        quirks=Quirks(open_retry_interval_s=2.0),
        heartbeat_s=3.0,
    )
    played.play()
    assert played.pauses == [0.5, 7.5]
    assert played.worker.heartbeat_s == 7.0


def test_a_held_camera_is_never_tried_more_often_than_its_producer_bears(scene: MakeScene) -> None:
    busy = CameraBusyError("left", "access denied")
    played = scene(
        Opening(error=busy),
        Opening(["frame"]),
        quirks=Quirks(open_retry_interval_s=2.0),
        heartbeat_s=0.5,
    )
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


def test_a_usb_camera_that_another_program_holds_is_tried_soon_again(scene: MakeScene) -> None:
    busy = CameraBusyError("left", "access denied")
    openings = [Opening(error=busy, bus="U3V")] * 2 + [Opening(["frame"])]
    played = scene(*openings, quirks=Quirks(open_retry_interval_s=3.5))
    played.play()
    assert played.pauses == [0.5, 1.0]


def test_pauses_before_a_held_camera_begin_short_after_another_failure(scene: MakeScene) -> None:
    busy, lost = CameraBusyError("left", "access denied"), CameraError("left", "broken")
    errors = (busy, busy, lost, busy)
    played = scene(
        *(Opening(error=e) for e in errors),
        Opening(["frame"]),
        quirks=Quirks(open_retry_interval_s=10.0),
    )
    played.play()
    assert played.pauses == [10.0, 15.0, 2.0, 10.0]


def test_no_camera_is_opened_sooner_than_its_producer_bears(scene: MakeScene) -> None:
    played = scene(
        Opening(["frame", "gone"]), Opening(["frame"]), quirks=Quirks(close_open_pause_s=3.0)
    )
    played.play()
    assert played.pauses == [3.0]


def test_after_a_stream_that_held_the_pauses_begin_anew(scene: MakeScene) -> None:
    error = CameraError("left", "broken")

    def ten_seconds() -> None:
        played.clock.advance(11.0)

    played = scene(
        *[Opening(error=error)] * 3, Opening(["frame", ten_seconds, "gone"]), Opening(["frame"])
    )
    played.play()
    assert played.pauses == [0.5, 1.0, 2.0, 0.5]


def test_stopped_in_the_pause_before_another_attempt(scene: MakeScene) -> None:
    played = scene(Opening(error=CameraError("left", "broken")))
    played.stop.on_pause = played.worker.stop
    played.play_until_stopped()
    assert played.calls == ["open", "close"]
    assert played.told[-1] == (CLOSED, "")
