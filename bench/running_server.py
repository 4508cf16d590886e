"""RunningServer: a server of pictures as a process, in any language."""

from __future__ import annotations

import socket
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from bench.native import build_floor

__all__ = ["ROOT", "RunningServer", "free_port", "running_floor"]

ROOT = Path(__file__).resolve().parents[1]

START_TIMEOUT_S = 45.0
_STOP_TIMEOUT_S = 15.0


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
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> RunningServer:
        # Some log a line for each message that a client did not wait for.
        self._errors = tempfile.TemporaryFile("w+")
        self._process = subprocess.Popen(
            self._command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        assert self._process.stdout is not None
        # A server that hangs before it is ready must not keep the benchmark for ever.
        timer = threading.Timer(START_TIMEOUT_S, self._process.kill)
        timer.start()
        try:
            line = self._process.stdout.readline()
        finally:
            timer.cancel()
            timer.join()
        word, *pids = line.split() or [""]
        if word != "ready":
            self._errors.seek(0)
            text = self._errors.read()
            self.__exit__(None, None, None)
            raise RuntimeError(f"{self.name} did not start: {line}{text}")
        self.pids = tuple(map(int, pids))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        process = self._process
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        try:
            process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(_STOP_TIMEOUT_S)
        process.stdout.close()
        self._errors.close()


def running_floor(jpegs: Path, *, fps: float = 30.0) -> RunningServer:
    """Return the C program that only sends; raise NoCompilerError where there is no compiler."""
    port = free_port()
    files = map(str, sorted(jpegs.glob("*.jpg")))
    return RunningServer(
        "C floor", port, [str(build_floor("broadcast")), str(port), str(fps), *files]
    )
