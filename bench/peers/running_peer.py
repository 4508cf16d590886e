"""RunningPeer: one of the peers' servers as a process."""

from __future__ import annotations

from pathlib import Path

from bench.broadcast.running_server import RunningServer, free_port
from bench.peers.interpreter import peers_python

__all__ = ["RunningPeer"]


class RunningPeer(RunningServer):
    """``NAME_server`` on a port of 127.0.0.1 while the ``with`` block runs.

    ``knobs`` become options, as ``backlog=3`` becomes ``--backlog 3``. Raises
    FileNotFoundError where the peers' environment is missing.
    """

    def __init__(self, name: str, jpegs: Path, *, fps: float = 30.0, **knobs: object) -> None:
        python = peers_python()
        if python is None:
            raise FileNotFoundError("the peers' environment is missing: make .venv/.bench")
        port = free_port()
        options = {"port": port, "jpegs": jpegs, "fps": fps, **knobs}
        arguments = [str(a) for key, value in options.items() for a in (f"--{key}", value)]
        command = [str(python), "-m", f"bench.peers.{name}_server", *arguments]
        super().__init__(name, port, command)
