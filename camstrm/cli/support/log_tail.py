"""The last log lines of grabber and bridge: of the journal, or of files that were named."""

from __future__ import annotations

import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

from camstrm.errors import UsageError

__all__ = ["file_tail", "journal_tail"]

LINES = 2000
"""Lines of each log."""

MAX_SIZE = 1024 * 1024
"""Bytes of each log."""

_LONGEST_LINE = 16 * 1024
"""Bytes that are kept of a line."""
_JOURNAL_S = 20.0
"""Longest wait for journalctl, which may have gigabytes to look through."""
_UNITS = ("camstrm-bridge.service", "camstrm-grab.service")

NO_JOURNAL = (
    "No lines of camstrm-bridge or camstrm-grab in the journal. Where the log is a file, or was\n"
    "written by a container, give it: camstrm support --log FILE\n"
)


def journal_tail() -> Iterator[tuple[str, str]]:
    """Yield a name and the last lines for each journal that has some, or one text that says why."""
    found = False
    for scope in ("--system", "--user"):
        text = _journal(scope) if shutil.which("journalctl") else ""
        if text:
            found = True
            yield f"journal-{scope.strip('-')}.txt", text
    if not found:
        yield "journal.txt", NO_JOURNAL


def file_tail(path: Path) -> str:
    """Return the last lines of a log file; UsageError if it cannot be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UsageError(f"--log {path}: wanted a file")
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - MAX_SIZE))
            data = file.read(MAX_SIZE)
    except OSError as error:
        raise UsageError(f"--log {path}: cannot be read ({error.strerror})") from None
    return _last_lines(data)


def _journal(scope: str) -> str:
    units = [word for unit in _UNITS for word in ("--unit", unit)]
    command = ["journalctl", scope, "--no-pager", "--quiet", "--output=short-iso"]
    try:
        done = subprocess.run(
            [*command, f"--lines={LINES}", *units],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_JOURNAL_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return _last_lines(done.stdout[-MAX_SIZE:])


def _last_lines(data: bytes) -> str:
    lines = data.decode("utf-8", "backslashreplace").splitlines()[-LINES:]
    return "".join(line[:_LONGEST_LINE] + "\n" for line in lines)
