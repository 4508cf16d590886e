"""Draining the cameras: camstrm's workers beside a C thread and beside plain Harvesters.

Each way runs in a process of its own, under the same load of simulated cameras, while the
newest frame of each is encoded thirty times a second. CPU time is that of the draining
threads alone; the simulator's are not counted.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

from bench.drain.loads import (
    FASTER,
    FASTEST,
    REFERENCE,
    WITH_SILENT,
    Load,
    Outcome,
    measure,
    several,
)
from bench.drain.viky import run as viky_rows
from bench.measure import percentile
from bench.native import NoCompilerError, build_floor
from bench.report import Findings, Row, Series
from tests.simulator.build import NoCompilerError as NoSimulatorError
from tests.simulator.build import build_simulator

__all__ = ["run"]

OURS, PROCESSES, FLOOR, PAUSING_FLOOR = (
    "camstrm",
    "camstrm processes",
    "C thread",
    "C thread with pauses",
)
FETCH, BACKGROUND = "fetch", "background"

_LEAST_BUNDLES = 29.5
_MOST_CPU = {OURS: 3.0, PROCESSES: 6.0}
_MOST_OF_FETCH = 0.25
_MOST_SILENT = 1.3
_PEERS = {
    FETCH: "Harvesters, fetch() in threads",
    BACKGROUND: "Harvesters, run_as_thread and fetch()",
}
_CLEARED = "genicam clears a buffer when it queues it: these pictures are black and encode faster"

Runs = dict[str, list[Outcome]]


def run(*, short: bool) -> Findings:
    """Return losses, bundles and CPU per frame at each load."""
    try:
        build_simulator()
    except NoSimulatorError:
        return Findings(viky_rows(2.0, 1, peer=not short))
    floor = _has_floor()
    if short:
        # A busy machine is no loss here: half a second of buffers.
        ways = [OURS, *([FLOOR] if floor else [])]
        runs = {way: [measure(REFERENCE, way, 1.5, buffered_s=0.5)] for way in ways}
        return Findings([*_count_rows(REFERENCE, runs), *viky_rows(1.0, 1, peer=False)])
    rows = []
    # One minute of ours at the reference load.
    lengths = {OURS: 30.0, PROCESSES: 4.0, FLOOR: 4.0, FETCH: 4.0}
    reference = _in_turns(REFERENCE, lengths, 2, floor=floor)
    reference |= _in_turns(REFERENCE, {PAUSING_FLOOR: 4.0, BACKGROUND: 4.0}, 1, floor=floor)
    rows += [*_count_rows(REFERENCE, reference), *_cpu_rows(reference)]
    for load in (FASTER, FASTEST):
        lengths = {OURS: 6.0, PROCESSES: 3.0, FLOOR: 3.0, FETCH: 3.0, BACKGROUND: 3.0}
        runs = _in_turns(load, lengths, 1, floor=floor)
        rows += [*_count_rows(load, runs), _fast_cpu_row(load, runs)]
    rows += [*_silent_rows(), *viky_rows(3.0, 1, peer=True)]
    return Findings(rows, _series(floor=floor))


def _has_floor() -> bool:
    try:
        build_floor("drain", "-shared", "-fPIC")
    except NoCompilerError:
        return False
    return True


def _in_turns(load: Load, lengths: dict[str, float], turns: int, *, floor: bool) -> Runs:
    runs: Runs = {way: [] for way in lengths if floor or way not in (FLOOR, PAUSING_FLOOR)}
    for _ in range(turns):
        for way, found in runs.items():
            found.append(measure(load, way, lengths[way]))
    return runs


def _median(runs: Sequence[Outcome], value: Callable[[Outcome], float]) -> float:
    return statistics.median(value(outcome) for outcome in runs)


def _count_rows(load: Load, runs: Runs) -> list[Row]:
    rows = []
    for way, found in runs.items():
        lost, produced = sum(o.lost for o in found), sum(o.produced for o in found)
        bundles = sum(o.bundles for o in found) / sum(o.seconds for o in found)
        ours = way in _MOST_CPU
        name = _PEERS.get(way, way)
        rows.append(
            Row(
                f"{name}: frames lost at {load.name}",
                lost,
                f"of {produced}",
                lost=lost if ours else 0,
                target=_loss_target(load) if ours else "",
                met=_loss_met(load, lost, runs.get(FLOOR)) if ours else None,
                note=str(found[0]),
            )
        )
        rows.append(
            Row(
                f"{name}: bundles at {load.name}",
                bundles,
                "a second",
                bundles / 30,
                "the stream rate",
                target=f">= {_LEAST_BUNDLES:g}" if ours else "",
                met=bundles >= _LEAST_BUNDLES if ours else None,
                note=f"{found[0].bundle_bytes // 1000} KB each"
                + (f"; {_CLEARED}" if way in _PEERS else ""),
            )
        )
    return rows


def _loss_target(load: Load) -> str:
    return "0, or as the C thread" if load is FASTEST else "0"


def _loss_met(load: Load, lost: int, floor: Sequence[Outcome] | None) -> bool:
    allowed = sum(o.lost for o in floor) if load is FASTEST and floor else 0
    return lost <= allowed


def _cpu_rows(runs: Runs) -> list[Row]:
    cost = {way: _median(found, lambda o: o.drain_us) for way, found in runs.items()}
    rows = []
    for way, most in _MOST_CPU.items():
        what = f"{way}: drain CPU at {REFERENCE.name}"
        notes = []
        if way == PROCESSES:
            notes.append("frames that the main threads collect are not counted")
        if PAUSING_FLOOR in cost:
            ratio = cost[way] / cost[PAUSING_FLOOR]
            notes.append(f"{ratio:.1f} x a C thread that pauses for 5 ms before each wait")
        if FLOOR in cost:
            ratio = cost[way] / cost[FLOOR]
            rows.append(
                Row(
                    what,
                    cost[way],
                    "us a frame",
                    ratio,
                    "a C thread",
                    target=f"<= {most:g} x",
                    met=ratio <= most,
                    note="; ".join(notes),
                )
            )
        else:
            rows.append(Row(what, cost[way], "us a frame", note="no C compiler for the floor"))
    ratio = cost[OURS] / cost[FETCH]
    rows.append(
        Row(
            f"{OURS}: drain CPU at {REFERENCE.name} against fetch()",
            cost[OURS],
            "us a frame",
            ratio,
            _PEERS[FETCH],
            target=f"<= {_MOST_OF_FETCH:g} x",
            met=ratio <= _MOST_OF_FETCH,
            note=f"fetch() {cost[FETCH]:.0f} us, run_as_thread {cost[BACKGROUND]:.0f} us",
        )
    )
    return rows


def _fast_cpu_row(load: Load, runs: Runs) -> Row:
    cost = {way: _median(found, lambda o: o.drain_us) for way, found in runs.items()}
    note = ", ".join(f"{way} {us:.1f}" for way, us in cost.items() if way != OURS)
    return Row(
        f"{OURS}: drain CPU at {load.name}",
        cost[OURS],
        "us a frame",
        cost[OURS] / cost[FLOOR] if FLOOR in cost else None,
        "a C thread",
        note=f"{note} us",
    )


def _silent_rows() -> list[Row]:
    rows = []
    for way, turns in ((OURS, 2), (FETCH, 1)):
        without: list[Outcome] = []
        silent: list[Outcome] = []
        for _ in range(turns):
            without.append(measure(REFERENCE, way, 3.0))
            silent.append(measure(WITH_SILENT, way, 3.0))
        base, ms = (
            _median(found, lambda o: percentile(o.round_ms, 50)) for found in (without, silent)
        )
        ours = way == OURS
        rows.append(
            Row(
                f"{_PEERS.get(way, way)}: a bundle beside two silent cameras",
                ms,
                "ms p50",
                ms / base,
                "without them",
                sum(o.lost for o in silent) if ours else 0,
                target=f"<= {_MOST_SILENT:g} x" if ours else "",
                met=ms / base <= _MOST_SILENT if ours else None,
                note=f"{base:.1f} ms without; triggered, a frame in 2 s",
            )
        )
    return rows


def _series(*, floor: bool) -> list[Series]:
    ways = {OURS: OURS, FETCH: _PEERS[FETCH], **({FLOOR: FLOOR} if floor else {})}
    cpu: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
    age: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
    for count in (1, 4, 8):
        for way in ways:
            outcome = measure(several(count), way, 1.0)
            cpu[way].append((count, 100 * outcome.drain_s / outcome.seconds))
            age[way].append((count, percentile(outcome.age_ms, 50)))
    x_label = "cameras at 200 fps"
    return [
        Series(plot, ways[way], x_label, y_label, tuple(points))
        for plot, y_label, lines in (
            ("drain CPU by cameras", "CPU of the draining threads, % of a core", cpu),
            ("age by cameras", "frame made to picture encoded, p50 in ms", age),
        )
        for way, points in lines.items()
    ]
