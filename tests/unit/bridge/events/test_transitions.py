from __future__ import annotations

from typing import Any

import pytest

from camstrm.bridge.events.change_hold import QUIET_S, ChangeHold
from camstrm.bridge.events.event_log import EventLog
from camstrm.bridge.events.transitions import OPENING_US, Transitions
from camstrm.camera_state import CameraState
from camstrm.wire import CameraInfo, CameraLease, CameraStatus, Hello, Leases
from tests.fakes.clock import Clock

S = CameraState


class Rig:
    """A bridge's second: what the grabber says, and the events that come of it."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.log = EventLog(self.clock, self.now_us)
        self.hold = ChangeHold(self.log, self.clock, self.now_us)
        self.watch = Transitions(self.log, self.hold, self.now_us)
        self.counters: dict[str, Any] = {}

    def now_us(self) -> int:
        return int(self.clock.now * 1e6)

    def hello(self, *names: str, session: str = "a") -> None:
        cameras = tuple(CameraInfo(i, name) for i, name in enumerate(names))
        self.watch.hello(Hello(session, cameras=cameras))
        self.watch.input("ok")

    def says(self, *states: S, reason: str = "", **counted: int) -> None:
        """Let a second pass; the counters of all cameras grow by ``counted``."""
        self.clock.now += 1.0
        for name, by in counted.items():
            self.counters[name] = self.counters.get(name, 0) + by
        self.watch.status(
            CameraStatus(i, state, self.now_us() - 400_000, reason, **self.counters)
            for i, state in enumerate(states)
        )

    def events(self) -> list[tuple[str, str]]:
        return [(event.kind, event.camera) for event in self.log.since(0, None).events]


@pytest.fixture
def rig() -> Rig:
    rig = Rig()
    rig.hello("left", "right")
    rig.says(S.OPENING, S.OPENING)
    rig.says(S.STREAMING, S.WAITING_FOR_TRIGGER)
    assert rig.events() == [], "a start is no event"
    return rig


def test_a_camera_that_is_away_is_lost_once_and_back_once(rig: Rig) -> None:
    went_us = rig.now_us() + 600_000
    rig.says(S.STALLED, S.STREAMING, reason="no frames")
    for state in (S.LOST, S.BACKING_OFF, S.OPENING, S.BACKING_OFF, S.OPENING):
        rig.says(state, S.STREAMING, reason="not found")
    assert rig.events() == [("lost", "left")]
    rig.says(S.STREAMING, S.STREAMING)
    rig.says(S.STREAMING, S.STREAMING)
    assert rig.events() == [("lost", "left"), ("back", "left")]
    lost = rig.log.since(0, None).events[0]
    assert (lost.text, lost.time_us) == ("no frames", went_us)


def test_a_camera_that_was_opened_again_between_two_looks(rig: Rig) -> None:
    rig.says(S.STREAMING, S.STREAMING)
    rig.counters["reconnects"] = 1
    rig.watch.status([CameraStatus(0, S.STREAMING, 1, reconnects=1)])
    assert rig.events() == [("lost", "left"), ("back", "left")]


def test_a_pause_on_purpose_is_no_loss(rig: Rig) -> None:
    rig.says(S.RECONFIGURING, S.STREAMING)
    rig.says(S.STREAMING, S.STREAMING, reconfigured=3)
    assert rig.events() == [("reconfigured", "left"), ("reconfigured", "right")]
    assert rig.log.since(0, None).events[0].text == "3 times"


def test_a_process_that_was_started_again_is_said_once_while_it_is_away(rig: Rig) -> None:
    for _ in range(3):
        rig.says(S.BACKING_OFF, S.STREAMING, reason="SIGSEGV")
        rig.counters["restarts"] = rig.counters.get("restarts", 0) + 1
    kinds = [kind for kind, camera in rig.events() if camera == "left"]
    assert kinds == ["lost"]
    rig.says(S.STREAMING, S.STREAMING)
    rig.says(S.BACKING_OFF, S.STREAMING, reason="SIGSEGV", restarts=1)
    kinds = [kind for kind, camera in rig.events() if camera == "left"]
    assert kinds == ["lost", "back", "restarted", "lost"]


def test_a_camera_that_never_came_is_lost_when_it_is_given_up(rig: Rig) -> None:
    rig = Rig()
    rig.hello("left")
    rig.says(S.OPENING)
    assert rig.events() == []
    rig.says(S.BACKING_OFF, reason="not found")
    rig.says(S.OPENING)
    rig.says(S.BACKING_OFF, reason="not found")
    assert rig.events() == [("lost", "left")]


def test_a_camera_that_hangs_in_opening_is_lost_too() -> None:
    rig = Rig()
    rig.hello("left")
    since_us = rig.now_us()
    rig.watch.status([CameraStatus(0, S.OPENING, since_us)])
    rig.clock.now += OPENING_US / 1e6
    rig.watch.status([CameraStatus(0, S.OPENING, since_us)])
    assert rig.events() == [("lost", "left")]


def test_the_grabber_goes_and_comes_and_its_cameras_are_not_lost_for_that(rig: Rig) -> None:
    rig.watch.input("none")
    rig.watch.input("none")
    rig.counters.clear()
    rig.hello("left", "right", session="b")
    rig.says(S.OPENING, S.OPENING)
    rig.says(S.STREAMING, S.STREAMING)
    assert rig.events() == [("grabber lost", ""), ("grabber back", "")]


def test_a_camera_that_was_lost_before_a_restart_of_the_grabber_comes_back_once(rig: Rig) -> None:
    rig.says(S.LOST, S.STREAMING)
    rig.watch.input("none")
    rig.hello("left", "right", session="b")
    rig.says(S.BACKING_OFF, S.STREAMING)
    rig.says(S.STREAMING, S.STREAMING)
    assert [kind for kind, camera in rig.events() if camera == "left"] == ["lost", "back"]


def test_other_cameras_than_before(rig: Rig) -> None:
    rig.hello("right", "left")
    assert rig.events() == [], "another order is no news"
    rig.hello("left", "top")
    assert rig.log.since(0, None).events[-1].text == "left, top"
    assert rig.events() == [("cameras", "")]


def test_a_lost_camera_that_is_taken_out_of_the_configuration_is_forgotten(rig: Rig) -> None:
    rig.says(S.LOST, S.STREAMING)
    rig.hello("right", session="b")
    rig.says(S.STREAMING)
    rig.hello("left", "right", session="c")
    rig.says(S.STREAMING, S.STREAMING)
    assert [kind for kind, _ in rig.events()] == ["lost", "cameras", "cameras"], "no late 'back'"
    rig.says(S.LOST, S.STREAMING)
    rig.says(S.STREAMING, S.STREAMING)
    assert [kind for kind, _ in rig.events()][3:] == ["lost", "back"]


def test_a_lease_from_hand_to_hand_is_one_event_each(rig: Rig) -> None:
    rig.watch.leases(Leases((CameraLease(0, "kim", 3),)))
    rig.watch.leases(Leases((CameraLease(0, "kim", 3, until_us=7, asked_by="lee"),)))
    rig.clock.now += QUIET_S
    rig.hold.look()
    rig.watch.leases(Leases((CameraLease(0, "lee", 4),)))
    rig.clock.now += QUIET_S
    rig.hold.look()
    rig.watch.leases(Leases())
    rig.clock.now += QUIET_S
    rig.hold.look()
    found = [(e.camera, e.person, e.old, e.new) for e in rig.log.since(0, None).events]
    assert found == [
        ("left", "kim", None, "kim"),
        ("left", "lee", "kim", "lee"),
        ("left", "lee", "lee", None),
    ]


def test_a_clock_that_is_set_back_gives_no_time_in_the_future(rig: Rig) -> None:
    rig.clock.now += 1
    rig.watch.status([CameraStatus(0, S.LOST, rig.now_us() + 3_600_000_000)])
    assert rig.log.since(0, None).events[0].time_us == rig.now_us()
