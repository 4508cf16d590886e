"""A test fails that blocks an event loop out of camstrm's code: see ``loop_is_never_blocked``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from blockbuster import blockbuster_ctx

ALLOWED = (
    # Start and end: what serves viewers and grabbers runs in tasks of its own.
    ("camstrm/bridge/app.py", "run_bridge"),
    ("camstrm/feed/listening_socket.py", "listen_unix"),
    ("camstrm/feed/listening_socket.py", "close"),
    # The socket's folder is in memory (/run), and the connection needs nobody to accept it.
    ("camstrm/feed/sender.py", "_connected_socket"),
    # What asyncio.to_thread() loads when it is used for the first time.
    ("concurrent/futures/__init__.py", "__getattr__"),
    # /proc/self is the kernel's memory, no disk: 0.07 ms for one /metrics.
    ("prometheus_client/process_collector.py", "collect"),
)


@pytest.fixture(autouse=True)
def loop_is_never_blocked() -> Iterator[None]:
    """Raise BlockingError where code of camstrm blocks a loop: files, sleeps, sockets, locks.

    For every test of a folder whose ``conftest.py`` imports it, or of a file that does. What
    a test itself does in its loop is left alone.
    """
    with blockbuster_ctx("camstrm") as watch:
        for function in watch.functions.values():
            for file, name in ALLOWED:
                function.can_block_in(file, name)
        yield
