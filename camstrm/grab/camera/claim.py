"""CameraClaim: a camera process opens its cameras when the one before it has closed them.

A grabber that was killed is back within half a second, while its camera processes may still be
closing their cameras. An attempt at that moment would be refused, and a GigE camera is then
left alone until its heartbeat is over.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import time
import zlib
from collections.abc import Iterable

__all__ = ["CameraClaim"]

_PATIENCE_S = 2.0
"""An open, healthy camera closes in a few tenths; a process that needs longer hangs."""

_POLL_S = 0.01
"""Between two attempts: nothing says when a name gets free."""


class CameraClaim:
    """Names in the abstract UNIX namespace (Linux), one for each camera of a producer.

    The kernel gives them up with the process, however it ends. Only a hint: whoever still has a
    name after two seconds is waited for no longer.
    """

    def __init__(self, cti: str, serials: Iterable[str]) -> None:
        """Wait until nobody else of this user has these cameras, and claim them."""
        self._sockets: list[socket.socket] = []
        if sys.platform != "linux":
            return
        deadline = time.monotonic() + _PATIENCE_S
        for serial in serials:
            number = zlib.crc32(f"{cti}\0{serial}".encode(errors="surrogatepass"))
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self._sockets.append(sock)
            name = f"\0camstrm-camera-{os.getuid()}-{number:08x}"
            while not _bind(sock, name) and time.monotonic() < deadline:
                time.sleep(_POLL_S)

    def release(self) -> None:
        """Let the next process have them."""
        for sock in self._sockets:
            sock.close()


def _bind(sock: socket.socket, name: str) -> bool:
    with contextlib.suppress(OSError):
        sock.bind(name)
        return True
    return False
