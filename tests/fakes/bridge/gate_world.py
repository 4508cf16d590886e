"""A ControlGate with two cameras and viewers of all roles, without a bridge."""

from __future__ import annotations

from typing import Any

import msgspec

from camstrm.bridge.control.audit import AuditRecord
from camstrm.bridge.control.gate import ControlGate
from camstrm.bridge.control.role import ANYBODY, Role
from camstrm.bridge.control.rules import FeatureRules
from camstrm.bridge.control.token_book import TokenBook
from camstrm.config import ControlSettings
from camstrm.wire import Call, CameraInfo, Leases, Reply
from tests.fakes.bridge.calling_viewer import FakeViewer
from tests.fakes.clock import Clock

SECRETS = {role: f"the-token-of-{role.label}" for role in Role}
GOOD: dict[str, dict[str, Any]] = {
    "set": {"feature": "ExposureTime", "value": 2000},
    "execute": {"feature": "TriggerSoftware"},
    "load": {"text": "Gain\t2\n"},
    "revert": {"features": ["Gain"]},
    "diff": {"text": "Gain\t2\n"},
    "keep": {"features": ["Gain"], "write": True},
    "lease": {"action": "take"},
}
"""Arguments of the operations that need some and may be called with role control."""


class Trail:
    """Stands in for the AuditTrail."""

    def __init__(self) -> None:
        self.problem = ""
        self.records: list[AuditRecord] = []

    def add(self, record: AuditRecord) -> None:
        self.records.append(record)


class World:
    """A gate with two cameras, and viewers of all roles."""

    def __init__(self, settings: ControlSettings | None = None) -> None:
        self.clock = Clock()
        self.utc = Clock()
        self.trail = Trail()
        self.published: list[Leases] = []
        self.cameras = {0: CameraInfo(0, "left", "SN0"), 1: CameraInfo(1, "right", "SN1")}
        self.book = TokenBook(None, ((SECRETS[role], role) for role in Role), self.utc)
        self.gate = ControlGate(
            self.book,
            FeatureRules(settings or ControlSettings(), "/etc/camstrm.toml"),
            self.trail,  # type: ignore[arg-type]  # what the gate uses of it
            lambda: self.cameras,
            self.published.append,
            self.clock,
        )
        self.viewers = 0
        self.view, self.control, self.admin = (self.join(role) for role in Role)
        self.nobody = self.join(None)

    def join(self, role: Role | None) -> FakeViewer:
        self.viewers += 1
        viewer = FakeViewer(self.viewers)
        grant = ANYBODY if role is None else self.book.find(SECRETS[role])
        assert grant is not None
        self.gate.join(viewer, grant)
        return viewer

    def call(
        self, viewer: FakeViewer, do: str, camera: int = 0, /, **arguments: Any
    ) -> Reply | None:
        with_ = msgspec.Raw(msgspec.json.encode(arguments or GOOD.get(do, {})))
        return self.gate.check(viewer, Call(7, camera, do, with_))

    def lease(self, viewer: FakeViewer, action: str, camera: int = 0) -> Reply:
        reply = self.call(viewer, "lease", camera, action=action)
        assert reply is not None
        return reply

    def refused(self, viewer: FakeViewer, do: str, camera: int = 0, /, **arguments: Any) -> str:
        reply = self.call(viewer, do, camera, **arguments)
        assert reply is not None
        assert not reply.ok
        assert reply.id == 7
        return f"{reply.code}: {reply.problem}. {reply.remedy}"
