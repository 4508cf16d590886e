"""The host's network interface that leads to a GigE camera; loads no GenTL."""

from __future__ import annotations

import socket
from pathlib import Path

from camstrm.acquisition.kernel_file import read_text

__all__ = ["interface_of"]


def interface_of(address: int, root: Path = Path("/")) -> str | None:
    """Return the name of the interface whose route leads to an IPv4 address (as int)."""
    best: tuple[int, str] | None = None
    for line in read_text(root / "proc/net/route").splitlines()[1:]:
        columns = line.split()
        try:
            # Destination and mask are little-endian hexadecimal (proc(5), /proc/net/route).
            destination, mask = (socket.ntohl(int(columns[i], 16)) for i in (1, 7))
        except (IndexError, ValueError, OverflowError):
            # Not a route.
            continue
        # A camera is on a network of the host; the default route leads elsewhere.
        if mask and address & mask == destination and (best is None or mask > best[0]):
            best = mask, columns[0]
    return best[1] if best else None
