"""FedBridge: the real ``camstrm bridge`` as a process, with a feeder in place of the grabber."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from bench.broadcast.running_server import free_port
from bench.child_process import ROOT, ended_with_input, wait_or_kill

__all__ = ["FedBridge"]

START_TIMEOUT_S = 30.0

_CONFIG = """\
[socket]
path = "{folder}/s.sock"
[bridge]
host = "{host}"
port = {port}
auth = false
max_clients = 1000
max_clients_per_address = 1000
"""


class FedBridge:
    """Sends the JPEGs of a folder at ``fps`` while the ``with`` block runs.

    ``bridge``: further lines of the table [bridge]. The same attributes as RunningPeer:
    ``port``, and ``pids`` of the processes whose CPU time is the server's (the bridge).
    Raises RuntimeError, with what the bridge printed, when it does not start.
    """

    def __init__(
        self, jpegs: Path, *, fps: float = 30.0, host: str = "127.0.0.1", bridge: str = ""
    ) -> None:
        self.name = "camstrm"
        self.port = free_port()
        self.pids: tuple[int, ...] = ()
        self._jpegs = jpegs
        self._fps = fps
        self._host = host
        self._bridge = bridge
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> FedBridge:
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="camstrm-bench-"))
            config = Path(folder) / "camstrm.toml"
            head = _CONFIG.format(folder=folder, host=self._host, port=self.port)
            config.write_text(head + self._bridge)
            log = stack.enter_context((Path(folder) / "log").open("w+"))
            command = [sys.executable, "-m", "camstrm", "bridge", "--config", str(config)]
            bridge = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
            stack.callback(_end, bridge)
            feeder = [sys.executable, "-m", "bench.broadcast.feeder", f"{folder}/s.sock"]
            stack.enter_context(ended_with_input([*feeder, str(self._jpegs), str(self._fps)]))
            deadline = time.monotonic() + START_TIMEOUT_S
            while not self._has_input():
                if bridge.poll() is not None or time.monotonic() > deadline:
                    text = (Path(folder) / "log").read_text()
                    raise RuntimeError(f"the bridge does not start: {text}")
                time.sleep(0.05)
            self.pids = (bridge.pid,)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def status(self) -> dict[str, Any]:
        """Return /api/status."""
        status: dict[str, Any] = self._get("/api/status")
        return status

    def _has_input(self) -> bool:
        with contextlib.suppress(OSError):
            return bool(self._get("/healthz")["input"] == "ok")
        return False

    def _get(self, path: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
            return json.load(answer)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    wait_or_kill(process)
