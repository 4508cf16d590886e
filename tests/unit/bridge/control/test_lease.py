from __future__ import annotations

import pytest

from camstrm.bridge.control.lease import LEASE_S, LeaseDesk
from camstrm.bridge.control.role import Person, Role
from camstrm.wire import CameraInfo, CameraLease
from tests.fakes.clock import Clock

ANNA = Person(1, "anna", Role.CONTROL)
BOB = Person(2, "bob", Role.CONTROL)
CARL = Person(3, "carl", Role.CONTROL)
ROOT = Person(4, "root", Role.ADMIN)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(clock: Clock) -> LeaseDesk:
    return LeaseDesk(clock, lambda: int(clock.now * 1e6))


def holder(desk: LeaseDesk, camera: str = "left") -> str:
    return desk.one(0, camera).holder


def problem(refusal: object) -> str:
    assert refusal is not None
    return str(refusal)


def test_a_free_lease_is_taken_and_each_camera_has_its_own(desk: LeaseDesk) -> None:
    assert desk.one(7, "left") == CameraLease(7)
    assert desk.take("left", ANNA) is None
    assert desk.take("right", BOB) is None
    assert desk.one(7, "left") == CameraLease(7, "anna", 1, 220_000_000)
    assert holder(desk, "right") == "bob"


def test_a_held_lease_is_refused_with_the_holder_s_name(desk: LeaseDesk) -> None:
    desk.take("left", ANNA)
    for refusal in (desk.take("left", BOB), desk.refusal("left", BOB), desk.give("left", BOB)):
        assert '"anna" (viewer 1) holds the lease of left' in problem(refusal)
        assert 'Ask "anna" for it; it ends 120 s after the last change' in problem(refusal)
    assert "an admin may take it at once" in problem(desk.take("left", ROOT))
    assert holder(desk) == "anna"


def test_a_lease_that_nobody_holds_has_to_be_taken_first(desk: LeaseDesk) -> None:
    refusal = desk.refusal("left", ANNA)
    assert refusal is not None
    assert refusal.problem == "nobody holds the lease of left"
    assert refusal.remedy == "Take the lease first"


def test_the_same_name_on_another_connection_is_somebody_else(desk: LeaseDesk) -> None:
    desk.take("left", ANNA)
    assert desk.take("left", ANNA._replace(viewer=9)) is not None


def test_it_ends_two_minutes_after_the_last_change(desk: LeaseDesk, clock: Clock) -> None:
    desk.take("left", ANNA)
    clock.now += LEASE_S - 1
    desk.changed("left")
    clock.now += LEASE_S - 1
    assert desk.refusal("left", ANNA) is None
    clock.now += 1
    assert "nobody holds" in problem(desk.refusal("left", ANNA))
    assert desk.take("left", BOB) is None


def test_what_is_refused_makes_no_lease_longer(desk: LeaseDesk, clock: Clock) -> None:
    desk.take("left", ANNA)
    clock.now += LEASE_S - 1
    desk.take("left", BOB)
    desk.refusal("left", ANNA)
    desk.ask("left", BOB)
    clock.now += 1
    desk.expire()
    assert holder(desk) == "bob", "who asked is next"


def test_it_ends_when_it_is_given_back_or_the_connection_is_lost(desk: LeaseDesk) -> None:
    desk.take("left", ANNA)
    assert desk.give("left", ANNA) is None
    assert holder(desk) == ""
    assert "nobody holds" in problem(desk.give("left", ANNA))
    desk.take("left", ANNA)
    desk.take("right", ANNA)
    desk.leave(ANNA.viewer)
    assert (holder(desk), holder(desk, "right")) == ("", "")


@pytest.mark.parametrize("end", ["give", "pass", "leave", "expire"])
def test_who_asked_gets_it_when_it_ends(desk: LeaseDesk, clock: Clock, end: str) -> None:
    desk.take("left", ANNA)
    assert desk.ask("left", BOB) is None
    assert desk.one(0, "left").asked_by == "bob"
    if end == "give":
        assert desk.give("left", ANNA) is None
    elif end == "pass":
        assert desk.hand_over("left", ANNA) is None
    elif end == "leave":
        desk.leave(ANNA.viewer)
    else:
        clock.now += LEASE_S
        desk.expire()
    lease = desk.one(0, "left")
    assert (lease.holder, lease.asked_by) == ("bob", "")
    assert lease.until_us == int((clock.now + LEASE_S) * 1e6)


def test_asking_for_a_free_lease_is_taking_it(desk: LeaseDesk) -> None:
    assert desk.ask("left", BOB) is None
    assert holder(desk) == "bob"


def test_the_first_who_asks_is_next(desk: LeaseDesk) -> None:
    desk.take("left", ANNA)
    desk.ask("left", BOB)
    assert desk.ask("left", BOB) is None
    assert '"bob" (viewer 2) has asked "anna"' in problem(desk.ask("left", CARL))
    desk.leave(BOB.viewer)
    assert desk.one(0, "left").asked_by == ""
    assert desk.ask("left", CARL) is None


def test_only_the_holder_passes_it_and_only_to_who_asked(desk: LeaseDesk) -> None:
    desk.take("left", ANNA)
    assert "nobody has asked" in problem(desk.hand_over("left", ANNA))
    desk.ask("left", BOB)
    assert '"anna"' in problem(desk.hand_over("left", BOB))
    assert holder(desk) == "anna"


def test_an_admin_takes_it_at_once_and_who_asked_stays_next(desk: LeaseDesk) -> None:
    desk.take("left", ANNA)
    desk.ask("left", BOB)
    assert "only a token with role admin" in problem(desk.force("left", CARL))
    assert desk.force("left", ROOT) is None
    assert (holder(desk), desk.one(0, "left").asked_by) == ("root", "bob")
    assert '"root"' in problem(desk.refusal("left", ANNA))


def test_an_admin_who_asked_and_then_forces_is_not_next_too(desk: LeaseDesk) -> None:
    desk.take("left", ANNA)
    desk.ask("left", ROOT)
    desk.force("left", ROOT)
    assert (holder(desk), desk.one(0, "left").asked_by) == ("root", "")


def test_leases_are_of_cameras_not_of_indices(desk: LeaseDesk) -> None:
    left, right = CameraInfo(0, "left"), CameraInfo(1, "right")
    desk.take("left", ANNA)
    assert [lease.camera for lease in desk.all({0: left, 1: right}).leases] == [0]
    assert [lease.camera for lease in desk.all({0: right, 1: left}).leases] == [1]
    assert desk.all({0: right}).leases == ()
