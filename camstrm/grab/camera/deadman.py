"""Deadman: the kernel ends a camera process that hangs, and spares one that was stopped."""

from __future__ import annotations

import ctypes
import signal

__all__ = ["GRACE_S", "Deadman"]

GRACE_S = int(signal.SIGALRM)
"""From the first alarm to the one that ends the process: see :class:`Deadman`."""


class Deadman:
    """Ends this process by SIGALRM unless :meth:`arm` is called again in time.

    A producer may hold the GIL for ever, so no Python code can do this. The timer also runs
    while the process is stopped (a debugger, a paused container or virtual machine), and such
    a process has to be spared. So the first alarm is answered in C with ``alarm(GRACE_S)``,
    and only the second one is deadly: a process that was stopped arms again at once when it
    goes on, one that hangs ends GRACE_S later.

    The C function that answers is ``alarm`` itself. As a signal handler it gets the signal's
    number as its argument, which is why GRACE_S is that number (14); it may be called in a
    handler (POSIX.1-2017, 2.4.3). ``sysv_signal`` of glibc takes a handler away when it is
    called. Where it is missing the first alarm is deadly.
    """

    def __init__(self, patience_s: float) -> None:
        """Arm it for the first time; ``patience_s``: until the first alarm."""
        self.patience_s = patience_s
        library = ctypes.CDLL(None)
        self._alarm = ctypes.cast(library.alarm, ctypes.c_void_p)
        self._once = getattr(library, "sysv_signal", None)
        if self._once is not None:
            self._once.argtypes = [ctypes.c_int, ctypes.c_void_p]
            self._once.restype = ctypes.c_void_p
        self.arm()

    def arm(self) -> None:
        """Wait for ``patience_s`` from now on (3 us)."""
        if self._once is not None:
            self._once(signal.SIGALRM, self._alarm)
        signal.setitimer(signal.ITIMER_REAL, self.patience_s)
