"""Many clients in a process of their own, so that their CPU time is not the server's.

``python -m bench.broadcast.load_clients PROTOCOL PORT COUNT SECONDS`` prints ``begin`` when all are
connected and warm, ``end`` after SECONDS, and what they received as JSON; they stay connected
until a line comes on standard input.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from bench.broadcast.clients import Client, Received, read_all
from bench.child_process import ROOT
from bench.measure import percentile

__all__ = ["Load", "run_load"]

_WARM_UP_S = 0.6
_PATIENCE_S = 20.0


@dataclass(frozen=True)
class Load:
    """What ``clients`` received in ``seconds``, in sum.

    ``sets``: pictures over pictures of a set; ``gaps``: numbers of sets that never came
    between a client's first and last, each client's by itself; ``misordered``: pictures
    that came again or behind a newer one; ``silent``: clients that got nothing; ages from
    stamp to arrival in ms.
    """

    clients: int
    seconds: float
    sets: float
    gaps: list[int]
    misordered: int
    silent: int
    age_p50_ms: float
    age_p99_ms: float

    @property
    def sets_per_s(self) -> float:
        """Sets a second and client."""
        return self.sets / self.clients / self.seconds


def summary(received: Sequence[Sequence[Received]], messages: int, seconds: float) -> Load:
    """Return what matters; ``messages`` make a set."""
    gaps = []
    misordered = 0
    for row in received:
        numbers = [r.seq for r in row]
        seen = set(numbers)
        gaps.append(max(seen) - min(seen) + 1 - len(seen) if seen else 0)
        misordered += sum(b < a for a, b in itertools.pairwise(numbers))
        misordered += max(0, len(numbers) - messages * len(seen))
    ages = [(r.received_ns - r.sent_ns) / 1e6 for row in received for r in row]
    return Load(
        len(received),
        seconds,
        len(ages) / messages,
        gaps,
        misordered,
        sum(not row for row in received),
        percentile(ages, 50),
        percentile(ages, 99),
    )


def run_load(
    protocol: str,
    port: int,
    count: int,
    seconds: float,
    *,
    begin: Callable[[], None],
    end: Callable[[], None],
) -> Load:
    """Let clients read for ``seconds``; call ``begin`` and ``end`` around the measured time.

    The clients are still connected when ``end`` is called. Raises RuntimeError when one of them
    was refused or lost.
    """
    arguments = map(str, (protocol, port, count, seconds))
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.broadcast.load_clients", *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        timer = threading.Timer(seconds + _PATIENCE_S, process.kill)
        timer.start()
        try:
            for word, call in (("begin", begin), ("end", end)):
                line = process.stdout.readline()
                if line.strip() != word:
                    process.wait(_PATIENCE_S)
                    errors.seek(0)
                    why = errors.read().strip().rpartition("\n")[2] or "no answer in time"
                    raise RuntimeError(f"{count} clients: {why}")
                call()
            return Load(**json.loads(process.stdout.readline()))
        finally:
            process.stdin.close()
            process.stdout.close()
            process.wait(_PATIENCE_S)
            timer.cancel()
            timer.join()


def main() -> None:
    """Connect, read, print."""
    protocol, port, count, seconds = sys.argv[1:]
    clients = [Client(protocol, int(port)) for _ in range(int(count))]
    read_all(clients, _WARM_UP_S)
    print("begin", flush=True)
    received = read_all(clients, float(seconds))
    print("end", flush=True)
    load = summary(received, clients[0].protocol.messages, float(seconds))
    print(json.dumps(asdict(load)), flush=True)
    sys.stdin.readline()
    for client in clients:
        client.close()


if __name__ == "__main__":
    main()
