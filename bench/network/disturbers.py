"""Viewers that disturb: one reads 1 MB/s, one nothing, one comes and goes each second.

``python -m bench.network.disturbers PORT``, until standard input ends. All three speak as a
viewer that acknowledges what it has read.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator

from bench.broadcast.clients import Client, read_all, read_throttled
from bench.child_process import ended_with_input

__all__ = ["disturbers"]

_PROTOCOL = "camstrm"
_SLOW = 1e6
_STEP_S = 0.5
_TIMEOUT_S = 10.0


@contextlib.contextmanager
def disturbers(port: int) -> Iterator[None]:
    """Run them as a process while the block runs; raise RuntimeError if they ended before."""
    command = [sys.executable, "-m", "bench.network.disturbers", str(port)]
    with ended_with_input(command) as process:
        yield
        if process.poll() is not None:
            raise RuntimeError("the disturbing viewers failed")


def _slow(port: int, end: threading.Event) -> None:
    with contextlib.closing(Client(_PROTOCOL, port)) as client:
        while not end.is_set():
            read_throttled(client, _SLOW, _STEP_S)


def _stuck(port: int, end: threading.Event) -> None:
    """Read nothing; the server cuts it off after its send timeout, and it comes again."""
    while not end.is_set():
        with contextlib.closing(Client(_PROTOCOL, port)):
            end.wait(10 * _STEP_S)


def _restless(port: int, end: threading.Event) -> None:
    while not end.is_set():
        with contextlib.closing(Client(_PROTOCOL, port)) as client:
            read_all([client], _STEP_S)
        end.wait(_STEP_S)


def main() -> None:
    """Disturb until standard input ends."""
    end = threading.Event()
    threads = [
        threading.Thread(target=disturb, args=(int(sys.argv[1]), end), name=disturb.__name__)
        for disturb in (_slow, _stuck, _restless)
    ]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    end.set()
    for thread in threads:
        thread.join(_TIMEOUT_S)


if __name__ == "__main__":
    main()
