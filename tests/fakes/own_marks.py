"""Which cameras are open on this machine, without those of other tests and of a running demo."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType

import pytest

from camstrm.acquisition.open_mark import OpenCamera, open_cameras_here

__all__ = ["see_only_own_marks"]


def see_only_own_marks(monkeypatch: pytest.MonkeyPatch, *modules: ModuleType) -> None:
    """Let ``modules`` see only the cameras that this process and its descendants have open."""

    def own(root: Path = Path("/")) -> tuple[OpenCamera, ...]:
        return tuple(mark for mark in open_cameras_here(root) if _is_of_this_test(mark.pid))

    for module in modules:
        monkeypatch.setattr(module, "open_cameras_here", own)


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
