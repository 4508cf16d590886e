"""Finding: one thing that ``camstrm doctor`` looked at."""

from __future__ import annotations

import enum
from dataclasses import dataclass

__all__ = ["Finding", "Level"]


class Level(enum.Enum):
    """How bad it is: FAIL means that something will not work."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """What was looked at, what was seen, and the command or step that fixes it."""

    level: Level
    subject: str
    text: str
    remedy: str = ""

    @classmethod
    def ok(cls, subject: str, text: str) -> Finding:
        return cls(Level.OK, subject, text)

    @classmethod
    def warn(cls, subject: str, text: str, remedy: str = "") -> Finding:
        return cls(Level.WARN, subject, text, remedy)

    @classmethod
    def fail(cls, subject: str, text: str, remedy: str = "") -> Finding:
        return cls(Level.FAIL, subject, text, remedy)
