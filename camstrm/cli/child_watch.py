"""ChildWatch: signs of life of children, where there is no systemd to wait for them."""

from __future__ import annotations

import contextlib
import socket
import struct

__all__ = ["WATCHDOG_S", "ChildWatch"]

WATCHDOG_S = 10.0
"""A child that has given signs of life, and gives none for so long, stands still. As in the
systemd units (WatchdogSec=)."""

_UCRED = struct.Struct("iII")
"""struct ucred of unix(7): pid, uid, gid."""

_MOST = 1024
"""Messages that are read at once, and bytes of each; a child sends one in a second."""


class ChildWatch:
    """Receives what children send to ``$NOTIFY_SOCKET``, as systemd does (sd_notify(3)).

    Who sent it is asked of the kernel: a stranger cannot speak for a child.
    """

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        # Without a name Linux chooses a free abstract one, which leaves no file behind.
        self._socket.bind("")

    @property
    def variables(self) -> dict[str, str]:
        """What children need in their environment."""
        name = self._socket.getsockname()
        return {
            "NOTIFY_SOCKET": f"@{name[1:].decode('ascii')}",
            "WATCHDOG_USEC": str(round(WATCHDOG_S * 1e6)),
        }

    def heard(self) -> set[int]:
        """Return the process ids that have sent anything since the last call; never waits."""
        pids = set()
        with contextlib.suppress(BlockingIOError):
            for _ in range(_MOST):
                space = socket.CMSG_SPACE(_UCRED.size)
                _, about, _, _ = self._socket.recvmsg(_MOST, space)
                for level, kind, data in about:
                    if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
                        pids.add(_UCRED.unpack(data[: _UCRED.size])[0])
        return pids

    def close(self) -> None:
        """Receive nothing any more."""
        self._socket.close()
