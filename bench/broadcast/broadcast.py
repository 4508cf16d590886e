"""Broadcast: the same 450 KB at 30 Hz to 1, 32 and 100 clients on loopback.

camstrm's bridge, fed over its UNIX socket, beside the peers' servers and a C program that only
sends. A set are the pictures of three cameras; peers that send each picture by itself are counted
by the set, too. The clients are the same code for all, in a process of their own; camstrm's
acknowledge each bundle, and those of the C floor send it the same acknowledgements.
"""

from __future__ import annotations

import functools
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.broadcast import encoding
from bench.broadcast.fed_bridge import FedBridge
from bench.broadcast.load_clients import Load, run_load
from bench.broadcast.picture_set import write_picture_set
from bench.broadcast.running_server import RunningServer, running_floor
from bench.measure import scheduled_s
from bench.native import NoCompilerError
from bench.peers.interpreter import peers_python
from bench.peers.running_peer import RunningPeer
from bench.report import Findings, Row, Series

COUNTS = (1, 32, 100)
MOST = COUNTS[-1]
ROUNDS, SECONDS = 5, 2.0
SHORT_COUNTS, SHORT_SECONDS = (16,), 1.5

_CAMSTRM, _NO_ACKS, _DEFLATE = "camstrm", "camstrm, no acks", "camstrm, deflate offered"
_FLOOR, _FLOOR_NO_ACKS = "C floor", "C floor, no acks"
_FOXGLOVE = "foxglove-sdk, backlog 1024"

Server = FedBridge | RunningServer


@dataclass(frozen=True)
class Contender:
    """A server and its kinds of clients: what they are called, and the protocol they speak.

    The first kind is measured with every number of clients, others with the largest only.
    Those that no target names are measured in the first round only.
    """

    start: Callable[[], AbstractContextManager[Server]]
    clients: dict[str, str]
    targeted: bool = True


@dataclass
class Measured:
    """What one kind of clients found, by number of clients and in the order of rounds."""

    cpu_us: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    loads: dict[int, list[Load]] = field(default_factory=lambda: defaultdict(list))
    lost: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def cpu(self, count: int) -> float:
        """Return the median CPU time in us of a set and client."""
        return statistics.median(self.cpu_us[count])

    def load(self, count: int, what: Callable[[Load], float]) -> float:
        """Return the median of what the clients saw."""
        return statistics.median(map(what, self.loads[count]))


Results = dict[str, Measured]


def run(*, short: bool) -> Findings:
    """Return CPU, ages and losses for each number of clients, and what encoding costs."""
    results: Results = defaultdict(Measured)
    notes: list[Row] = []
    counts, seconds = (SHORT_COUNTS, SHORT_SECONDS) if short else (COUNTS, SECONDS)
    with tempfile.TemporaryDirectory(prefix="camstrm-bench-") as folder:
        jpegs = Path(folder)
        write_picture_set(jpegs)
        contenders = [_camstrm(jpegs, {_CAMSTRM: "camstrm"})] if short else [*_contenders(jpegs)]
        if not short and peers_python() is None:
            notes.append(Row("peers", 0, "", note="not there: make .venv/.bench"))
        for number in range(1 if short else ROUNDS):
            for contender in [c for c in contenders if number == 0 or c.targeted]:
                try:
                    _measure(contender, counts, seconds, results)
                except (NoCompilerError, RuntimeError) as error:
                    # A peer or a floor that cannot run must not take the others with it.
                    name = next(iter(contender.clients))
                    if name == _CAMSTRM:
                        raise
                    notes.append(Row(name, 0, "", note=f"not measured: {str(error)[:200]}"))
    rows = [_row(results, name, count) for count in counts for name in _having(results, count)]
    rows += _target_rows(results, counts[-1])
    return Findings(rows + notes + encoding.rows(short=short), list(_series(results)))


def _camstrm(jpegs: Path, kinds: dict[str, str]) -> Contender:
    return Contender(functools.partial(FedBridge, jpegs), kinds)


def _contenders(jpegs: Path) -> Iterator[Contender]:
    floor = functools.partial(running_floor, jpegs)
    yield Contender(floor, {_FLOOR: "websocket acks", _FLOOR_NO_ACKS: "websocket"})
    kinds = {_CAMSTRM: "camstrm", _NO_ACKS: "websocket", _DEFLATE: "camstrm deflate"}
    yield _camstrm(jpegs, kinds)
    if peers_python() is None:
        return

    def peer(name: str, module: str, protocol: str, **knobs: Any) -> Contender:
        start = functools.partial(RunningPeer, module, jpegs, **knobs)
        return Contender(start, {name: protocol}, name == _FOXGLOVE)

    yield peer(_FOXGLOVE, "foxglove", "foxglove")
    yield peer("foxglove-sdk, backlog 3", "foxglove", "foxglove", backlog=3)
    yield peer("camera-stream", "camera_stream", "camera_stream")
    yield peer("imagezmq", "imagezmq", "imagezmq")
    yield peer("websockets, broadcast()", "websockets", "websocket", way="broadcast")
    yield peer("websockets, latest", "websockets", "websocket", way="latest")
    yield peer("picows, latest", "picows", "websocket")


def _measure(contender: Contender, counts: Sequence[int], seconds: float, results: Results) -> None:
    with contender.start() as server:
        for number, (name, protocol) in enumerate(contender.clients.items()):
            for count in counts[-1:] if number else counts:
                _measure_clients(server, name, protocol, count, seconds, results[name])


def _measure_clients(
    server: Server, name: str, protocol: str, count: int, seconds: float, measured: Measured
) -> None:
    spent: list[float] = []
    skipped = 0

    def read_clock() -> None:
        spent.append(scheduled_s(*server.pids))

    def end() -> None:
        nonlocal skipped
        read_clock()
        if isinstance(server, FedBridge):
            status = server.status()
            skipped = sum(viewer["skipped"] for viewer in status["viewers"])
            skipped += count * status["status"]["bundles_dropped"]

    load = run_load(protocol, server.port, count, seconds, begin=read_clock, end=end)
    if isinstance(server, FedBridge):
        # What the bridge counted as skipped for a slow client is no loss; all else is.
        lost = max(0, sum(load.gaps) - skipped) + load.misordered + load.silent
        measured.lost[count] += lost
    if load.sets == 0:
        raise RuntimeError(f"{count} clients of {name} received nothing")
    measured.cpu_us[count].append((spent[1] - spent[0]) / load.sets * 1e6)
    measured.loads[count].append(load)


def _having(results: Results, count: int) -> list[str]:
    return [name for name, measured in results.items() if measured.cpu_us.get(count)]


def _row(results: Results, name: str, count: int) -> Row:
    measured = results[name]
    acknowledges = name in (_CAMSTRM, _DEFLATE, _FLOOR)
    ratio = _ratio(results, name, _FLOOR if acknowledges else _FLOOR_NO_ACKS, count)
    p50 = measured.load(count, lambda load: load.age_p50_ms)
    p99 = measured.load(count, lambda load: load.age_p99_ms)
    sets = measured.load(count, lambda load: load.sets_per_s)
    targeted = count == MOST and ratio is not None and name in (_CAMSTRM, _NO_ACKS)
    return Row(
        f"{name}: {count} clients",
        measured.cpu(count),
        "us CPU a set and client",
        ratio,
        "C epoll, same clients" if ratio is not None else "",
        measured.lost[count],
        "<= 1.3 x" if targeted else "",
        ratio <= 1.3 if targeted and ratio is not None else None,
        f"age p50 {p50:.1f}, p99 {p99:.0f} ms; {sets:.1f} sets/s and client",
    )


def _target_rows(results: Results, count: int) -> Iterator[Row]:
    ours = results[_CAMSTRM]
    sets = ours.load(count, lambda load: load.sets_per_s)
    full = count == MOST
    yield Row(
        f"camstrm: sets, {count} clients",
        sets,
        "a second and client",
        sets / 30,
        "30 Hz",
        target=">= 29.5" if full else "",
        met=sets >= 29.5 if full else None,
    )
    deflate = _ratio(results, _DEFLATE, _CAMSTRM, count)
    if deflate is not None:
        yield Row(
            f"camstrm: a client that offers deflate, {count} clients",
            results[_DEFLATE].cpu(count),
            "us CPU a set and client",
            deflate,
            "one that does not",
            target="<= 1.2 x",
            met=deflate <= 1.2,
            note="the bridge declines it",
        )
    for name in (_CAMSTRM, _NO_ACKS):
        ratio = _ratio(results, name, _FOXGLOVE, count)
        if ratio is None:
            continue
        least = _ratio(results, _FLOOR if name == _CAMSTRM else _FLOOR_NO_ACKS, _FOXGLOVE, count)
        note = "" if least is None else f"the C floor is {least:.2f} x of it"
        yield Row(
            f"{name}: {count} clients",
            results[name].cpu(count),
            "us CPU a set and client",
            ratio,
            _FOXGLOVE,
            target="<= 1/4",
            met=ratio <= 1 / 4,
            note=note,
        )


def _ratio(results: Results, name: str, against: str, count: int) -> float | None:
    """Return the ratio of CPU times; None if one of the two was not measured."""
    if not (results[name].cpu_us.get(count) and results[against].cpu_us.get(count)):
        # Only the floor without acknowledgements is missing where clients are few.
        if against == _FLOOR_NO_ACKS and results[_FLOOR].cpu_us.get(count):
            return _ratio(results, name, _FLOOR, count)
        return None
    return results[name].cpu(count) / results[against].cpu(count)


def _series(results: Results) -> Iterator[Series]:
    for name, measured in results.items():
        counts = sorted(measured.cpu_us)
        if len(counts) < 2:
            continue
        cores = [
            (float(count), measured.cpu(count) * measured.load(count, _sets) * count / 1e4)
            for count in counts
        ]
        ages = [
            (float(count), measured.load(count, lambda load: load.age_p50_ms)) for count in counts
        ]
        yield Series("CPU of the server by viewers", name, "viewers", "% of a core", tuple(cores))
        yield Series("age by viewers", name, "viewers", "age p50 in ms", tuple(ages))


def _sets(load: Load) -> float:
    return load.sets_per_s
