"""The control thread, on a camera that the test holds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from camstrm.acquisition.control.control import CameraControl
from camstrm.acquisition.control.job_queue import MAX_JOBS
from camstrm.acquisition.control.watches import LOOK_INTERVAL_S
from camstrm.acquisition.features.frame_rate import FrameRate
from camstrm.errors import CallError, CameraError, CameraLostError
from tests.fakes.clock import FakeClock

LONG_S = 30.0


class FakeCamera:
    """What the control thread uses of a Camera; ``calls`` says in which order."""

    def __init__(self) -> None:
        self.name = "left"
        self.lock = threading.RLock()
        self.node_map = self
        self.register_writes = 0
        self.calls: list[str] = []
        self.interrupted = threading.Event()
        self.fails: dict[str, list[Exception]] = {}
        self.rate = FrameRate(100.0, True)
        self.triggered = False

    def call(self, what: str) -> None:
        self.calls.append(what)
        errors = self.fails.get(what)
        if errors:
            raise errors.pop(0)

    def poll(self, elapsed_ms: int) -> None:
        self.call(f"poll {elapsed_ms}")

    def interrupt(self, _thread: int) -> None:
        self.interrupted.set()

    def stop(self) -> None:
        self.call("stop")

    def abandon_start(self) -> None:
        self.call("abandon")

    def frame_rate(self) -> FrameRate:
        self.call("rate")
        return self.rate

    def is_triggered(self) -> bool:
        return self.triggered


class Answer:
    """Takes what a job is answered with."""

    def __init__(self) -> None:
        self.results: list[Any] = []
        self._came = threading.Event()

    def __call__(self, result: Any) -> None:
        self.results.append(result)
        self._came.set()

    @property
    def result(self) -> Any:
        assert self._came.wait(LONG_S)
        (result,) = self.results
        return result

    @property
    def code(self) -> str:
        assert isinstance(self.result, CallError), self.result
        return self.result.code


class Desk:
    """A control thread with its camera open, and a job that holds it up."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.camera = FakeCamera()
        self.reconnects: list[str] = []
        self.control: CameraControl[str] = CameraControl(
            "left",
            why_gone=lambda: "no frame for 2.0 s",
            on_reconnect=lambda: self.reconnects.append("now"),
            clock=self.clock,
        )
        self.go_on = threading.Event()
        self.control.start()
        self.open()

    def open(self) -> None:
        self.control.opened(self.camera, self.restart)  # type: ignore[arg-type]

    def restart(self, camera: Any) -> str:
        camera.call("start")
        return f"stream {camera.calls.count('start')}"

    def submit(self, job: Callable[[Any], Any], key: Any = None) -> Answer:
        answer = Answer()
        self.control.submit(job, answer, key)
        return answer

    def watch(self, look: Callable[[Any], Any]) -> Answer:
        answer = Answer()
        self.control.submit_watch(look, answer)
        return answer

    def hold(self) -> Answer:
        """Let the thread be busy until ``go_on``."""
        begun = threading.Event()

        def job(_: Any) -> str:
            begun.set()
            assert self.go_on.wait(LONG_S)
            return "held"

        answer = self.submit(job)
        assert begun.wait(LONG_S)
        return answer

    def wait_idle(self) -> None:
        """Wait until all that was submitted is done."""
        assert self.submit(lambda _: "idle").result == "idle"

    def stand_aside(self) -> None:
        """Be the worker that keeps a pause."""
        while (pause := self.control.take_pause()) is None:
            pass
        try:
            self.camera.calls.append(f"goes on with {pause.stop()}")
        except CameraError as error:
            self.camera.calls.append(f"ends: {error.problem}")


@pytest.fixture
def desk() -> Generator[Desk, None, None]:
    desk = Desk()
    yield desk
    desk.go_on.set()
    desk.control.end()
    assert desk.control.join(LONG_S)


def returning(number: int) -> Callable[[Any], int]:
    return lambda _: number


def call(what: str) -> Callable[[Any], None]:
    def job(camera: Any) -> None:
        camera.call(what)

    return job


def lock_is_free(camera: FakeCamera) -> bool:
    """Return whether another thread gets the camera's lock."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(camera.lock.acquire, blocking=False).result()


def refuse(_: Any) -> None:
    raise CameraError("left", "the value is refused")


def test_jobs_are_done_in_order_with_the_camera_and_its_lock(desk: Desk) -> None:
    held = desk.hold()
    done = []

    def job(number: int) -> Callable[[Any], int]:
        def work(camera: Any) -> int:
            assert camera is desk.camera
            assert not lock_is_free(camera)
            done.append(number)
            return number

        return work

    answers = [desk.submit(job(number)) for number in range(3)]
    assert done == []
    desk.go_on.set()
    assert [answer.result for answer in answers] == [0, 1, 2]
    assert done == [0, 1, 2]
    assert held.result == "held"


def test_what_a_job_raises_is_its_answer(desk: Desk) -> None:
    assert str(desk.submit(refuse).result) == "camera left: the value is refused"
    nothing: dict[str, int] = {}
    error = desk.submit(lambda _: nothing["Gain"]).result
    assert type(error) is CameraError
    assert "Gain" in str(error)

    def wrong(_: Any) -> None:
        raise CallError("no such feature", "", "unknown")

    assert desk.submit(wrong).code == "unknown"


def test_the_newest_of_a_kind_is_done_and_the_others_are_answered(desk: Desk) -> None:
    desk.hold()
    first, second, other, third = (
        desk.submit(returning(number), key) for number, key in enumerate("aaba")
    )
    assert (first.code, second.code) == ("replaced", "replaced")
    desk.go_on.set()
    assert (third.result, other.result) == (3, 2)


def test_so_many_may_wait(desk: Desk) -> None:
    desk.hold()
    answers = [desk.submit(lambda _: "done", number) for number in range(MAX_JOBS)]
    assert desk.submit(lambda _: None).code == "busy"
    newer = desk.submit(lambda _: "newer", 3)
    watch = desk.watch(lambda _: "seen")
    desk.go_on.set()
    assert newer.result == "newer"
    assert watch.result == "seen"
    assert [answer.result for answer in answers if answer is not answers[3]] == ["done"] * 15


def test_a_job_that_waited_too_long_is_not_begun(desk: Desk) -> None:
    desk.hold()
    done = []
    late = desk.submit(lambda _: done.append("late"))
    desk.clock.advance(10.0)
    desk.go_on.set()
    assert late.code == "timeout"
    assert done == []


def test_without_an_open_camera_there_is_an_answer_at_once(desk: Desk) -> None:
    desk.control.closed()
    answer = desk.submit(lambda _: None)
    assert answer.code == "gone"
    assert str(answer.result) == "camera left is not open: no frame for 2.0 s"
    assert desk.watch(lambda _: None).code == "gone"
    desk.open()
    assert desk.submit(lambda _: 7).result == 7


def test_all_are_answered_when_the_camera_goes(desk: Desk) -> None:
    held = desk.hold()
    waits, watch = desk.submit(lambda _: None), desk.watch(lambda _: None)
    desk.control.closed()
    assert [answer.code for answer in (held, waits, watch)] == ["gone"] * 3
    assert desk.camera.interrupted.is_set()
    desk.go_on.set()
    desk.open()
    desk.wait_idle()
    assert [len(answer.results) for answer in (held, waits, watch)] == [1, 1, 1]


def test_a_job_is_not_done_with_a_camera_that_is_being_closed(desk: Desk) -> None:
    done = []
    with desk.camera.lock:
        answer = desk.submit(lambda _: done.append("done"))
        while not desk.control._running:
            pass
        desk.control.closed()
    assert answer.code == "gone"
    desk.open()
    desk.wait_idle()
    assert done == []


def test_the_end_answers_nobody_twice_and_interrupts(desk: Desk) -> None:
    held = desk.hold()
    desk.control.end()
    assert desk.camera.interrupted.is_set()
    desk.go_on.set()
    assert held.result == "held"
    assert desk.control.join(LONG_S)
    late = desk.submit(lambda _: None)
    desk.control.closed()
    assert late.code == "gone"


def test_a_failing_answer_does_not_stop_the_others(desk: Desk) -> None:
    def broken(_: Any) -> None:
        raise RuntimeError("the connection is closed")

    desk.control.submit(lambda _: None, broken)
    desk.wait_idle()


def test_who_looks_is_asked_after_a_poll_until_there_is_something(desk: Desk) -> None:
    seen = iter([None, None, "changed"])
    looks = []

    def look(_: Any) -> str | None:
        looks.append(desk.clock.monotonic())
        return next(seen)

    answer = desk.watch(look)
    begin = desk.clock.monotonic()
    for number in range(1, 3):
        while len(looks) < number:
            pass
        desk.clock.advance(LOOK_INTERVAL_S)
        desk.wait_idle()
    assert answer.result == "changed"
    assert looks == pytest.approx([begin, begin + 0.2, begin + 0.4])
    assert [call for call in desk.camera.calls if "poll" in call] == [
        "poll 60000",
        "poll 200",
        "poll 200",
    ]


def test_all_that_look_share_one_poll(desk: Desk) -> None:
    desk.hold()
    answers = [desk.watch(returning(number)) for number in range(3)]
    desk.go_on.set()
    assert [answer.result for answer in answers] == [0, 1, 2]
    assert desk.camera.calls.count("poll 60000") == 1


def test_a_look_ends_after_its_time(desk: Desk) -> None:
    answer = desk.watch(lambda _: None)
    while not desk.camera.calls:
        pass
    desk.clock.advance(5.0)
    desk.wait_idle()
    assert answer.result is None


def test_a_look_that_fails_is_answered(desk: Desk) -> None:
    desk.camera.fails["poll 60000"] = [CameraLostError("left", "no answer")]
    assert isinstance(desk.watch(refuse).result, CameraError)


def test_jobs_go_before_looks(desk: Desk) -> None:
    desk.hold()
    order: list[str] = []
    pressed = []

    def look(_: Any) -> str:
        pressed.append(desk.control.pressed)
        order.append("look")
        return "seen"

    # The first round is due in any case; the second waits.
    watch = desk.watch(look)
    jobs = [desk.submit(lambda _: order.append("job")) for _ in range(3)]
    desk.go_on.set()
    assert watch.result == "seen"
    assert [job.result for job in jobs] == [None] * 3
    assert pressed == [True]
    desk.go_on.clear()
    held = desk.hold()
    order.clear()
    desk.clock.advance(LOOK_INTERVAL_S)
    watch = desk.watch(look)
    jobs = [desk.submit(lambda _: order.append("job")) for _ in range(3)]
    desk.go_on.set()
    assert held.result == "held"
    assert watch.result == "seen"
    assert order == ["job"] * 3 + ["look"]


def test_what_was_written_may_change_the_rate_and_the_worker_learns_it(desk: Desk) -> None:
    desk.wait_idle()
    assert "rate" not in desk.camera.calls, "nothing was written"

    def write(camera: Any) -> None:
        camera.register_writes += 1

    for rate, triggered in ((20.0, False), (20.0, True)):
        desk.camera.rate, desk.camera.triggered = FrameRate(rate, True), triggered
        desk.submit(write)
        while (news := desk.control.take_rate()) is None:
            pass
        assert news == (FrameRate(rate, True), triggered)
    desk.camera.calls.clear()
    desk.submit(write)
    while "rate" not in desk.camera.calls:
        pass
    desk.wait_idle()
    assert desk.control.take_rate() is None, "it is what the worker knows"


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


def test_somebody_wants_the_camera_to_be_opened_again(desk: Desk) -> None:
    assert not desk.control.take_reconnect()
    desk.control.reconnect()
    assert desk.reconnects == ["now"]
    assert desk.control.take_reconnect()
    assert not desk.control.take_reconnect()
