"""Those who look at features until something changes."""

from __future__ import annotations

from typing import Any

import pytest

from camstrm.acquisition.control.watches import LOOK_INTERVAL_S
from camstrm.errors import CameraError, CameraLostError
from tests.fakes.gentl.control_desk import Desk, refuse, returning


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
