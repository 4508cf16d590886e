"""UNIX socket hop: grabber to bridge, beside other ways between two processes."""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from typing import Any

from bench.child_process import ROOT
from bench.hops.load import RATE_HZ, SIZE, TIMEOUT_S
from bench.hops.ring import open_ring
from bench.report import Findings, Row

WAYS = {
    "bundles": "camstrm: feed, BufferedProtocol",
    "streams": "asyncio streams, readexactly",
    "blocking": "blocking socket, recv_into",
    "ring": "shared-memory ring, eventfd",
}
MAX_P95_MS = 0.5
MAX_CPU_RATIO = 2.0


def run(*, short: bool) -> Findings:
    """Return age and CPU of each way, measured in turns, two processes each."""
    seconds, turns = (2.0, 1) if short else (5.0, 4)
    found: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS if not short}
    found.setdefault("bundles", [])
    for _ in range(turns):
        for way, results in found.items():
            results.append(_hop(way, int(seconds * RATE_HZ)))
    return Findings([row for way in found for row in _rows(way, found)])


def _rows(way: str, found: dict[str, list[dict[str, Any]]]) -> list[Row]:
    results, ours = found[way], way == "bundles"
    ages = {key: _median(results, key) for key in ("p50_ms", "p95_ms", "p99_ms")}
    lost = sum(r["sent"] - r["replaced"] - r["received"] for r in results)
    wrong = sum(r["misordered"] + r["damaged"] for r in results)
    counts = f"{sum(r['received'] for r in results)} received"
    for name, number in (
        ("lost", lost),
        ("misordered or damaged", wrong),
        ("replaced by a newer one", sum(r["replaced"] for r in results)),
    ):
        counts += f", {number} {name}" if number else ""
    what = f"{WAYS[way]}, {SIZE // 1000} KB at {RATE_HZ:g} Hz"
    ring_ms = _median(found["ring"], "p95_ms") if "ring" in found else None
    age = Row(
        f"{what}: hop",
        ages["p95_ms"],
        "ms p95",
        None if ring_ms is None else ages["p95_ms"] / ring_ms,
        "" if ring_ms is None else "shared-memory ring",
        lost=max(lost, 0) + wrong if ours else 0,
        target=f"<= {MAX_P95_MS:g} ms" if ours else "",
        met=ages["p95_ms"] <= MAX_P95_MS if ours else None,
        note=f"p50 {ages['p50_ms']:.2f}, p99 {ages['p99_ms']:.2f} ms; {counts}",
    )
    cpu = _median(results, "cpu_us")
    least = _median(found["ring"], "cpu_us") if "ring" in found else None
    against = None if least is None else cpu / least
    return [
        age,
        Row(
            f"{what}: CPU",
            cpu,
            "us a message, both ends",
            against,
            "shared-memory ring" if least else "",
            target=f"<= {MAX_CPU_RATIO:g} x" if ours else "",
            met=against <= MAX_CPU_RATIO if ours and against is not None else None,
            note=f"sender {_median(results, 'send_us'):.0f}, "
            f"receiver {_median(results, 'receive_us'):.0f}",
        ),
    ]


def _median(results: list[dict[str, Any]], key: str) -> float:
    return float(statistics.median(result[key] for result in results))


def _hop(way: str, count: int) -> dict[str, Any]:
    """Run both ends of one way; return what they counted."""
    with contextlib.ExitStack() as stack:
        descriptors: tuple[int, ...] = ()
        if way == "ring":
            descriptors = open_ring()
            for descriptor in descriptors:
                stack.callback(os.close, descriptor)
            address = ",".join(map(str, descriptors))
        else:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="camstrm-bench-"))
            address = f"{folder}/hop.sock"
        receiver = _start(stack, (way, "receive", address, str(count)), descriptors)
        assert receiver.stdout is not None
        if receiver.stdout.readline().strip() != "ready":
            raise RuntimeError(f"the receiver of {way} did not start")
        sender = _start(stack, (way, "send", address, str(count)), descriptors)
        sent, received = (_report(end, count) for end in (sender, receiver))
    send_us, receive_us = (1e6 * r["cpu_s"] for r in (sent, received))
    send_us, receive_us = send_us / count, receive_us / max(received["received"], 1)
    return {
        **received,
        **sent,
        "send_us": send_us,
        "receive_us": receive_us,
        "cpu_us": send_us + receive_us,
    }


def _start(
    stack: contextlib.ExitStack, arguments: Sequence[str], descriptors: tuple[int, ...]
) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.hops", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        pass_fds=descriptors,
    )
    stack.enter_context(process)
    stack.callback(process.kill)
    return process


def _report(end: subprocess.Popen[str], count: int) -> dict[str, Any]:
    output, _ = end.communicate(timeout=2 * TIMEOUT_S + count / RATE_HZ)
    if end.returncode:
        raise RuntimeError(f"an end of the hop failed: {end.args!r}")
    report: dict[str, Any] = json.loads(output.splitlines()[-1])
    return report
