"""What a test must give back: threads, child processes, open files and sockets."""

from __future__ import annotations

import gc
import threading
import time
from dataclasses import dataclass
from pathlib import Path

PROC_SELF = Path("/proc/self")

GRACE_S = 1.0
"""How long threads and children that are about to end may still take."""

STANDARD_STREAMS = frozenset({"0", "1", "2"})
"""pytest's output capturing turns them round as it likes."""


@dataclass(frozen=True)
class Holdings:
    """What this process holds at one moment; files and children are seen on Linux only."""

    threads: frozenset[threading.Thread]
    children: frozenset[int]
    files: frozenset[tuple[str, str]]

    @classmethod
    def now(cls) -> Holdings:
        return cls(frozenset(threading.enumerate()), _children(), _files())

    def leaks(self) -> list[str]:
        """Return a line for each thing that is held now and was not at this moment."""
        deadline = time.monotonic() + GRACE_S
        return [
            *self._leaked_threads(deadline),
            *self._leaked_children(deadline),
            *self._leaked_files(),
        ]

    def _leaked_threads(self, deadline: float) -> list[str]:
        leaked = []
        for thread in set(threading.enumerate()) - self.threads:
            if isinstance(thread, threading._DummyThread):
                # A foreign thread that once called Python: threading never sees its end.
                alive = (PROC_SELF / "task" / str(thread.native_id)).exists()
            else:
                thread.join(max(0.0, deadline - time.monotonic()))
                alive = thread.is_alive()
            if alive:
                leaked.append(f"thread {thread.name!r} is still alive")
        return sorted(leaked)

    def _leaked_children(self, deadline: float) -> list[str]:
        while (new := _children() - self.children) and time.monotonic() < deadline:
            time.sleep(0.01)
        return [f"child process {pid} ({_command(pid)}) is still there" for pid in sorted(new)]

    def _leaked_files(self) -> list[str]:
        new = _files() - self.files
        if new:
            # What only a reference cycle holds is closed here and reported by its own
            # ResourceWarning.
            gc.collect()
            new = _files() - self.files
        return [f"file descriptor {fd} ({target}) is still open" for fd, target in sorted(new)]


def _children() -> frozenset[int]:
    """Return the children of every thread, those too that ended and were not waited for."""
    pids: set[int] = set()
    for path in PROC_SELF.glob("task/*/children"):
        try:
            pids.update(int(pid) for pid in path.read_text().split())
        except OSError:
            continue  # the thread has just ended
    return frozenset(pids)


def _command(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return "ended"
    return b" ".join(words).decode(errors="replace").strip()[:200] or "ended, not waited for"


def _files() -> frozenset[tuple[str, str]]:
    found = set()
    try:
        descriptors = list((PROC_SELF / "fd").iterdir())
    except OSError:
        return frozenset()
    for path in descriptors:
        try:
            target = str(path.readlink())
        except OSError:
            continue  # the descriptor that listed the folder
        if path.name not in STANDARD_STREAMS:
            found.add((path.name, target))
    return frozenset(found)
