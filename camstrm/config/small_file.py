"""Read a small file that a user has named: whatever stands there, it is over soon."""

from __future__ import annotations

import errno
import os
import select
import stat
import time
from pathlib import Path

__all__ = ["PIPE_WAIT_S", "read_small_file"]

PIPE_WAIT_S = 2.0
"""Longest wait for all that a pipe brings, as in --config <(command)."""

# Windows has neither such pipes nor the first flag, and needs the second one.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def read_small_file(path: str | Path, most: int) -> tuple[bytes, int]:
    """Return content and mode of the file; one byte more than ``most`` if there is more.

    A pipe is read, too (a shell's ``<(...)``), but not waited for without end, as open() does if
    it has no writer. Raises OSError, and ValueError for a path with a NUL.
    """
    descriptor = os.open(path, _FLAGS)
    try:
        mode = os.fstat(descriptor).st_mode
        end_s = time.monotonic() + PIPE_WAIT_S
        content = b""
        while len(content) <= most:
            if not stat.S_ISREG(mode):
                _await(descriptor, end_s, begun=bool(content))
            piece = os.read(descriptor, most + 1 - len(content))
            if not piece:
                break
            content += piece
        return content, mode
    finally:
        os.close(descriptor)


def _await(descriptor: int, end_s: float, *, begun: bool) -> None:
    """Wait until something can be read, or the end."""
    left_s = max(0.0, end_s - time.monotonic())
    if not select.select([descriptor], [], [], left_s)[0]:
        problem = "does not come to an end" if begun else "no program writes into"
        raise OSError(errno.ETIMEDOUT, f"a pipe that {problem}")
