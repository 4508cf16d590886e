"""The control thread, on a camera that the test holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from camstrm.acquisition.control.job_queue import MAX_JOBS
from camstrm.acquisition.features.frame_rate import FrameRate
from camstrm.errors import CallError, CameraError
from tests.fakes.gentl.control_desk import LONG_S, Desk, lock_is_free, refuse, returning


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


def test_somebody_wants_the_camera_to_be_opened_again(desk: Desk) -> None:
    assert not desk.control.take_reconnect()
    desk.control.reconnect()
    assert desk.reconnects == ["now"]
    assert desk.control.take_reconnect()
    assert not desk.control.take_reconnect()
