"""RunningPeer: one of the peers' servers as a process."""

from __future__ import annotations

import socket
import subprocess
import tempfile
import threading
from pathlib import Path
from types import TracebackType

from tests.bench.peers.interpreter import peers_python

__all__ = ["RunningPeer", "free_port"]

ROOT = Path(__file__).resolve().parents[3]

START_TIMEOUT_S = 45.0
_STOP_TIMEOUT_S = 15.0


def free_port() -> int:
    """Return a TCP port of this machine that nobody uses now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class RunningPeer:
    """``NAME_server`` on a port of 127.0.0.1 while the ``with`` block runs.

    ``knobs`` become options, as ``backlog=3`` becomes ``--backlog 3``. ``pids`` are the
    processes whose CPU time is the server's. Raises FileNotFoundError where the peers' environment
    is missing and RuntimeError, with what the server printed, when it does not start.
    """

    def __init__(
        self, name: str, jpegs: Path, *, fps: float = 30.0, port: int = 0, **knobs: object
    ) -> None:
        self.name = name
        self.port = port or free_port()
        self.pids: tuple[int, ...] = ()
        options = {"port": self.port, "jpegs": jpegs, "fps": fps, **knobs}
        self._arguments = [str(a) for key, value in options.items() for a in (f"--{key}", value)]
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> RunningPeer:
        python = peers_python()
        if python is None:
            raise FileNotFoundError("the peers' environment is missing: make .venv/.bench")
        # Some log a line for each message that a client did not wait for.
        self._errors = tempfile.TemporaryFile("w+")
        module = f"tests.bench.peers.{self.name}_server"
        self._process = subprocess.Popen(
            [str(python), "-m", module, *self._arguments],
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
            raise RuntimeError(f"{module} did not start: {line}{text}")
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
