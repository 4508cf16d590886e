"""ExitWatch: learn in an event loop that a child process has ended."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Protocol

__all__ = ["Child", "ExitWatch"]

_POLL_S = 0.05
"""Between two looks at a child without a pidfd."""


class Child(Protocol):
    """What subprocess.Popen and ForkedProcess have in common."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None:
        """Return the exit code, negative for a signal; None while it runs. Reaps it."""


class ExitWatch:
    """Calls ``ended(code)`` from the loop, once, when a child has ended; reaps the child.

    The kernel reports the end through a pidfd (Linux 5.3). Where there is none, because the
    kernel is older, a sandbox forbids it or Python was built without it, the child is polled.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, child: Child, ended: Callable[[int], None]
    ) -> None:
        self._loop = loop
        self._child = child
        self._ended = ended
        self._pidfd = _open_pidfd(child.pid)  # -1: none, or closed again
        self._timer: asyncio.TimerHandle | None = None  # the next poll, without a pidfd
        if self._pidfd >= 0:
            loop.add_reader(self._pidfd, self._look)
        else:
            self._timer = loop.call_later(_POLL_S, self._look)

    def cancel(self) -> None:
        """Watch no more; does nothing after the child's end."""
        if self._timer is not None:
            self._timer.cancel()
        if self._pidfd >= 0:
            self._loop.remove_reader(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = -1

    def _look(self) -> None:
        code = self._child.poll()
        if code is not None:
            self.cancel()
            self._ended(code)
        elif self._pidfd < 0:
            self._timer = self._loop.call_later(_POLL_S, self._look)


def _open_pidfd(pid: int) -> int:
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return -1
