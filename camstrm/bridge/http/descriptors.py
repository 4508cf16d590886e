"""How many connections fit into the file descriptors that this process may have."""

from __future__ import annotations

import logging
import resource
from pathlib import Path

from camstrm.errors import UsageError

__all__ = ["connections_within_limit"]

_log = logging.getLogger(__name__)

RESERVE = 48
"""Kept back: 17 for grabbers (the one that delivers, and those that wait), 8 for health checks,
16 that may be accepted while as many close, and some files."""

LEAST = 16
"""Connections: two viewers' pages. With less nothing would work as it should."""


def connections_within_limit(wanted: int, max_clients: int) -> int:
    """Return how many of ``wanted`` connections there is room for, RESERVE kept back.

    Warns if it is less than all, and raises UsageError if it is less than LEAST.
    """
    limit = _limit()
    if limit is None:
        return wanted
    room = limit - _used() - RESERVE
    remedy = "Raise the hard limit (LimitNOFILE= of the systemd unit, 'ulimit -Hn' of a shell)"
    if room < min(LEAST, wanted):
        raise UsageError(
            f"this process may have {limit} file descriptors, which leaves none for viewers. "
            f"{remedy} to 1024 or more"
        )
    if room < wanted:
        _log.warning(
            "this process may have %d file descriptors: room for %d connections, while "
            "bridge.max_clients = %d needs up to %d. %s, or lower bridge.max_clients",
            limit,
            room,
            max_clients,
            wanted,
            remedy,
        )
    return min(room, wanted)


def _limit() -> int | None:
    """Return the soft limit; None if there is none or it cannot be read."""
    try:
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    except OSError:  # a filter of system calls
        return None
    return None if limit == resource.RLIM_INFINITY else limit


def _used() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())
