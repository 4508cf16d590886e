"""ControlGate: whether a call of a viewer may be made. Every refusal says why."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from camstrm.bridge.control.allowance import Allowance
from camstrm.bridge.control.audit import AuditRecord, AuditTrail
from camstrm.bridge.control.lease_calls import LEASE_CALLS_PER_S, LeaseCalls
from camstrm.bridge.control.records import record_of_call, records_of
from camstrm.bridge.control.refusal import Refusal
from camstrm.bridge.control.role import Grant, Role
from camstrm.bridge.control.rules import FeatureRules
from camstrm.bridge.control.token_book import TokenBook
from camstrm.bridge.control.viewer import CallingViewer, PresentViewer
from camstrm.bridge.control.wishes import selectors_read, wishes
from camstrm.bridge.events.event_log import same_name
from camstrm.errors import WireError
from camstrm.wire import OPERATIONS, Call, CameraInfo, Leases, Reply, unpack
from camstrm.wire.operations import KeepFeatures

__all__ = ["CHANGES_PER_S", "ControlGate"]

READING = frozenset(
    ("features", "values", "watch", "diff", "save", "diagnose", "measure", "still", "events")
)
"""Operations that leave a camera as it is."""

CHANGING = frozenset(("set", "execute", "load", "revert", "reconnect", "keep", "lease"))
"""Operations that do not."""

SHARING = frozenset(("share", "shares", "unshare"))
"""Operations on tokens to watch. One that is in none of these sets counts as changing, and needs
an admin."""

NOT_OF_SHARES = frozenset(("diagnose",))
"""Operations that leave a camera as it is, but whose results speak of other cameras, programs and
addresses of the server."""

OF_SERVER = frozenset(do for do, operation in OPERATIONS.items() if operation.server)
"""Operations of no camera."""

CHANGES_PER_S = 50.0
"""Changes that a viewer may ask for in a second; a slider makes 20."""

_NOT_DONE = ("busy", "replaced")
"""Codes of replies to calls that went no further than a queue."""

_MOST_NOTED = 10
"""Changes of one call that are events of their own; more (a file that was loaded) are one."""

_MOST_NAMED = 5
"""Features that a refusal names beside the first one."""


class ControlGate:
    """Decides on calls, and has what they changed written down. Belongs to the bridge's loop.

    It stands between a viewer and the grabber, which both do not ask who somebody is: what it
    lets through is done. HTTP changes nothing and does not come by here.
    """

    def __init__(
        self,
        book: TokenBook,
        rules: FeatureRules,
        trail: AuditTrail,
        cameras: Callable[[], Mapping[int, CameraInfo]],
        publish: Callable[[Leases], None],
        clock: Callable[[], float] = time.monotonic,
        note: Callable[[AuditRecord], None] = lambda _: None,
    ) -> None:
        """``cameras``: by index, as they are now. ``publish``: gives leases to all viewers.

        ``note``: gets the record of each change that was made.
        """
        self._book = book
        self._rules = rules
        self._trail = trail
        self._cameras = cameras
        self._note = note
        self._clock = clock
        self._leases = LeaseCalls(trail, cameras, publish, clock)
        self.refusals: Counter[str] = Counter()
        """Calls that went no further, by the code of the reply."""
        self._present: dict[int, PresentViewer] = {}
        """Viewers by the number of their connection."""

    def judge_by(self, rules: FeatureRules) -> None:
        """Let other rules hold from the next call on."""
        self._rules = rules

    def join(self, viewer: CallingViewer, grant: Grant) -> None:
        """Know a viewer, who may do what its token is good for."""
        viewer.introduce(grant.name, grant.role.label, grant.sight)
        changes = Allowance(CHANGES_PER_S, self._clock)
        lease_calls = Allowance(LEASE_CALLS_PER_S, self._clock)
        self._present[viewer.id] = PresentViewer(viewer, grant, changes, lease_calls)

    def leave(self, viewer: CallingViewer) -> None:
        """Forget a viewer, whose leases end."""
        self._present.pop(viewer.id, None)
        self._leases.leave(viewer)

    def look(self) -> None:
        """End what is over: leases, and viewers whose token is; to be called each second."""
        for present in list(self._present.values()):
            if ended := self._book.end_of(present.grant):
                present.viewer.dismiss(ended)
                self.leave(present.viewer)
        self._leases.publish()

    def check(self, viewer: CallingViewer, call: Call) -> Reply | None:
        """Return the reply to a call that goes no further; None lets it through."""
        try:
            answer = self._answer(viewer, call)
        except WireError as error:
            answer = Refusal(str(error), "", "wrong")
        reply = answer.to(call.id) if isinstance(answer, Refusal) else answer
        if reply is not None and not reply.ok:
            self.refusals[reply.code] += 1
        return reply

    @property
    def leases_held(self) -> int:
        """How many cameras somebody may change now."""
        return self._leases.held

    def answered(self, viewer: CallingViewer, call: Call, reply: Reply) -> None:
        """Write down what came of a call that was let through; also after the viewer went."""
        if call.do in READING or call.do in OF_SERVER or reply.code in _NOT_DONE:
            return
        if call.do == "keep" and not _writes(call):
            return
        common = record_of_call(viewer, call, self._cameras().get(call.camera))
        records = records_of(common, call, reply)
        for record in records:
            self._trail.add(record)
        if reply.ok:
            if len(records) > _MOST_NOTED:
                records = [replace(common, result=f"{len(records)} features ({call.do})")]
            for record in records:
                self._note(record)

    def _answer(self, viewer: CallingViewer, call: Call) -> Reply | Refusal | None:
        present = self._present.get(viewer.id)
        if present is None:
            return Refusal("this connection is over", "Connect again")
        if ended := self._book.end_of(present.grant):
            return Refusal(ended, "Connect with another token")
        role = present.grant.role
        camera = self._cameras().get(call.camera)
        sight = present.grant.sight
        if sight is not None:
            if call.do in SHARING:
                return Refusal("a share cannot make or see shares")
            if call.do in NOT_OF_SHARES:
                return Refusal(
                    f"a share is for watching, and {call.do} looks at the whole server",
                    "Ask who gave you the link",
                )
            hidden = camera is None or same_name(camera.name) not in sight
            if hidden and call.do not in OF_SERVER:
                return Refusal(f"there is no camera {call.camera}", "", "unknown")
        if call.do in READING:
            return self._first_selector(selectors_read(call), role)
        if problem := _role_problem(present.grant, call.do):
            return problem
        if call.do in SHARING:
            return self._no_audit()
        if camera is None:
            return Refusal(f"there is no camera {call.camera}", "", "unknown")
        if call.do == "keep" and not _writes(call):
            return None  # only wants to see the lines
        if problem := self._rules.of_camera(camera, role):
            return problem
        if call.do == "lease":
            return self._leases.answer(present, call, camera)
        if not present.changes.take():
            return Refusal(
                f"more than {CHANGES_PER_S:g} changes a second of one viewer", "Slow down", "busy"
            )
        problem = (
            self._first_wish(call, role)
            or self._leases.refusal(camera, present.person)
            or self._no_audit()
        )
        if problem is None:
            self._leases.changed(camera)
        return problem

    def _first_selector(self, selectors: tuple[str, ...], role: Role) -> Refusal | None:
        found = (self._rules.of_selector(name, role) for name in selectors)
        return next((problem for problem in found if problem is not None), None)

    def _first_wish(self, call: Call, role: Role) -> Refusal | None:
        """Return what the rules say against the features of a call, naming all in one sentence."""
        wanted = wishes(call)
        if wanted is None:
            if role >= Role.ADMIN:
                return None
            return Refusal(
                "to revert everything needs a token with role admin", "Name the features to revert"
            )
        refused: dict[str, Refusal] = {}
        for wish in wanted:
            problem = self._first_selector(tuple(wish.selectors), role)
            # GenApi's own files choose by a line of its own what the lines after it are for.
            chooses = call.do == "load" and wish.feature.endswith("Selector")
            rule = self._rules.of_selector if chooses else self._rules.of_change
            problem = problem or rule(wish.feature, role)
            if problem is not None:
                refused.setdefault(wish.feature, problem)
        if not refused:
            return None
        first, *more = refused.values()
        if not more:
            return first
        names = list(refused)[1 : 1 + _MOST_NAMED] + (["..."] if len(more) > _MOST_NAMED else [])
        return first._replace(
            problem=f"{first.problem}. {len(more)} more may not be changed: {', '.join(names)}"
        )

    def _no_audit(self) -> Refusal | None:
        if not (problem := self._trail.problem):
            return None
        return Refusal(
            f"nothing can be changed now, because it could not be written down: {problem}",
            "Free space on the server's disk, or let the bridge write there",
            "failed",
        )


def _writes(call: Call) -> bool:
    """Return whether a ``keep`` is to write the configuration file; raise WireError."""
    return unpack(call.with_, KeepFeatures, "keep").write


def _role_problem(grant: Grant, do: str) -> Refusal | None:
    """Return why this role may not call what changes something."""
    needed = Role.CONTROL if do in CHANGING or do in SHARING else Role.ADMIN
    if grant.role >= needed:
        return None
    whose = f'your token "{grant.name}" has' if grant.name else "without a token you have"
    remedy = "Open the URL to control that camstrm printed, or ask for a token of your own"
    if needed == Role.ADMIN:
        remedy = "The server does not know this operation; is this viewer newer?"
    return Refusal(
        f"{do[:64]!a} needs a token with role {needed.label}, {whose} role {grant.role.label}",
        remedy,
    )
