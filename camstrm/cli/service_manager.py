"""ServiceManager: what a command reports to systemd while it runs (sd_notify(3))."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import MutableMapping

__all__ = ["MANAGER_VARIABLES", "ServiceManager"]

MANAGER_VARIABLES = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")
"""Environment variables that systemd sets for a service with Type=notify and WatchdogSec=."""

_STATUS_MAX = 500
"""Characters of a status line: 'systemctl status' shows one line, a journal field more."""


class ServiceManager:
    """Sends datagrams to the socket that systemd names in ``$NOTIFY_SOCKET``.

    Without systemd nothing is sent. A message that cannot be sent is dropped: a service
    manager that is busy must not hold up pictures, and the next message comes within a second.
    Each call is a system call that never waits; any thread may call.
    """

    def __init__(self, environ: MutableMapping[str, str]) -> None:
        """Take the manager's variables out of ``environ``: children must not report for it."""
        found = {name: environ.pop(name, "") for name in MANAGER_VARIABLES}
        self._address = _address(found["NOTIFY_SOCKET"])
        """Of the manager; None: there is none."""
        self._watched = _is_watched(found["WATCHDOG_USEC"], found["WATCHDOG_PID"])
        """Whether it ends this process when :meth:`alive` is not called in time."""

    @property
    def watched(self) -> bool:
        """Whether the manager waits for signs of life (``WatchdogSec=``)."""
        return self._watched

    def ready(self, status: str = "") -> None:
        """Report that the start, or a reload, is over; ``status``: for 'systemctl status'."""
        self._send("READY=1", *_status(status))

    def reloading(self) -> None:
        """Report that the configuration is being read again; :meth:`ready` ends it."""
        now_us = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self._send("RELOADING=1", f"MONOTONIC_USEC={now_us}")

    def stopping(self) -> None:
        """Report that the service ends by itself or because it was asked to."""
        self._send("STOPPING=1")

    def alive(self) -> None:
        """Give the sign of life for which the watchdog waits.

        To be called by what does the service's work, so that its standstill is noticed.
        """
        if self._watched:
            self._send("WATCHDOG=1")

    def _send(self, *lines: str) -> None:
        if self._address is None:
            return
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            sock.setblocking(False)
            sock.sendto("\n".join(lines).encode(), self._address)


def _address(name: str) -> str | None:
    """Return the socket's address: a path, or an abstract name, which is written with '@'."""
    if name.startswith("@"):
        return f"\0{name[1:]}"
    return name if name.startswith("/") else None


def _is_watched(interval_us: str, pid: str) -> bool:
    """Tell whether the watchdog is on and is for this process (sd_watchdog_enabled(3))."""
    if pid and pid != str(os.getpid()):
        return False
    return interval_us.isdecimal() and int(interval_us) > 0


def _status(text: str) -> list[str]:
    line = " ".join(text.split())
    if len(line) > _STATUS_MAX:
        line = f"{line[:_STATUS_MAX]}..."
    return [f"STATUS={line}"] if line else []
