"""Which processes have a camera's USB device open, or a producer loaded (Linux).

Processes of other users are seen by root only.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from camstrm.bridge.http.port_holder import command_name

__all__ = ["Holder", "holders_of_file", "holders_of_library"]


@dataclass(frozen=True)
class Holder:
    """A process; ``is_camstrm``: whether it is one of camstrm's own."""

    pid: int
    name: str

    @property
    def is_camstrm(self) -> bool:
        """Whether it is a process of camstrm."""
        return self.name == "camstrm"

    def __str__(self) -> str:
        return f"{self.name} (pid {self.pid})"


def holders_of_file(path: str, root: Path = Path("/")) -> tuple[Holder, ...]:
    """Return the processes that have ``path`` open."""

    def holds(process: Path) -> bool:
        return any(str(fd.readlink()) == path for fd in (process / "fd").iterdir())

    return _holders(root, holds)


def holders_of_library(path: str, root: Path = Path("/")) -> tuple[Holder, ...]:
    """Return the processes that have the shared library ``path`` loaded."""
    names = {path, os.path.realpath(path)}

    def holds(process: Path) -> bool:
        # The path is the sixth column and may hold blanks (proc(5), /proc/pid/maps).
        lines = (process / "maps").read_text(errors="replace").splitlines()
        return any(line.split(maxsplit=5)[-1] in names for line in lines)

    return _holders(root, holds)


def _holders(root: Path, holds: Callable[[Path], bool]) -> tuple[Holder, ...]:
    found = []
    for process in sorted((root / "proc").glob("[0-9]*"), key=lambda path: path.name):
        try:
            if process.name.isdecimal() and int(process.name) != os.getpid() and holds(process):
                found.append(Holder(int(process.name), command_name(process)))
        except OSError:
            # Another user's process, or one that has just ended.
            continue
    return tuple(found)
