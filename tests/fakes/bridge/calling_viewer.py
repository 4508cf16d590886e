"""A viewer for control: remembers what it hears."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class FakeViewer:
    """Satisfies CallingViewer."""

    id: int
    address: str = "192.0.2.7"
    name: str = ""
    role: str = ""
    sight: frozenset[str] | None = None
    dismissed: list[str] = field(default_factory=list)

    def introduce(self, name: str, role: str, sight: frozenset[str] | None = None) -> None:
        self.name, self.role, self.sight = name, role, sight

    def dismiss(self, reason: str) -> None:
        self.dismissed.append(reason)
