"""Viewers behind links of 20 to 1 Mbit/s: age against the bundle's own time on the wire.

A viewer that acknowledges gets smaller pictures where the link carries less than a bundle a second.
"""

from __future__ import annotations

import statistics
from pathlib import Path

from bench.broadcast.client_protocols import CAMERAS
from bench.network.links import NoNetworkError, limited_links
from bench.network.namespaced import Watcher, bridge_in, watch
from bench.network.throttled import Seen, seen
from bench.report import Row

__all__ = ["limited_rows"]

RATES = {"20 Mbit/s": 20e6, "10 Mbit/s": 10e6, "4 Mbit/s": 4e6, "1 Mbit/s": 1e6}
"""In bit/s, of all that is on the wire."""

REDUCED = "1 Mbit/s"
"""Where a bundle of whole pictures needs 3.6 s."""

PROTOCOLS = {"camstrm with acks": "camstrm", "client without acks": "websocket"}


def limited_rows(jpegs: Path, *, seconds: float) -> list[Row]:
    """Return rows for each rate; all viewers watch at the same time, each over its own link."""
    wanted = {f"{rate}, {who}": (rate, who) for rate in RATES for who in PROTOCOLS}
    try:
        with limited_links({n: f"{RATES[r]:.0f}bit" for n, (r, _) in wanted.items()}) as made:
            server, links = made
            watchers = {n: Watcher(links[n], PROTOCOLS[who]) for n, (_, who) in wanted.items()}
            with bridge_in(server, jpegs) as port:
                found = watch(watchers, port, seconds)
    except NoNetworkError as error:
        why = str(error).splitlines()[0]
        return [Row("limited links", 0.0, "measured", note=f"left out: {why}")]
    except RuntimeError as error:
        stays = "every viewer stays connected"
        return [Row("limited links", 0.0, "measured", target=stays, met=False, note=str(error))]
    rows = []
    for name, (rate, who) in wanted.items():
        received = found[name]
        # What it gets in the end: until then the size of its pictures may have changed.
        size = statistics.median([r.size for r in received[-len(received) // 4 :]] or [0])
        wire_s = size * 8 / RATES[rate]
        result = seen(received, seconds, CAMERAS)
        rows.append(_row(f"{name}: age", result, wire_s, who))
        if rate == REDUCED and PROTOCOLS[who] == "camstrm":
            sets = result.pictures_per_s / CAMERAS
            met = sets >= 4 and result.end_age_s <= 0.5
            note = f"{size / 1e3:.0f} KB each in the end"
            target = ">= 4, and an age below 500 ms"
            rows.append(Row(f"{name}: sets", sets, "a second", target=target, met=met, note=note))
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
