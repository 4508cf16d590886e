"""RunningServer: a server of pictures as a process, in any language."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

from bench.child_process import ended_with_input
from bench.native import build_floor

__all__ = ["RunningServer", "free_port", "running_floor"]

START_TIMEOUT_S = 45.0


def free_port() -> int:
    """Return a TCP port of this machine that nobody uses now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class RunningServer:
    """Runs ``command``, which listens on ``port`` of 127.0.0.1, while the ``with`` block runs.

    The command prints ``ready`` and process ids when it listens and ends with its standard
    input. ``pids`` are the processes whose CPU time is the server's. Raises RuntimeError, with what
    the server printed, when it does not start.
    """

    def __init__(self, name: str, port: int, command: Sequence[str]) -> None:
        self.name = name
        self.port = port
        self.pids: tuple[int, ...] = ()
        self._command = command
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> RunningServer:
        with contextlib.ExitStack() as stack:
            # Some log a line for each message that a client did not wait for.
            errors = stack.enter_context(tempfile.TemporaryFile("w+"))
            process = stack.enter_context(
                ended_with_input(self._command, stdout=subprocess.PIPE, stderr=errors)
            )
            assert process.stdout is not None
            # A server that hangs before it is ready must not keep the benchmark for ever.
            timer = threading.Timer(START_TIMEOUT_S, process.kill)
            timer.start()
            try:
                line = process.stdout.readline()
            finally:
                timer.cancel()
                timer.join()
            word, *pids = line.split() or [""]
            if word != "ready":
                errors.seek(0)
                raise RuntimeError(f"{self.name} did not start: {line}{errors.read()}")
            self.pids = tuple(map(int, pids))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()


def running_floor(jpegs: Path, *, fps: float = 30.0) -> RunningServer:
    """Return the C program that only sends; raise NoCompilerError where there is no compiler."""
    port = free_port()
    files = map(str, sorted(jpegs.glob("*.jpg")))
    return RunningServer(
        "C floor", port, [str(build_floor("broadcast")), str(port), str(fps), *files]
    )
