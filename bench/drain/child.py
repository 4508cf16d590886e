"""One run of the drain benchmark: ``python -m bench.drain.child WAY`` with a job on stdin.

The way opens the simulated cameras and drains them; thirty times a second the newest frame of
each is encoded. The last line of the output is JSON: the fields of
:class:`bench.drain.loads.Outcome`.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import json
import logging
import os
import sys
import time
from pathlib import Path
from typing import Any

import cv2

from bench.drain.way import FPS, Job, Way
from tests.simulator.control import CameraControl

__all__ = ["WAYS"]

WAYS = {
    "camstrm": ("camstrm_way", "OneProcess"),
    "camstrm processes": ("camstrm_way", "ProcessPerCamera"),
    "C thread": ("floor", "CThread"),
    "C thread with pauses": ("floor", "CThreadWithPauses"),
    "fetch": ("harvesters_way", "FetchThreads"),
    "background": ("harvesters_way", "Background"),
}
"""Name of each way: module and class."""

_SETTLE_S = 1.0
_SILENT_PERIOD_S = 2.0
_STREAMING_DEADLINE_S = 30.0


def main(arguments: list[str]) -> None:
    """Open, measure, close, print."""
    # Harvesters logs what a producer lacks.
    logging.getLogger("harvesters").setLevel(logging.CRITICAL)
    cv2.setNumThreads(1)
    job = Job(**json.load(sys.stdin))
    module, name = WAYS[arguments[0]]
    make = getattr(importlib.import_module(f"bench.drain.{module}"), name)
    way: Way = make(job)
    with contextlib.ExitStack() as stack:
        controls = [
            stack.enter_context(CameraControl(Path(job.control), c["serial"])) for c in job.cameras
        ]
        stack.callback(way.stop)
        way.start()
        result = _measure(way, job, controls)
    print(json.dumps(result), flush=True)


def _measure(way: Way, job: Job, controls: list[CameraControl]) -> dict[str, Any]:
    _await_streams(job, controls)
    # Also the first pictures, which fill the encoders' scratch memory.
    _rounds(way, job, controls, _SETTLE_S)
    before, cpu_before, begin = _counters(controls), way.drain_ns(), time.monotonic()
    result = _rounds(way, job, controls, job.seconds)
    cpu, spent, after = way.drain_ns() - cpu_before, time.monotonic() - begin, _counters(controls)
    # Those of the drain first: the simulator goes on counting.
    gaps = way.gaps()
    explained = sum(_counters(controls)[name] for name in ("underrun", "lost", "behind"))
    change = {name: after[name] - before[name] for name in after}
    return {
        **result,
        "seconds": spent,
        "drain_s": cpu / 1e9,
        "produced": change["produced"],
        "fetched": change["fetched"],
        "underrun": change["underrun"] + change["lost"],
        "behind": change["behind"],
        "gaps": max(0, gaps - explained),
    }


def _is_above_0(slot: str, control: CameraControl) -> bool:
    return control[slot] > 0


def _await_streams(job: Job, controls: list[CameraControl]) -> None:
    deadline = time.monotonic() + _STREAMING_DEADLINE_S
    for camera, control in zip(job.cameras, controls, strict=True):
        slot = "starts" if camera["silent"] else "fetched"
        streams = functools.partial(_is_above_0, slot)
        if not control.wait_until(streams, deadline - time.monotonic()):
            raise TimeoutError(f"camera {camera['serial']} does not stream: {control.counters()}")


def _rounds(way: Way, job: Job, controls: list[CameraControl], seconds: float) -> dict[str, Any]:
    """Do a round at each tick; a tick that is missed is left out."""
    period = 1 / FPS
    round_ms, age_ms, size = [], [], 0
    tick = begin = time.monotonic()
    next_pulse = begin
    while tick - begin < seconds - period / 2:
        time.sleep(max(0.0, tick - time.monotonic()))
        if tick >= next_pulse:
            next_pulse += _SILENT_PERIOD_S
            for camera, control in zip(job.cameras, controls, strict=True):
                if camera["silent"]:
                    control.pulse()
        if job.encode:
            start = time.monotonic()
            pictures = way.round()
            now_ns = time.monotonic_ns()
            round_ms.append((now_ns / 1e9 - start) * 1e3)
            age_ms += [(now_ns - p.timestamp_ns) / 1e6 for p in pictures[:1] if p is not None]
            size += sum(p.size for p in pictures if p is not None)
        late = time.monotonic() - tick
        tick += period * max(1, int(late / period))
    time.sleep(max(0.0, begin + seconds - time.monotonic()))
    return {
        "bundles": len(round_ms),
        "bundle_bytes": size // max(len(round_ms), 1),
        "round_ms": round_ms,
        "age_ms": age_ms,
    }


def _counters(controls: list[CameraControl]) -> dict[str, int]:
    names = ("produced", "fetched", "underrun", "lost", "behind")
    return {name: sum(control[name] for control in controls) for name in names}


if __name__ == "__main__":
    main(sys.argv[1:])
    sys.stdout.flush()
    # Harvesters leaves threads that would hold up the end.
    os._exit(0)
