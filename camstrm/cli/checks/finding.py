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
