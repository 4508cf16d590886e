"""The commands see only the cameras that this test's own processes have open."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from camstrm.acquisition.open_mark import OpenCamera, open_cameras_here
from camstrm.cli.checks import producers
from camstrm.cli.commands import doctor, list_cameras


def _is_of_this_test(pid: int) -> bool:
    """Return whether a process is this one or a descendant of it."""
    while pid > 1 and pid != os.getpid():
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return False
        # The parent is the second field behind the name, which may have blanks (proc(5)).
        pid = int(stat.rpartition(")")[2].split()[1])
    return pid == os.getpid()


@pytest.fixture(autouse=True)
def own_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what other tests and a running demo stream from the same simulator."""

    def own(root: Path = Path("/")) -> tuple[OpenCamera, ...]:
        return tuple(mark for mark in open_cameras_here(root) if _is_of_this_test(mark.pid))

    for module in (doctor, list_cameras, producers):
        monkeypatch.setattr(module, "open_cameras_here", own)
