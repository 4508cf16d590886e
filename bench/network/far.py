"""A viewer far away with bandwidth enough: does it keep the stream's rate?"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.broadcast.clients import Client, Received, read_all
from bench.broadcast.fed_bridge import FedBridge
from bench.network.delay_link import delayed_link
from bench.network.delay_proxy import delay_proxy
from bench.network.links import NoNetworkError
from bench.network.namespaced import Watcher, bridge_in, watch
from bench.report import Row

__all__ = ["far_rows", "unexplained"]

FPS = 30.0

FAR_MS = 100.0
"""Round trip."""

WARM_UP_S = 4.0
"""Until the window has grown and TCP has opened up: 1.5 s on a quiet machine."""

_WHAT = f"far but fast viewer, {FAR_MS:g} ms there and back"
_TARGET = 29.0


def far_rows(jpegs: Path, *, seconds: float) -> list[Row]:
    """Return rows of the bundles a second: behind a proxy, with a window of 2, with TCP far."""
    return [
        _proxied(jpegs, seconds),
        _proxied(jpegs, seconds / 2, most=2),
        _real(jpegs, seconds),
    ]


def unexplained(received: Sequence[Received], viewer: dict[str, Any], status: Any) -> int:
    """Return the bundles that came out of order, or did not come and nobody says why.

    ``viewer`` and ``status`` are what /api/status says after ``received``.
    """
    numbers = [r.seq for r in received]
    misordered = sum(b <= a for a, b in itertools.pairwise(numbers))
    gaps = max(numbers) - min(numbers) + 1 - len(set(numbers)) if numbers else 0
    known = int(viewer["skipped"]) + int(status["status"]["bundles_dropped"])
    return misordered + max(0, gaps - known)


def _proxied(jpegs: Path, seconds: float, *, most: int | None = None) -> Row:
    """Delay behind the bridge's own connection, as a proxy in front of it does."""
    with (
        FedBridge(jpegs, bridge="" if most is None else f"window = {most}\n") as bridge,
        delay_proxy(bridge.port, FAR_MS / 2) as port,
        contextlib.closing(Client("camstrm", port)) as client,
    ):
        (first,) = read_all([client], WARM_UP_S)
        (received,) = read_all([client], seconds)
        status = bridge.status()
    (viewer,) = status["viewers"]
    lost = unexplained(first + received, viewer, status)
    note = f"window {viewer['window']}; behind a proxy that delays"
    if most is None:
        return _row(f"{_WHAT}: bundles", received, seconds, lost, note)
    rate = len(received) / seconds
    what = f"{_WHAT}, window held at {most}: bundles"
    return Row(what, rate, "a second", rate / FPS, "the stream rate", lost, note=note)


def _real(jpegs: Path, seconds: float) -> Row:
    """Delay packets, so that TCP itself has the round trip."""
    what = f"{_WHAT}, seen by TCP: bundles"
    try:
        with delayed_link(FAR_MS / 2) as (server, link), bridge_in(server, jpegs) as port:
            watchers = {"far": Watcher(link, "camstrm")}
            received = watch(watchers, port, WARM_UP_S + seconds)["far"]
    except NoNetworkError as error:
        why = str(error).splitlines()[0]
        return Row(what, 0.0, "measured", note=f"left out: {why}")
    except RuntimeError as error:
        return Row(what, 0.0, "a second", target=f">= {_TARGET:g}", met=False, note=str(error))
    lost = sum(b.seq <= a.seq for a, b in itertools.pairwise(received))
    # From the last back: connecting takes round trips, too.
    end_ns = received[-1].received_ns if received else 0
    last = [r for r in received if r.received_ns > end_ns - seconds * 1e9]
    return _row(what, last, seconds, lost, "packets delayed between two namespaces")


def _row(what: str, received: Sequence[Received], seconds: float, lost: int, note: str) -> Row:
    rate = len(received) / seconds
    return Row(
        what,
        rate,
        "a second",
        rate / FPS,
        "the stream rate",
        lost,
        f">= {_TARGET:g}",
        rate >= _TARGET,
        note,
    )
