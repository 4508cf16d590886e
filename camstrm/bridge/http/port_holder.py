"""Find out which process listens on a TCP port (Linux)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

__all__ = ["command_name", "port_holder"]

_LISTEN = "0A"
"""TCP_LISTEN in /proc/net/tcp (include/net/tcp_states.h)."""


def port_holder(port: int) -> str:
    """Return ``"name (pid 123)"`` of what listens on ``port``, ``""`` if that cannot be seen.

    Processes of other users are seen by root only.
    """
    inodes = set(_listening_inodes(port))
    if not inodes:
        return ""
    sockets = {f"socket:[{inode}]" for inode in inodes}
    for process in sorted(Path("/proc").glob("[0-9]*"), key=lambda p: int(p.name)):
        if _holds(process, sockets):
            return f"{command_name(process)} (pid {process.name})"
    return ""


def _listening_inodes(port: int) -> Iterator[str]:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == _LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
                yield fields[9]


def _holds(process: Path, sockets: set[str]) -> bool:
    try:
        return any(str(fd.readlink()) in sockets for fd in (process / "fd").iterdir())
    except OSError:
        # Another user's process, or one that has just ended.
        return False


def command_name(process: Path) -> str:
    """Return what a process (its folder below /proc) is called; "camstrm" for all of camstrm's.

    The kernel's name of ``python -m camstrm bridge`` is that of the interpreter.
    """
    try:
        words = (process / "cmdline").read_text(errors="replace").split("\0")
        name = (process / "comm").read_text(errors="replace").strip()
    except OSError:
        return "a process"
    # The command with its folder, "-m camstrm" or a module of it; not a folder of that name.
    ours = any(word.endswith("/bin/camstrm") or word.split(".")[0] == "camstrm" for word in words)
    return "camstrm" if ours else name or "a process"
