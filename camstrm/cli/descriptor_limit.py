"""Let this process have as many file descriptors as it may."""

from __future__ import annotations

import contextlib
import resource

__all__ = ["raise_descriptor_limit"]


def raise_descriptor_limit() -> None:
    """Set the soft limit of file descriptors to the hard one.

    The soft one is 1024 on most systems, for programs that call select(2) (systemd.exec(5),
    LimitNOFILE=); the bridge does not. So only the bridge calls this: makers' libraries in
    camera processes may.
    """
    with contextlib.suppress(OSError, ValueError):  # a filter of system calls, a container
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
