"""Clients that read at 1 and 3 MB/s: how old their pictures are, beside the peers."""

from __future__ import annotations

import concurrent.futures
import contextlib
import itertools
import statistics
import subprocess
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from bench.broadcast.client_protocols import CAMERAS, PROTOCOLS
from bench.broadcast.clients import Client, Received, read_throttled
from bench.broadcast.fed_bridge import FedBridge
from bench.broadcast.picture_set import SET_SIZE
from bench.broadcast.running_server import RunningServer
from bench.measure import percentile
from bench.peers.interpreter import peers_python
from bench.peers.running_peer import RunningPeer
from bench.report import Row

__all__ = ["Seen", "seen", "throttled_rows"]

_Server = FedBridge | RunningServer

RATES = {"1 MB/s": 1e6, "3 MB/s": 3e6}

OURS = "camstrm with acks"
PLAIN = "camstrm, client without acks"
_ROUNDS = 2
"""Turns of all contestants: A B C A B C."""

BEST_OF = ("foxglove-sdk", "foxglove-sdk, backlog 3", "camera-stream")
"""The peers of the target."""


@dataclass(frozen=True)
class Seen:
    """What one client saw: ages in s (median, and median of the last quarter), pictures/s."""

    age_s: float
    end_age_s: float
    pictures_per_s: float
    misordered: int


@dataclass(frozen=True)
class Contestant:
    """A server, how it is started, and which protocol its client speaks."""

    name: str
    start: Callable[[Path], AbstractContextManager[_Server]]
    protocol: str


_CAMSTRM = (
    Contestant(OURS, FedBridge, "camstrm"),
    Contestant(PLAIN, FedBridge, "websocket"),
)
_PEERS = (
    Contestant("foxglove-sdk", lambda jpegs: RunningPeer("foxglove", jpegs), "foxglove"),
    Contestant(
        "foxglove-sdk, backlog 3",
        lambda jpegs: RunningPeer("foxglove", jpegs, backlog=3),
        "foxglove",
    ),
    Contestant("camera-stream", lambda jpegs: RunningPeer("camera_stream", jpegs), "camera_stream"),
    Contestant(
        "websockets, latest",
        lambda jpegs: RunningPeer("websockets", jpegs, way="latest"),
        "websocket",
    ),
)


def throttled_rows(jpegs: Path, *, seconds: float, peers: bool) -> list[Row]:
    """Return rows for each rate: ages and pictures a second of all contestants, in turn."""
    notes = []
    contestants: tuple[Contestant, ...] = _CAMSTRM[:1]
    if peers:
        contestants = _CAMSTRM + _PEERS
        if peers_python() is None:
            contestants = _CAMSTRM
            notes.append(Row("peers", 0.0, "measured", note="left out: no environment for them"))
    results: dict[str, list[dict[str, Seen]]] = {}
    for contestant in contestants * (_ROUNDS if peers else 1):
        try:
            results.setdefault(contestant.name, []).append(_watch(contestant, jpegs, seconds))
        except (OSError, RuntimeError, ValueError, subprocess.SubprocessError) as error:
            if contestant in _CAMSTRM:
                raise
            why = str(error).strip().splitlines()[-1:] or [type(error).__name__]
            notes.append(Row(contestant.name, 0.0, "measured", note=f"left out: {why[0]}"))
    rows = []
    for rate in RATES:
        found = {name: [r[rate] for r in runs] for name, runs in results.items() if runs}
        rows += _rows(rate, {name: _middle(runs) for name, runs in found.items()})
    return rows + notes


def seen(received: Sequence[Received], seconds: float, pictures: int) -> Seen:
    """Return what ``received`` says; each message holds so many pictures.

    Messages of one tick may carry one number; a smaller one than before is out of order.
    """
    ages = [(r.received_ns - r.sent_ns) / 1e9 for r in received]
    return Seen(
        percentile(ages, 50),
        percentile(ages[-max(1, len(ages) // 4) :], 50),
        len(received) * pictures / seconds,
        sum(b.seq < a.seq for a, b in itertools.pairwise(received)),
    )


def _middle(runs: Sequence[Seen]) -> Seen:
    """Return the medians of some runs, and all that was out of order."""
    return Seen(
        statistics.median(run.age_s for run in runs),
        statistics.median(run.end_age_s for run in runs),
        statistics.median(run.pictures_per_s for run in runs),
        sum(run.misordered for run in runs),
    )


def _watch(contestant: Contestant, jpegs: Path, seconds: float) -> dict[str, Seen]:
    """Let one client of each rate watch at the same time."""
    pictures = CAMERAS // PROTOCOLS[contestant.protocol].messages
    with contestant.start(jpegs) as server, contextlib.ExitStack() as stack:
        clients = [
            stack.enter_context(contextlib.closing(Client(contestant.protocol, server.port)))
            for _ in RATES
        ]
        with concurrent.futures.ThreadPoolExecutor(len(clients)) as pool:
            tasks = [
                pool.submit(read_throttled, client, rate, seconds)
                for client, rate in zip(clients, RATES.values(), strict=True)
            ]
            return {
                name: seen(task.result(), seconds, pictures)
                for name, task in zip(RATES, tasks, strict=True)
            }


def _rows(rate: str, found: dict[str, Seen]) -> list[Row]:
    own_s = SET_SIZE / RATES[rate]
    ours = found[OURS]
    rows = [
        Row(
            f"{rate}, {OURS}: age",
            ours.age_s * 1e3,
            "ms p50",
            max(ours.age_s, ours.end_age_s) / own_s,
            "size / rate",
            ours.misordered,
            "<= 2 x size / rate",
            max(ours.age_s, ours.end_age_s) <= 2 * own_s,
            f"at the end {ours.end_age_s * 1e3:.0f} ms; {ours.pictures_per_s:.1f} pictures/s",
        )
    ]
    for name, other in found.items():
        if name != OURS:
            rows.append(
                Row(
                    f"{rate}, {name}: age",
                    other.age_s * 1e3,
                    "ms p50",
                    other.end_age_s / own_s,
                    "size / rate at the end",
                    note=f"at the end {other.end_age_s * 1e3:.0f} ms; "
                    f"{other.pictures_per_s:.1f} pictures/s",
                )
            )
    best = [found[name] for name in BEST_OF if name in found]
    if best:
        age_s = min(other.end_age_s for other in best)
        pictures = statistics.median(other.pictures_per_s for other in best)
        ratio = ours.end_age_s / age_s
        rows.append(
            Row(
                f"{rate}: age at the end against the best of foxglove-sdk and camera-stream",
                ours.end_age_s * 1e3,
                "ms",
                ratio,
                f"the best of them ({age_s * 1e3:.0f} ms)",
                target="<= 0.2 x",
                met=ratio <= 0.2,
                # Ours cannot come below size / rate, whatever theirs is.
                note=f"the wire alone is {own_s / age_s:.2f} x",
            )
        )
        share = ours.pictures_per_s / pictures
        rows.append(
            Row(
                f"{rate}: pictures against them",
                ours.pictures_per_s,
                "a second",
                share,
                "their median",
                target="same (>= 0.95 x)",
                met=share >= 0.95,
            )
        )
    return rows
