"""Every operation under attack: who asks, what they hold, and what of the camera is closed to them.

A row for each operation: one that has none fails a test.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
import pytest

from camstrm.bridge.control.role import Grant, Role
from camstrm.config import ControlSettings
from camstrm.wire import Call, Reply
from camstrm.wire.operations import OPERATIONS
from tests.fakes.bridge.calling_viewer import FakeViewer
from tests.fakes.bridge.gate_world import World

CASES = ("free", "mine", "theirs", "locked", "unwritten", "denied", "outside")
"""What is so when somebody calls: nobody holds the camera's lease; the caller does; another does;
the camera is locked and free; the caller holds the lease and the audit file cannot be written, or
the call names a feature of the deny-list, or one that no pattern of the allow-list fits."""

ANSWERS = {
    "role": "needs a token with role control",
    "share": "a share",
    "lease": "Take the lease first",
    "held": "holds the lease of",
    "locked": "is locked",
    "audit": "nothing can be changed now",
    "denied": "nobody may change DeviceReset",
    "rule": "may not be changed: no pattern of bridge.control.allow",
    "selector": "is no selector",
}
"""What a refusal says, by the word in the table; "ok" passes, "-" cannot be."""

LEFT, RIGHT = 0, 1
"""RIGHT is the camera that is locked."""


class Row(NamedTuple):
    """Arguments of a call, and the answers in the order of CASES.

    ``named``: what the arguments are with a feature in them, if they can have one. ``view`` and
    ``share`` hold no lease. Without ``view`` and ``share`` they may not call it at all.
    """

    control: str
    admin: str
    view: str = "role - role role - role role"
    share: str = "role - role role - role role"
    arguments: dict[str, Any] = {}  # noqa: RUF012  # never changed
    named: str = ""
    """The arguments as JSON, with "FEATURE" for the feature."""


FREE = "ok ok ok ok ok - -"
_NOT_HELD = "ok - ok ok - - -"
READ = Row(FREE, FREE, _NOT_HELD, _NOT_HELD)
CHANGE = Row(
    control="lease ok held locked audit denied rule",
    admin="lease ok held lease audit denied ok",
)
TOKENS = Row(
    "ok ok ok ok audit - -",
    "ok ok ok ok audit - -",
    "role - role role - - -",
    "share - share share - - -",
)

ROWS: dict[str, Row] = {
    "features": READ,
    "values": Row(
        "ok ok ok ok ok denied selector",
        "ok ok ok ok ok denied ok",
        "ok - ok ok - denied selector",
        "ok - ok ok - denied selector",
        named='{"selectors":{"FEATURE":1}}',
    ),
    "watch": READ,
    "save": READ,
    "diff": Row(
        "ok ok ok ok ok denied selector",
        "ok ok ok ok ok denied ok",
        "ok - ok ok - denied selector",
        "ok - ok ok - denied selector",
        {"text": "Gain\t2\n"},
        r'{"text":"Gain\t{FEATURE=1}\t2\n"}',
    ),
    "measure": READ,
    "still": READ,
    "events": READ,
    "diagnose": READ._replace(share="share - share share - - -"),
    "set": CHANGE._replace(
        arguments={"feature": "Gain", "value": 2}, named='{"feature":"FEATURE","value":2}'
    ),
    "execute": CHANGE._replace(
        arguments={"feature": "TriggerSoftware"}, named='{"feature":"FEATURE"}'
    ),
    "load": CHANGE._replace(arguments={"text": "Gain\t2\n"}, named=r'{"text":"FEATURE\t2\n"}'),
    "revert": CHANGE._replace(arguments={"features": ["Gain"]}, named='{"features":["FEATURE"]}'),
    "keep": CHANGE._replace(
        arguments={"features": ["Gain"], "write": True},
        named='{"features":["FEATURE"],"write":true}',
    ),
    "reconnect": Row(
        "lease ok held locked audit - -",
        "lease ok held lease audit - -",
        "role - role role - - -",
        "role - role role - - -",
    ),
    "lease": Row(
        "ok ok held locked ok - -",
        "ok ok held ok ok - -",
        "role - role role - - -",
        "role - role role - - -",
        {"action": "take"},
    ),
    "share": TOKENS._replace(arguments={"cameras": [0], "hours": 1}),
    "shares": TOKENS,
    "unshare": TOKENS._replace(arguments={"id": "share-1"}),
}

RECORDED = {"set", "execute", "load", "revert", "keep", "reconnect", "lease"}
"""What is written down by the gate. For shares their desk does it, with what came of it
(test_shares.py)."""

WHO = ("view", "share", "control", "admin")


def cells() -> Iterator[tuple[str, str, str, str]]:
    for do, row in ROWS.items():
        for who in WHO:
            answers = getattr(row, who).split()
            for case, answer in zip(CASES, answers, strict=True):
                if answer != "-":
                    yield do, who, case, answer


def joined(world: World, who: str) -> FakeViewer:
    if who != "share":
        return world.join(Role[who.upper()])
    grant = Grant("share-1", Role.VIEW, "f" * 64, None, frozenset({"left", "right"}))
    world.book._named["f" * 64] = grant
    viewer = FakeViewer(99)
    world.gate.join(viewer, grant)
    return viewer


def call_in(world: World, viewer: FakeViewer, do: str, case: str) -> Call:
    """Bring about what the case says and return the call."""
    row = ROWS[do]
    arguments = msgspec.json.encode(row.arguments)
    if case in ("mine", "unwritten", "denied", "outside") and viewer.role != "view":
        assert world.lease(viewer, "take").ok
    elif case == "theirs":
        assert world.lease(world.join(Role.CONTROL), "take").ok
    if case == "unwritten":
        world.trail.problem = "the disk is full"
    elif case in ("denied", "outside"):
        feature = {"denied": "DeviceReset", "outside": "UserSetLoad"}[case]
        arguments = row.named.replace("FEATURE", feature).encode()
    world.trail.records.clear()
    return Call(7, RIGHT if case == "locked" else LEFT, do, msgspec.Raw(arguments))


def test_every_operation_has_a_row() -> None:
    assert ROWS.keys() == OPERATIONS.keys()


@pytest.mark.parametrize("do", ROWS)
def test_every_answer_of_the_table(do: str) -> None:
    wrong: list[object] = []
    for _, who, case, answer in (cell for cell in cells() if cell[0] == do):
        world = World(ControlSettings(locked=("right",)))
        viewer = joined(world, who)
        call = call_in(world, viewer, do, case)
        reply = world.gate.check(viewer, call)
        passes = reply is None or reply.ok
        if passes != (answer == "ok"):
            wrong.append((who, case, answer, reply))
        elif reply is not None and not reply.ok:
            said = f"{reply.problem}. {reply.remedy}"
            if ANSWERS[answer] not in said:
                wrong.append((who, case, answer, said))
            if world.trail.records:
                wrong.append((who, case, "a refusal was written down as a change", reply))
        else:
            if reply is None:
                world.gate.answered(viewer, call, Reply(7, ok=True))
            written = [record.do for record in world.trail.records]
            # A lease that its holder takes again has not changed hands.
            quiet = do not in RECORDED or (do == "lease" and case in ("mine", "unwritten"))
            if written != ([] if quiet else [do]):
                wrong.append((who, case, "records", written))
    assert not wrong


@pytest.mark.parametrize("do", ROWS)
def test_a_share_calls_nothing_of_another_camera(do: str) -> None:
    world = World()
    grant = Grant("share-1", Role.VIEW, "f" * 64, None, frozenset({"left"}))
    world.book._named["f" * 64] = grant
    viewer = FakeViewer(99)
    world.gate.join(viewer, grant)
    arguments = msgspec.Raw(msgspec.json.encode(ROWS[do].arguments))
    for camera in (RIGHT, 7, 2**53):
        reply = world.gate.check(viewer, Call(7, camera, do, arguments))
        if do == "events":
            assert reply is None, "of no camera: what it hears is filtered"
            continue
        assert reply is not None
        assert not reply.ok
        assert "right" not in f"{reply.problem} {reply.remedy}", "not even its name"


@pytest.mark.parametrize("do", ROWS)
def test_arguments_that_are_none_are_never_passed_as_a_change(do: str) -> None:
    """Whatever stands in ``with``: what changes something passes only if it was understood."""
    world = World()
    admin = world.join(Role.ADMIN)
    assert world.lease(admin, "take").ok
    for junk in (b"[]", b"null", b'"x"', b"{", b'{"feature":', b"\xff", b"1" * 400):
        reply = world.gate.check(admin, Call(7, LEFT, do, msgspec.Raw(junk)))
        if do in ("set", "execute", "load", "revert", "keep", "lease"):
            assert reply is not None, junk
            assert (reply.ok, reply.code) == (False, "wrong"), junk
