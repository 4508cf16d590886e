"""Four viewers beside others that disturb: what they get of the stream."""

from __future__ import annotations

import contextlib
import statistics
from pathlib import Path
from typing import Any

from bench.broadcast.fed_bridge import FedBridge
from bench.broadcast.load_clients import Load, run_load
from bench.network.disturbers import disturbers
from bench.report import Row

__all__ = ["undisturbed_rows"]

VIEWERS = 4
FPS = 30.0


def undisturbed_rows(jpegs: Path, *, seconds: float, rounds: int) -> list[Row]:
    """Return rows of what the viewers get with and without disturbers, in turns."""
    loads: dict[bool, list[Load]] = {False: [], True: []}
    lost = 0
    for _ in range(rounds):
        for disturbed, found in loads.items():
            with FedBridge(jpegs) as bridge:
                load, status = _load(bridge, seconds, disturbed=disturbed)
            lost += load.misordered + _lost(load, status)
            found.append(load)
    quiet, beside = loads[False], loads[True]
    share = min(_share(load) for load in beside)
    rise_ms = statistics.median(x.age_p99_ms for x in beside) - statistics.median(
        x.age_p99_ms for x in quiet
    )
    what = (
        f"{VIEWERS} viewers beside one at 1 MB/s, one that reads nothing, one that comes and goes"
    )
    return [
        Row(
            f"{what}: bundles",
            100 * share,
            "% of the stream, the worst viewer",
            share / min(_share(load) for load in quiet),
            "the same without those",
            lost,
            ">= 99 %",
            share >= 0.99,
        ),
        Row(
            f"{what}: p99 of the age",
            statistics.median(x.age_p99_ms for x in beside),
            "ms",
            target="<= 10 ms more than without those",
            met=rise_ms <= 10,
            note=f"{rise_ms:+.1f} ms; p50 {statistics.median(x.age_p50_ms for x in beside):.1f} ms",
        ),
    ]


def _load(bridge: FedBridge, seconds: float, *, disturbed: bool) -> tuple[Load, Any]:
    with contextlib.ExitStack() as stack:
        status: list[Any] = []

        def begin() -> None:
            if disturbed:
                stack.enter_context(disturbers(bridge.port))

        load = run_load(
            "camstrm",
            bridge.port,
            VIEWERS,
            seconds,
            begin=begin,
            end=lambda: status.append(bridge.status()),
        )
    return load, status[0]


def _lost(load: Load, status: Any) -> int:
    # The viewers that are measured came first.
    viewers = sorted(status["viewers"], key=lambda viewer: int(viewer["id"]))[:VIEWERS]
    dropped = status["status"]["bundles_dropped"]
    # The clients of a load and the viewers of the status are the same, in the same order.
    return sum(
        max(0, gaps - viewer["skipped"] - dropped)
        for gaps, viewer in zip(load.gaps, viewers, strict=True)
    )


def _share(load: Load) -> float:
    """Return what the worst viewer got of the numbers between its first and last."""
    return 1 - max(load.gaps) / (load.seconds * FPS)
