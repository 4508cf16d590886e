"""SIGINT and SIGTERM ask a command to stop, SIGHUP to read its configuration again.

A second SIGINT ends it at once. A SIGHUP that comes because the command's terminal was closed
asks it to stop, too.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = [
    "PARENT_VARIABLE",
    "end_with_parent",
    "hangup_waits",
    "reload_on_hangup",
    "stop_on_signals",
]

PARENT_VARIABLE = "CAMSTRM_PARENT_PID"
"""Set by ``up`` and ``demo`` for what they start: end when that process ends."""

_PR_SET_PDEATHSIG = 1


@contextmanager
def stop_on_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Call ``stop`` on SIGINT and SIGTERM while the body runs."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        stop()

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, handle) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


@contextmanager
def reload_on_hangup(reload: Callable[[], None], stop: Callable[[], None]) -> Iterator[None]:
    """Call ``reload`` on SIGHUP while the body runs; ``stop`` if the terminal was closed.

    After ``nohup`` a closed terminal means nothing: then each SIGHUP is a wish to reload.
    """
    if not hasattr(signal, "SIGHUP"):  # Windows
        yield
        return
    outlives_terminal = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    ends_with_terminal = not outlives_terminal and _has_terminal()

    def handle(_number: int, _frame: FrameType | None) -> None:
        if ends_with_terminal and not _has_terminal():
            stop()
        else:
            reload()

    before = signal.signal(signal.SIGHUP, handle)
    # One that came while this process was starting is answered now: see hangup_waits().
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


@contextmanager
def hangup_waits() -> Iterator[None]:
    """Let a process that the body starts keep a SIGHUP until its reload_on_hangup().

    It would otherwise end by a signal that comes before it has a handler.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _has_terminal() -> bool:
    """Tell whether this process has a controlling terminal; it loses one that is closed."""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY | os.O_CLOEXEC))
    except OSError as error:
        # EMFILE, say: no answer to this question, and no reason to end.
        return error.errno not in (errno.ENXIO, errno.ENOENT, errno.EIO)
    return True


def end_with_parent() -> None:
    """Get SIGTERM when the supervising process dies, even by kill -9 (Linux)."""
    parent = os.environ.get(PARENT_VARIABLE)
    if not parent or sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent):
        # It died before the line above.
        sys.exit(1)
