"""Find the interpreter that has the peers' packages."""

from __future__ import annotations

import sys
from pathlib import Path

__all__ = ["peers_python"]


def peers_python() -> Path | None:
    """Return the interpreter of the environment that ``make bench`` made; None without it."""
    python = Path(sys.prefix) / "peers" / "bin" / "python"
    return python if python.exists() else None
