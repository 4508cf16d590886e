"""What control knows of a viewer, and what a viewer may still do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from camstrm.bridge.control.allowance import Allowance
from camstrm.bridge.control.role import Grant, Person
from camstrm.bridge.events.event_log import Sight

__all__ = ["CallingViewer", "PresentViewer"]


class CallingViewer(Protocol):
    """A viewer as the bridge has it."""

    @property
    def id(self) -> int:
        """Number of its connection."""

    @property
    def address(self) -> str:
        """Where it connects from."""

    @property
    def name(self) -> str:
        """Of its token."""

    @property
    def role(self) -> str:
        """Of its token."""

    def introduce(self, name: str, role: str, sight: Sight = None) -> None:
        """Let its status say name and role of its token, and let it see only some cameras."""

    def dismiss(self, reason: str) -> None:
        """Close the connection; ``reason`` is for the user."""


@dataclass
class PresentViewer:
    """A viewer that is connected, with what its token is good for."""

    viewer: CallingViewer
    grant: Grant
    changes: Allowance
    """For calls that change something of a camera."""
    lease_calls: Allowance
    """For calls about leases."""

    @property
    def person(self) -> Person:
        return Person(self.viewer.id, self.grant.name, self.grant.role)
