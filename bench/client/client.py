"""A program that reads all cameras with the client library, from the real bridge."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import Any

from bench.broadcast.fed_bridge import FedBridge
from bench.broadcast.picture_set import SET_SIZE, write_picture_set
from bench.child_process import report_of
from bench.report import Findings, Row

MAX_SHARE = 0.15
"""Of a core, for a blocking reader of colour pictures at 30 bundles a second, decoding included."""

_TIMEOUT_S = 60.0
_FLOOR = "jpeg", "decode"
"""libjpeg-turbo alone on the same pictures, at the same rate."""


def run(*, short: bool) -> Findings:
    """Return what reading costs, in both ways, with decoding and without it, in turns."""
    seconds, turns = (2.0, 1) if short else (10.0, 3)
    kinds = [(way, decode) for decode in ("decode", "skip") for way in ("blocking", "asyncio")]
    kinds.append(_FLOOR)
    found: dict[tuple[str, str], list[dict[str, Any]]] = {kind: [] for kind in kinds}
    with tempfile.TemporaryDirectory(prefix="camstrm-bench-") as folder:
        write_picture_set(Path(folder), colour=True)
        with FedBridge(Path(folder)) as bridge:
            for _ in range(turns):
                for kind in kinds:
                    source = folder if kind == _FLOOR else str(bridge.port)
                    found[kind].append(_read(source, *kind, seconds))
    floor = _share(found[_FLOOR])
    return Findings([_row(way, decode, found[way, decode], floor) for way, decode in kinds])


def _read(source: str, way: str, decode: str, seconds: float) -> dict[str, Any]:
    return report_of("bench.client.reader", source, way, seconds, decode, timeout_s=_TIMEOUT_S)


def _share(results: list[dict[str, Any]]) -> float:
    share: float = statistics.median(r["cpu_s"] / r["seconds"] for r in results)
    return share


def _row(way: str, decode: str, results: list[dict[str, Any]], floor: float) -> Row:
    share = _share(results)
    rate = statistics.median(r["bundles"] / r["seconds"] for r in results)
    counted = way == "blocking" and decode == "decode"
    return Row(
        f"client, {way}, {SET_SIZE // 1000} KB at 30 Hz"
        + (", decoded" if decode == "decode" else ""),
        100 * share,
        "% of a core",
        share / floor if decode == "decode" else None,
        "libjpeg-turbo alone" if decode == "decode" else "",
        lost=sum(r["wrong"] for r in results),
        target=f"< {100 * MAX_SHARE:.0f} %" if counted else "",
        met=share < MAX_SHARE if counted else None,
        note=f"{rate:.1f} bundles/s",
    )
