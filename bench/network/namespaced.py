"""The bridge and viewers in network namespaces, as processes of this module.

python -m bench.network.namespaced bridge FOLDER          prints its port; ends with its input
python -m bench.network.namespaced viewer PROTOCOL HOST PORT SECONDS    prints what it received
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.broadcast.clients import Client, Received, read_all
from bench.broadcast.fed_bridge import FedBridge
from bench.child_process import ROOT, ended_with_input
from bench.network.links import Link, in_namespace

__all__ = ["Watcher", "bridge_in", "watch"]

_STOP_TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Watcher:
    """A viewer at the far end of a link; ``protocol``: a name in PROTOCOLS."""

    link: Link
    protocol: str


@contextlib.contextmanager
def bridge_in(namespace: str, jpegs: Path) -> Iterator[int]:
    """Run a fed bridge in a namespace while the block runs; yield its port."""
    command = (sys.executable, "-m", "bench.network.namespaced", "bridge", str(jpegs))
    with ended_with_input(in_namespace(namespace, *command), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError("the bridge does not start in a network namespace")
        yield int(line)


def watch(watchers: Mapping[str, Watcher], port: int, seconds: float) -> dict[str, list[Received]]:
    """Let all watch at the same time, each in its namespace; return what each received."""
    processes: dict[str, subprocess.Popen[str]] = {}
    try:
        for name, watcher in watchers.items():
            command = (
                *(sys.executable, "-m", "bench.network.namespaced", "viewer"),
                *(watcher.protocol, watcher.link.address, str(port), str(seconds)),
            )
            processes[name] = subprocess.Popen(
                in_namespace(watcher.link.namespace, *command),
                cwd=ROOT,
                stdout=subprocess.PIPE,
                text=True,
            )
        found = {}
        for name, process in processes.items():
            text, _ = process.communicate(timeout=seconds + 60)
            if process.returncode:
                raise RuntimeError(f"the viewer {name} ended with {process.returncode}")
            found[name] = [Received(*row) for row in json.loads(text)]
        return found
    finally:
        for process in processes.values():
            if process.poll() is None:
                process.kill()
                process.wait(_STOP_TIMEOUT_S)
            if process.stdout is not None:
                process.stdout.close()


def _main(role: str, *arguments: str) -> None:
    if role == "bridge":
        with FedBridge(Path(arguments[0]), host="0.0.0.0") as bridge:
            print(bridge.port, flush=True)
            sys.stdin.read()
    else:
        protocol, host, port, seconds = arguments
        with contextlib.closing(Client(protocol, int(port), host=host)) as client:
            (received,) = read_all([client], float(seconds))
        print(json.dumps(received))


if __name__ == "__main__":
    _main(*sys.argv[1:])
