from __future__ import annotations

from camstrm.bridge.events.change_hold import LONGEST_S, MAX_HELD, QUIET_S, ChangeHold
from camstrm.bridge.events.event_log import EventLog
from tests.fakes.clock import Clock


class Rig:
    def __init__(self) -> None:
        self.clock = Clock()
        self.log = EventLog(self.clock, lambda: int(self.clock.now * 1e6))
        self.hold = ChangeHold(self.log, self.clock, lambda: int(self.clock.now * 1e6))

    def kinds(self) -> list[tuple[object, ...]]:
        events = self.log.since(0, None).events
        return [(e.kind, e.camera, e.person, e.feature, e.old, e.new) for e in events]


def test_moves_of_a_slider_are_one_event_from_the_first_value_to_the_last() -> None:
    rig = Rig()
    for value in range(1, 21):
        rig.hold.note("changed", "left", "kim", feature="Gain", old=value - 1, new=value)
        rig.clock.now += 0.05
        rig.hold.look()
    assert rig.kinds() == []
    rig.clock.now += QUIET_S
    rig.hold.look()
    assert rig.kinds() == [("changed", "left", "kim", "Gain", 0, 20)]


def test_who_moves_it_without_end_is_seen_all_the_same() -> None:
    rig = Rig()
    for value in range(int(3 * LONGEST_S)):
        rig.hold.note("changed", "left", "kim", feature="Gain", old=value, new=value + 1)
        rig.clock.now += 1.0
        rig.hold.look()
    assert rig.kinds()[0][-2:] == (0, 10)


def test_features_cameras_and_people_are_apart() -> None:
    rig = Rig()
    rig.hold.note("changed", "left", "kim", feature="Gain", old=1, new=2)
    rig.hold.note("changed", "left", "lee", feature="Gain", old=2, new=3)
    rig.hold.note("changed", "right", "kim", feature="Gain", old=1, new=2)
    rig.hold.note("changed", "left", "kim", feature="Width", old=1, new=2)
    rig.clock.now += QUIET_S
    rig.hold.look()
    assert len(rig.kinds()) == 4


def test_what_ends_as_it_began_is_no_event() -> None:
    rig = Rig()
    rig.hold.note("changed", "left", "kim", feature="Gain", old=1, new=5)
    rig.hold.note("changed", "left", "kim", feature="Gain", old=5, new=1)
    rig.hold.note("lease", "left", "kim", old=None, new="kim")
    rig.hold.note("lease", "left", "kim", old="kim", new=None)
    rig.clock.now += QUIET_S
    rig.hold.look()
    assert rig.kinds() == []


def test_a_command_has_no_values_and_is_an_event() -> None:
    rig = Rig()
    rig.hold.note("executed", "left", "kim", feature="TriggerSoftware")
    rig.clock.now += QUIET_S
    rig.hold.look()
    assert rig.kinds() == [("executed", "left", "kim", "TriggerSoftware", None, None)]


def test_so_many_are_held_and_the_first_goes_then() -> None:
    rig = Rig()
    for number in range(MAX_HELD + 1):
        rig.hold.note("changed", "left", "kim", feature=f"F{number}", old=0, new=1)
    assert [feature for *_, feature, _, _ in rig.kinds()] == ["F0"]
