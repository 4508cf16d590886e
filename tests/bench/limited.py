"""Viewers behind links of 20, 4 and 1 Mbit/s: age against the bundle's own time on the wire.

The bridge, or a viewer, runs in a namespace as a process of this module::

    python -m tests.bench.limited bridge FOLDER          prints its port; ends with its input
    python -m tests.bench.limited viewer PROTOCOL HOST PORT SECONDS    prints what it received
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench.clients import Client, Received, read_all
from tests.bench.fed_bridge import FedBridge
from tests.bench.network import Link, NoNetworkError, in_namespace, limited_links
from tests.bench.report import Row
from tests.bench.throttled import Seen, seen

__all__ = ["limited_rows"]

RATES = {"20 Mbit/s": 20e6, "4 Mbit/s": 4e6, "1 Mbit/s": 1e6}
"""In bit/s, of all that is on the wire."""

PROTOCOLS = {"camstrm with acks": "camstrm", "client without acks": "websocket"}

_PICTURES = 3
_STOP_TIMEOUT_S = 30.0


def limited_rows(jpegs: Path, *, seconds: float) -> list[Row]:
    """Return rows for each rate; all viewers watch at the same time, each over its own link."""
    wanted = {(rate, who): f"{RATES[rate]:.0f}bit" for rate in RATES for who in PROTOCOLS}
    try:
        with limited_links({f"{rate}, {who}": tc for (rate, who), tc in wanted.items()}) as made:
            server, links = made
            with _bridge(server, jpegs) as port:
                found = _watch(links, port, seconds)
    except NoNetworkError as error:
        why = str(error).splitlines()[0]
        return [Row("limited links", float("nan"), "", note=f"left out: {why}")]
    rows = []
    for rate, who in wanted:
        received = found[f"{rate}, {who}"]
        size = max((r.size for r in received), default=0)
        wire_s = size * 8 / RATES[rate]
        rows.append(_row(f"{rate}, {who}: age", seen(received, seconds, _PICTURES), wire_s, who))
    return rows


def _row(what: str, found: Seen, wire_s: float, who: str) -> Row:
    limit_s = 1.5 * wire_s + 0.05
    acknowledges = PROTOCOLS[who] == "camstrm"
    return Row(
        what,
        found.age_s * 1e3,
        "ms p50",
        found.age_s / wire_s if wire_s else None,
        f"own wire time ({wire_s * 1e3:.0f} ms)",
        found.misordered if acknowledges else 0,
        f"<= 1.5 x + 50 ms = {limit_s * 1e3:.0f} ms" if acknowledges else "",
        # Not a number, when nothing came, is no age within the limit either.
        max(found.age_s, found.end_age_s) <= limit_s if acknowledges else None,
        f"at the end {found.end_age_s * 1e3:.0f} ms; {found.pictures_per_s:.2f} pictures/s",
    )


@contextlib.contextmanager
def _bridge(namespace: str, jpegs: Path) -> Iterator[int]:
    command = (sys.executable, "-m", "tests.bench.limited", "bridge", str(jpegs))
    process = subprocess.Popen(
        in_namespace(namespace, *command),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            raise RuntimeError("the bridge does not start in a network namespace")
        yield int(line)
    finally:
        process.stdin.close()
        _end(process)
        process.stdout.close()


def _watch(links: dict[str, Link], port: int, seconds: float) -> dict[str, list[Received]]:
    viewers = {}
    try:
        for name, link in links.items():
            protocol = PROTOCOLS[name.partition(", ")[2]]
            command = (
                *(sys.executable, "-m", "tests.bench.limited", "viewer"),
                *(protocol, link.address, str(port), str(seconds)),
            )
            viewers[name] = subprocess.Popen(
                in_namespace(link.namespace, *command), stdout=subprocess.PIPE, text=True
            )
        found = {}
        for name, viewer in viewers.items():
            text, _ = viewer.communicate(timeout=seconds + 60)
            if viewer.returncode:
                raise RuntimeError(f"the viewer behind {name} ended with {viewer.returncode}")
            found[name] = [Received(*row) for row in json.loads(text)]
        return found
    finally:
        for viewer in viewers.values():
            if viewer.poll() is None:
                viewer.kill()
                viewer.wait(_STOP_TIMEOUT_S)


def _end(process: subprocess.Popen[str]) -> None:
    try:
        process.wait(_STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(_STOP_TIMEOUT_S)


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
