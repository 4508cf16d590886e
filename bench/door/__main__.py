"""``python -m bench.door [SECONDS]``: viewers at a bridge that somebody without a token floods.

Prints a line for each part and ends with 1 if one is outside its limit. On a busy machine the
seconds that a viewer needs are those of the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import aiohttp

from bench.door.flood import HALF_A_REQUEST, Flood
from bench.door.measured_bridge import BundleCount, MeasuredBridge, fake_grabber, measured_bridge
from bench.measure import percentile

__all__ = ["main"]

CONNECTIONS = 1000
CONNECT_S = 0.5
"""Within which a viewer with the token is let in."""

TLS_CONNECTIONS = 900
TLS_MEMORY_MB = 20.0

DESCRIPTORS = 128
"""RLIMIT_NOFILE of the parts that use all of them up."""

SHARE = 0.95
"""Of its bundles that a viewer gets who was there before."""

BACK_S = 10.0
"""Within which a new grabber's pictures come while descriptors are used up."""

_BETWEEN_S = 0.5
_PATIENCE_S = 5.0
_LOOK_S = 0.05


async def half_a_request(folder: Path, seconds: float, *, tls: bool) -> bool:
    """Connect viewers while connections that never end their request fill the bridge."""
    with measured_bridge(folder, tls=tls) as bridge, fake_grabber(bridge):
        async with aiohttp.ClientSession() as session, BundleCount(bridge, session) as steady:
            quiet = await steady.rate(seconds / 2)
            memory = bridge.memory()
            async with Flood(bridge.port, CONNECTIONS, first=HALF_A_REQUEST, tls=tls) as flood:
                rate = asyncio.create_task(steady.rate(seconds))
                took = []
                for _ in range(int(seconds / _BETWEEN_S)):
                    took.append(await bridge.connect(session, _PATIENCE_S))
                    await asyncio.sleep(_BETWEEN_S)
                fps, held, grown = await rate, flood.open, bridge.memory() - memory
    entered = [t for t in took if t is not None]
    slowest = max(entered, default=float("nan"))
    print(
        f"half a request{' after a TLS handshake' if tls else ''}, {CONNECTIONS} connections, "
        f"26 new ones/s: {len(entered)} of {len(took)} viewers let in, "
        f"p50 {percentile(entered, 50):.3f} s, max {slowest:.3f} s; "
        f"{held} connections held, memory {grown:+.1f} MB; a viewer from before: {fps:.1f} "
        f"bundles/s (without all that {quiet:.1f}); {len(bridge.log_lines())} log lines",
        flush=True,
    )
    return len(entered) == len(took) and slowest <= CONNECT_S


async def idle_tls(folder: Path, seconds: float) -> bool:
    """Hold connections at a TLS port that never begin the handshake."""
    with measured_bridge(folder, tls=True) as bridge, fake_grabber(bridge):
        async with aiohttp.ClientSession() as session, BundleCount(bridge, session):
            memory, descriptors = bridge.memory(), bridge.descriptors()
            grown, held, more = 0.0, 0, 0
            async with Flood(bridge.port, TLS_CONNECTIONS) as flood:
                for _ in range(int(seconds / _BETWEEN_S)):
                    grown = max(grown, bridge.memory() - memory)
                    held = max(held, flood.open)
                    more = max(more, bridge.descriptors() - descriptors)
                    await asyncio.sleep(_BETWEEN_S)
                took = await bridge.connect(session, _PATIENCE_S)
    entered = "is not let in" if took is None else f"is let in after {took:.3f} s"
    print(
        f"TLS, {TLS_CONNECTIONS} idle connections: memory {grown:+.1f} MB, {held} held, "
        f"descriptors {more:+d}; a viewer {entered}",
        flush=True,
    )
    return grown < TLS_MEMORY_MB and took is not None


async def few_descriptors(folder: Path, seconds: float) -> bool:
    """Flood a bridge that was started with few descriptors."""
    with measured_bridge(folder, descriptors=DESCRIPTORS) as bridge:
        return await _used_up(bridge, seconds, f"{DESCRIPTORS} descriptors")


async def no_descriptors(folder: Path, seconds: float) -> bool:
    """Flood a bridge that finds no descriptor left, whatever it has counted on."""
    with measured_bridge(folder) as bridge:
        left = bridge.descriptors() + 16
        resource.prlimit(bridge.process.pid, resource.RLIMIT_NOFILE, (left, left))
        return await _used_up(bridge, seconds, f"{left} descriptors since it runs")


async def _used_up(bridge: MeasuredBridge, seconds: float, what: str) -> bool:
    """Keep all descriptors in use, and kill the grabber meanwhile."""
    loop = asyncio.get_running_loop()
    async with aiohttp.ClientSession() as session:
        with fake_grabber(bridge) as grabber:
            async with BundleCount(bridge, session) as steady:
                quiet = await steady.rate(seconds / 2)
                lines = len(bridge.log_lines())
                async with Flood(bridge.port, 3 * DESCRIPTORS):
                    fps = await steady.rate(seconds)
                    grabber.kill()
                    grabber.wait()
                    with fake_grabber(bridge):
                        seen, begin = steady.bundles, loop.time()
                        end = begin + 3 * BACK_S
                        while steady.bundles < seen + 2 and loop.time() < end:  # noqa: ASYNC110  no event
                            await asyncio.sleep(_LOOK_S)
                        back = loop.time() - begin
                    logged = bridge.log_lines()[lines:]
    traces = sum(line.startswith("Traceback") for line in logged)
    print(
        f"{what}, {3 * DESCRIPTORS} idle connections: a viewer from before gets {fps:.1f} "
        f"bundles/s (without all that {quiet:.1f}); a new grabber's pictures after {back:.1f} s; "
        f"{len(logged) / (seconds + back):.1f} log lines/s, {traces} tracebacks",
        flush=True,
    )
    few_lines = len(logged) <= 2 * (seconds + back)
    return fps >= SHARE * quiet and back < BACK_S and not traces and few_lines


_PARTS: dict[str, Callable[[Path, float], Awaitable[bool]]] = {
    "half": lambda folder, seconds: half_a_request(folder, seconds, tls=False),
    "half-tls": lambda folder, seconds: half_a_request(folder, seconds, tls=True),
    "idle-tls": idle_tls,
    "few-descriptors": few_descriptors,
    "no-descriptors": no_descriptors,
}


def main(arguments: Sequence[str]) -> int:
    """Run; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.door", description=__doc__)
    parser.add_argument("seconds", nargs="?", type=float, default=20.0, help="of each part")
    parser.add_argument("--part", choices=_PARTS, help="this one only")
    options = parser.parse_args(arguments)
    wrong = []
    for name, part in _PARTS.items():
        if options.part in (None, name):
            with tempfile.TemporaryDirectory() as folder:
                if not asyncio.run(_run(part, Path(folder), options.seconds)):
                    wrong.append(name)
    found = f"outside their limits: {', '.join(wrong)}" if wrong else "all within their limits"
    print(f"{found} (load average {os.getloadavg()[0]:.1f})")
    return 1 if wrong else 0


async def _run(
    part: Callable[[Path, float], Awaitable[bool]], folder: Path, seconds: float
) -> bool:
    return await part(folder, seconds)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
