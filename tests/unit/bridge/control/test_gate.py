from __future__ import annotations

from typing import Any

import msgspec
import pytest

from camstrm.bridge.control.audit import AuditRecord
from camstrm.bridge.control.gate import CHANGES_PER_S, CHANGING, READING, SHARING
from camstrm.bridge.control.lease import LEASE_S
from camstrm.bridge.control.role import Grant, Role
from camstrm.config import ControlSettings
from camstrm.feature import FeatureChange
from camstrm.wire import Call, CameraInfo, CameraLease, Leases, Reply, pack, refusal, unpack
from camstrm.wire.operations import OPERATIONS, Changes
from tests.fakes.bridge.calling_viewer import FakeViewer
from tests.fakes.bridge.gate_world import GOOD, World


@pytest.fixture
def world() -> World:
    return World()


def test_every_operation_is_in_one_of_the_sets() -> None:
    assert OPERATIONS.keys() == READING | CHANGING | SHARING
    assert len(OPERATIONS) == len(READING) + len(CHANGING) + len(SHARING)


@pytest.mark.parametrize("do", sorted(OPERATIONS))
def test_each_operation_with_each_role(world: World, do: str) -> None:
    world.lease(world.control, "take")
    for viewer in (world.view, world.nobody):
        reply = world.call(viewer, do)
        if do in READING:
            assert reply is None
        else:
            assert reply is not None
            assert not reply.ok
            assert f"'{do}' needs a token with role control" in reply.problem
            assert "role view" in reply.problem
    passes = world.call(world.control, do)
    assert passes is None or (do == "lease" and passes.ok)
    if do in CHANGING:
        assert '"control" (viewer 2) holds the lease of left' in world.refused(world.admin, do)
    else:
        assert world.call(world.admin, do) is None


@pytest.mark.parametrize("do", ["", "SET", "set ", "set_feature", "x" * 5000, "\n\x1b[2J"])
def test_an_unknown_operation_counts_as_changing_and_needs_an_admin(world: World, do: str) -> None:
    for viewer in (world.nobody, world.view, world.control):
        problem = world.refused(viewer, do)
        assert "needs a token with role admin" in problem
        assert problem.isprintable()
        assert len(problem) < 500
    assert "Take the lease first" in world.refused(world.admin, do)
    world.lease(world.admin, "take")
    assert world.call(world.admin, do) is None


def test_a_write_without_a_lease_is_refused_with_the_holder_s_name(world: World) -> None:
    assert "nobody holds the lease of left. Take the lease first" in world.refused(
        world.control, "set"
    )
    assert world.lease(world.control, "take").ok
    other = world.join(Role.CONTROL)
    assert '"control" (viewer 2) holds the lease of left. Ask "control" for it' in world.refused(
        other, "set"
    )
    assert "nobody holds the lease of right" in world.refused(world.control, "set", 1)
    assert world.call(world.control, "set") is None


def test_a_lease_answers_with_what_is_so_now(world: World) -> None:
    reply = world.lease(world.control, "take", 1)
    lease = unpack(reply.result, CameraLease, "lease")
    assert (lease.camera, lease.holder, lease.viewer) == (1, "control", 2)
    assert world.published[-1].leases == (lease,)
    gave = world.lease(world.control, "give", 1)
    assert unpack(gave.result, CameraLease, "lease") == CameraLease(1)
    assert world.published[-1] == Leases()


def test_viewers_hear_of_leases_when_something_changes_not_with_each_set(world: World) -> None:
    world.lease(world.control, "take")
    assert len(world.published) == 1
    for _ in range(9):
        world.clock.now += 1
        assert world.call(world.control, "set") is None
        world.gate.look()
    assert len(world.published) == 1
    world.clock.now += LEASE_S
    world.gate.look()
    assert world.published[-1] == Leases()
    assert "nobody holds" in world.refused(world.control, "set")


def test_a_viewer_that_is_gone_holds_nothing_and_may_do_nothing(world: World) -> None:
    world.lease(world.control, "take")
    world.gate.leave(world.control)
    assert world.published[-1] == Leases()
    for do in OPERATIONS:
        assert "this connection is over" in world.refused(world.control, do)


@pytest.mark.parametrize("do", sorted(OPERATIONS))
def test_a_token_that_ends_ends_its_calls_at_once_and_its_connection_soon(
    world: World, do: str
) -> None:
    expiring = Grant("anna", Role.ADMIN, "f" * 64, world.utc.now + 60)
    world.book._named["f" * 64] = expiring
    viewer = FakeViewer(99)
    world.gate.join(viewer, expiring)
    assert world.lease(viewer, "take").ok
    world.utc.now += 60
    assert "this token has expired" in world.refused(viewer, do)
    world.gate.look()
    assert viewer.dismissed == ["this token has expired"]
    assert world.published[-1] == Leases()
    world.gate.look()
    assert len(viewer.dismissed) == 1
    for still_there in (world.view, world.control, world.admin, world.nobody):
        assert still_there.dismissed == []


def test_a_rule_is_looked_at_before_the_lease_and_says_where_it_stands(world: World) -> None:
    problem = world.refused(world.control, "set", feature="UserSetLoad", value=1)
    assert "no pattern of bridge.control.allow (its default; /etc/camstrm.toml may set" in problem
    world.lease(world.admin, "take")
    assert world.call(world.admin, "set", feature="UserSetLoad", value=1) is None
    for do in ("set", "execute"):
        arguments = {"value": True} if do == "set" else {}
        problem = world.refused(world.admin, do, feature="DeviceReset", **arguments)
        assert "nobody may change DeviceReset" in problem


@pytest.mark.parametrize(
    ("do", "arguments"),
    [
        ("load", {"text": "Gain\t1\nDeviceReset\t1\nUserSetSave\t1\nWidth\t10\n"}),
        ("revert", {"features": ["Gain", "DeviceReset", "UserSetSave"]}),
    ],
)
def test_load_and_revert_are_refused_whole_if_one_feature_is(
    world: World, do: str, arguments: dict[str, Any]
) -> None:
    world.lease(world.control, "take")
    problem = world.refused(world.control, do, **arguments)
    assert "nobody may change DeviceReset" in problem
    assert "1 more may not be changed: UserSetSave" in problem


def test_a_file_may_choose_what_its_next_lines_are_for(world: World) -> None:
    world.lease(world.control, "take")
    text = "LUTSelector\tLuminance\nGainSelector\tAll\nGain\t1\n"
    assert world.call(world.control, "load", text=text) is None
    world.refused(world.control, "set", feature="LUTSelector", value="Luminance")


def test_a_refusal_of_many_features_names_some(world: World) -> None:
    text = "".join(f"Feature{n}\t1\n" for n in range(3000))
    problem = world.refused(world.control, "load", text=text)
    assert (
        "2999 more may not be changed: Feature1, Feature2, Feature3, Feature4, Feature5, ..."
        in (problem)
    )


def test_to_revert_everything_one_has_to_name_it_or_be_admin(world: World) -> None:
    for viewer in (world.control, world.admin):
        world.lease(viewer, "force" if viewer is world.admin else "take")
        reply = world.gate.check(viewer, Call(7, 0, "revert"))
        assert (reply is None) == (viewer is world.admin)


@pytest.mark.parametrize(
    ("do", "arguments"),
    [
        ("set", {"feature": "Gain", "value": 1, "selectors": {"DeviceReset": 1}}),
        ("set", {"feature": "Gain", "value": 1, "selectors": {"UserSetLoad": 1}}),
        ("set", {"feature": "Std::DeviceReset", "value": 1}),
        ("execute", {"feature": "TriggerSoftware", "selectors": {"DeviceReset": 1}}),
        ("execute", {"feature": "Cust::DeviceReset"}),
        ("load", {"text": "Gain\t{DeviceReset=1}\t1\n"}),
        ("load", {"text": "Gain\t{GainSelector=All,DeviceReset=1}\t1\n"}),
        ("load", {"text": "UserSetDefaultSelector\tUserSet1\n"}),
        ("load", {"text": "Gain\t1\u2028DeviceReset\t1\n"}),
        ("values", {"selectors": {"DeviceReset": 1}}),
        ("values", {"selectors": {"ExposureTime": 1}}),
        ("diff", {"text": "Gain\t{DeviceReset=1}\t1\n"}),
    ],
)
def test_a_denied_feature_does_not_come_in_by_another_way(
    world: World, do: str, arguments: dict[str, Any]
) -> None:
    world.lease(world.control, "take")
    world.refused(world.control, do, **arguments)
    world.refused(world.view, do, **arguments)


@pytest.mark.parametrize("do", sorted(CHANGING - {"reconnect"}))
def test_forged_and_missing_arguments(world: World, do: str) -> None:
    world.lease(world.control, "take")
    good = GOOD[do]
    forged: list[dict[str, Any]] = [
        {**good, "role": "admin"},
        {**good, "viewer": 1},
        {**good, "holder": "admin"},
        {key: {} for key in good},
    ]
    for wrong in forged:
        assert world.refused(world.control, do, **wrong).startswith("wrong: "), wrong


def test_to_see_the_lines_for_the_configuration_needs_no_lease(world: World) -> None:
    assert world.call(world.control, "keep", write=False) is None
    assert "Take the lease first" in world.refused(world.control, "keep", write=True)
    assert "needs a token with role control" in world.refused(world.view, "keep", write=False)


def test_a_locked_camera_is_for_admins() -> None:
    world = World(ControlSettings(locked=("right",)))
    for do in sorted(CHANGING):
        assert "right is locked: bridge.control.locked in /etc/camstrm.toml" in world.refused(
            world.control, do, 1
        )
    assert world.lease(world.control, "take").ok
    assert world.lease(world.admin, "take", 1).ok
    assert world.call(world.admin, "set", 1) is None
    assert world.call(world.view, "values", 1) is None


def test_a_camera_that_is_not_there(world: World) -> None:
    for do in sorted(CHANGING):
        assert world.refused(world.admin, do, 2**63).startswith("unknown: there is no camera")
    assert world.call(world.admin, "values", 77) is None, "the grabber answers"


def test_without_an_audit_file_nothing_is_changed(world: World) -> None:
    world.lease(world.control, "take")
    world.trail.problem = "the audit file a.jsonl cannot be written (No space left on device)"
    problem = world.refused(world.control, "set")
    assert problem.startswith("failed: nothing can be changed now")
    assert "No space left on device" in problem
    assert world.call(world.control, "values") is None
    world.trail.problem = ""
    assert world.call(world.control, "set") is None


def test_changes_are_limited_per_viewer_and_come_back(world: World) -> None:
    world.lease(world.control, "take")
    replies = [world.call(world.control, "set") for _ in range(60)]
    assert replies.count(None) == CHANGES_PER_S
    busy = replies[-1]
    assert busy is not None
    assert (busy.code, busy.problem) == ("busy", "more than 50 changes a second of one viewer")
    world.lease(world.admin, "take", 1)
    assert world.call(world.admin, "set", 1) is None, "another viewer's are its own"
    assert world.call(world.control, "values") is None
    world.clock.now += 0.125
    assert [world.call(world.control, "set") for _ in range(9)].count(None) == 6


def test_lease_calls_are_limited_because_all_viewers_hear_of_them(world: World) -> None:
    for n in range(100):
        world.lease(world.control, "give" if n % 2 else "take")
    assert len(world.published) == 10
    assert "lease calls a second" in world.refused(world.control, "lease")


def test_a_change_is_written_down_with_who_where_what_and_what_came_of_it(world: World) -> None:
    call = Call(
        7,
        0,
        "set",
        msgspec.Raw(b'{"feature":"Gain","value":3,"selectors":{"GainSelector":"All"}}'),
    )
    change = FeatureChange("Gain", 3, True, 2.5, 1.0, "rounded", {"GainSelector": "All"})
    world.gate.answered(world.control, call, Reply(7, ok=True, result=pack(change)))
    (record,) = world.trail.records
    assert record == AuditRecord(
        record.time,
        "control",
        "control",
        "192.0.2.7",
        2,
        "left",
        "SN0",
        "set",
        "Gain",
        {"GainSelector": "All"},
        1.0,
        2.5,
        3,
        "rounded",
    )


def one_set(feature: str = "Gain") -> Call:
    return Call(7, 0, "set", msgspec.Raw(msgspec.json.encode({"feature": feature, "value": 3})))


@pytest.mark.parametrize("code", ["timeout", "gone", "failed", "locked"])
def test_what_failed_is_written_down_with_what_was_wanted(world: World, code: Any) -> None:
    world.gate.leave(world.control)
    world.gate.answered(world.control, one_set(), refusal(7, code, "no answer"))
    (record,) = world.trail.records
    assert (record.feature, record.wanted, record.new) == ("Gain", 3, None)
    assert record.result == f"{code}: no answer"
    assert record.name == "control", "also after the viewer went"


@pytest.mark.parametrize("code", ["replaced", "busy"])
def test_what_was_never_tried_is_not(world: World, code: Any) -> None:
    world.gate.answered(world.control, one_set(), refusal(7, code, ""))
    assert world.trail.records == []


def test_several_changes_of_a_call_are_a_record_each(world: World) -> None:
    changes = Changes((FeatureChange("Gain", 1, True, 1, 2), FeatureChange("Width", 9, False)))
    load = Call(7, 0, "load", msgspec.Raw(b'{"text":"Gain\\t1\\nWidth\\t9\\n"}'))
    world.gate.answered(world.control, load, Reply(7, ok=True, result=pack(changes)))
    assert [(r.feature, r.old, r.new, r.result) for r in world.trail.records] == [
        ("Gain", 2, 1, "ok"),
        ("Width", None, None, "not applied: "),
    ]


def test_reading_is_not_written_down(world: World) -> None:
    for do in READING:
        world.gate.answered(world.control, Call(7, 0, do), Reply(7, ok=True))
    assert world.trail.records == []


def test_a_lease_that_changes_hands_is_written_down(world: World) -> None:
    world.lease(world.control, "take")
    world.lease(world.control, "take")
    world.lease(world.admin, "force")
    assert [(r.do, r.feature, r.old, r.new) for r in world.trail.records] == [
        ("lease", "take", None, "control"),
        ("lease", "force", "control", "admin"),
    ]


def test_two_viewers_race_for_a_lease_and_one_gets_it(world: World) -> None:
    others = [world.join(Role.CONTROL) for _ in range(5)]
    replies = [world.lease(viewer, "take") for viewer in others]
    assert [reply.ok for reply in replies] == [True, False, False, False, False]


def test_the_status_says_name_and_role(world: World) -> None:
    assert (world.admin.name, world.admin.role) == ("admin", "admin")
    assert (world.nobody.name, world.nobody.role) == ("", "view")


@pytest.mark.parametrize("restart", [True, False])
def test_a_lease_stays_with_its_camera_when_indices_change(world: World, restart: bool) -> None:
    world.lease(world.control, "take")
    if restart:
        world.cameras = {0: CameraInfo(0, "right", "SN1"), 1: CameraInfo(1, "left", "SN0")}
        world.gate.look()
    assert world.call(world.control, "set", int(restart)) is None
    assert "nobody holds" in world.refused(world.control, "set", 1 - restart)
    assert [lease.camera for lease in world.published[-1].leases] == [int(restart)]
