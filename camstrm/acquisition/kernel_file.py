"""Read the small files in which the kernel shows its settings (/proc, /sys)."""

from __future__ import annotations

from pathlib import Path

__all__ = ["read_number", "read_text"]


def read_text(path: Path) -> str:
    """Return the file's text without white space round it, empty if it cannot be read."""
    try:
        return path.read_text().strip()
    except (OSError, UnicodeDecodeError):
        return ""


def read_number(path: Path) -> int | None:
    """Return the whole number in the file, None if there is none."""
    try:
        return int(read_text(path))
    except ValueError:
        return None
