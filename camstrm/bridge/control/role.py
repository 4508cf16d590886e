"""What a token allows, and whose it is."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from camstrm.bridge.events.event_log import Sight

__all__ = ["ANYBODY", "Grant", "Person", "Role", "RoleName"]

RoleName: TypeAlias = Literal["view", "control", "admin"]


class Role(enum.IntEnum):
    """Each role may do what those before it may.

    VIEW looks at pictures and values. CONTROL changes what the rules allow, with the lease of
    the camera. ADMIN is bound by the deny-list only, and takes a lease at once.
    """

    VIEW = 1
    CONTROL = 2
    ADMIN = 3

    @classmethod
    def named(cls, name: RoleName) -> Role:
        """Return the role of this name."""
        return cls[name.upper()]

    @property
    def label(self) -> str:
        """Its name for users, on the wire and in files."""
        return self.name.lower()


@dataclass(frozen=True)
class Grant:
    """What a token is good for.

    ``name``: of the token. ``fingerprint``: see token_store.py, "" for those who need no token.
    ``expires_s``: seconds since 1970 (UTC), None: never. ``sight``: the cameras that it is for.
    """

    name: str
    role: Role
    fingerprint: str = ""
    expires_s: float | None = None
    sight: Sight = None


ANYBODY = Grant("", Role.VIEW)
"""What everybody may where authentication is off."""


class Person(NamedTuple):
    """Who does something: number of the connection, name and role of its token."""

    viewer: int
    name: str
    role: Role

    def __str__(self) -> str:
        return f'"{self.name}" (viewer {self.viewer})'
