"""What the control thread wants of the worker: a pause, another opening, other expectations."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from camstrm.acquisition.features.frame_rate import FrameRate
from camstrm.acquisition.worker.stop_signal import StopSignal
from camstrm.camera_state import CameraState
from camstrm.errors import CallError, CameraError
from camstrm.feature import FeatureSetting
from tests.fakes.grabber.scripted_camera import (
    CLOSED,
    LONG_S,
    LOST,
    OPENING,
    STREAMING,
    WAITING,
    MakeScene,
    Opening,
    Scene,
)

RECONFIGURING = CameraState.RECONFIGURING


class Asked:
    """A job that is submitted by a step of the script, and what came of it."""

    def __init__(self, played: Scene, work: Any, *, stop: bool = True) -> None:
        self.results: list[Any] = []
        self.undone = 0
        self._played = played
        self._work = work
        self._stop = stop

    def submit(self) -> None:
        """Submit it; the worker's next turn finds what it wants."""
        control = self._played.worker.control

        def job(camera: Any) -> Any:
            return (
                control.while_stopped(self._work, self._undo) if self._stop else self._work(camera)
            )

        control.submit(job, self.results.append)

    def _undo(self, _: Any) -> None:
        self.undone += 1


def test_the_stream_is_stopped_and_goes_on_with_the_camera_left_open(scene: MakeScene) -> None:
    played = scene(Opening(["frame", "frame", "frame"]))
    asked = Asked(played, lambda _: played.calls.append("set"))
    played.worker.start()
    assert played.finished.wait(LONG_S)
    asked.submit()
    # The stream after the pause plays the same script.
    while played.worker.statistics.delivered < 6:
        pass
    while not asked.results:
        pass
    played.end()
    (result,) = asked.results
    assert result[0] is None
    assert played.calls == [
        *("open", "configure", "start 8"),
        *("stop", "set", "stream of 8", "start 8", "close"),
    ]
    assert played.states() == [OPENING, STREAMING, RECONFIGURING, STREAMING, CLOSED]
    statistics = played.worker.statistics
    assert (statistics.reconfigured, statistics.reconnects, statistics.gaps) == (1, 0, 0)
    assert statistics.delivered == 6
    assert asked.undone == 0


def test_a_camera_that_does_not_start_any_more_is_opened_again(scene: MakeScene) -> None:
    starts = iter([None, CameraError("left", "no"), CameraError("left", "still no"), None])

    def start() -> None:
        error = next(starts)
        if error is not None:
            raise error

    played = scene(Opening(["frame"], on_start=start), Opening(["frame"]))
    asked = Asked(played, lambda _: None)
    played.worker.start()
    assert played.finished.wait(LONG_S)
    asked.submit()
    while not asked.results:
        pass
    while played.worker.statistics.delivered < 2 or not played.worker.condition.healthy:
        pass
    played.end()
    assert str(asked.results[0]) == "camera left: still no"
    assert asked.undone == 1
    assert played.states() == [
        *(OPENING, STREAMING, RECONFIGURING, LOST, STREAMING, CLOSED),
    ]
    assert played.worker.statistics.reconnects == 1


def test_the_camera_is_opened_again_when_somebody_wants_it(scene: MakeScene) -> None:
    played = scene(
        Opening(["frame", lambda: played.worker.control.reconnect()]), Opening(["frame"])
    )
    played.play()
    once = ["open", "configure", "start 8", "close"]
    assert played.calls == once * 2
    assert played.states() == [OPENING, STREAMING, OPENING, STREAMING, CLOSED]
    assert played.worker.statistics.reconnects == 1


def test_a_wish_from_before_the_opening_does_not_open_it_twice(scene: MakeScene) -> None:
    played = scene(
        Opening(error=CameraError("left", "no"), on_open=lambda: played.worker.control.reconnect()),
        Opening(["frame"]),
    )
    played.play()
    assert played.calls.count("open") == 2


def test_live_values_are_given_to_each_opening(scene: MakeScene) -> None:
    gain = FeatureSetting("Gain", 3.0)
    played = scene(
        Opening(["frame", lambda: played.worker.control.live.note(gain), "gone"]),
        Opening(["frame"]),
    )
    played.play()
    assert played.live == (gain,)


def test_a_trigger_that_is_switched_on_is_no_stall(scene: MakeScene) -> None:
    def switch() -> None:
        control = played.worker.control
        opening.triggered = True
        control._news = (FrameRate(None), True)

    opening = Opening(["frame", switch, *["nothing"] * 30, "frame"])
    played = scene(opening)
    played.play()
    assert played.states() == [OPENING, STREAMING, WAITING, STREAMING, CLOSED]
    assert played.calls.count("open") == 1


def test_jobs_are_answered_before_during_and_after(scene: MakeScene) -> None:
    answers: list[Any] = []

    def submit() -> None:
        played.worker.control.submit(lambda _: "done", answers.append)

    def submit_and_wait() -> None:
        before = len(answers)
        submit()
        while len(answers) == before:
            pass

    played = scene(Opening(["frame", submit_and_wait, "gone"], on_open=submit), Opening(["frame"]))
    played.stop.on_pause = submit
    played.play()
    submit()
    codes = [a.code if isinstance(a, CallError) else a for a in answers]
    assert codes == ["gone", "done", "gone", "gone"]


def test_a_hurry_ends_one_wait() -> None:
    signal = StopSignal()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(signal.wait, LONG_S)
        signal.hurry()
        assert waiting.result() is False
        assert not signal.wait(0)
        waiting = pool.submit(signal.wait, LONG_S)
        signal.set()
        assert waiting.result() is True
    assert signal.is_set()
    assert signal.wait(LONG_S)
