"""``python -m bench.door [SECONDS]``: viewers at a bridge that somebody without a token floods.

Prints a line for each part and ends with 1 if one is outside its limit.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import aiohttp

from bench.door.flood import HALF_A_REQUEST, Flood
from bench.door.measured_bridge import BundleCount, fake_grabber, measured_bridge
from bench.measure import percentile

__all__ = ["main"]

CONNECTIONS = 1000
CONNECT_S = 0.5
"""Within which a viewer with the token is let in."""

TLS_CONNECTIONS = 900
TLS_MEMORY_MB = 20.0
DESCRIPTORS = 128
"""RLIMIT_NOFILE of the part that uses all of them up."""

SHARE = 0.95
"""Of its bundles that a viewer gets who was there before."""

_BETWEEN_S = 0.5
_PATIENCE_S = 5.0


async def half_a_request(folder: Path, seconds: float, *, tls: bool) -> bool:
    """Connect viewers while connections that never end their request fill the bridge."""
    with measured_bridge(folder, tls=tls) as bridge, fake_grabber(bridge):
        async with aiohttp.ClientSession() as session:
            memory = bridge.memory()
            async with (
                BundleCount(bridge, session) as steady,
                Flood(bridge.port, CONNECTIONS, first=HALF_A_REQUEST, tls=tls) as flood,
            ):
                before = steady.bundles
                begin = asyncio.get_running_loop().time()
                took = []
                for _ in range(int(seconds / _BETWEEN_S)):
                    took.append(await bridge.connect(session, _PATIENCE_S))
                    await asyncio.sleep(_BETWEEN_S)
                elapsed = asyncio.get_running_loop().time() - begin
                fps = (steady.bundles - before) / elapsed
                held, grown = flood.open, bridge.memory() - memory
    entered = [t for t in took if t is not None]
    print(
        f"half a request{' after a TLS handshake' if tls else ''}, {CONNECTIONS} connections, "
        f"26 new ones/s: {len(entered)} of {len(took)} viewers let in, "
        f"p50 {percentile(entered, 50):.3f} s, max {max(entered, default=float('nan')):.3f} s; "
        f"{held} connections held, memory {grown:+.1f} MB; a viewer from before: "
        f"{fps:.1f} of 30 bundles/s; {len(bridge.log_lines())} log lines",
        flush=True,
    )
    return len(entered) == len(took) and max(entered) <= CONNECT_S


async def idle_tls(folder: Path, seconds: float) -> bool:
    """Hold connections at a TLS port that never begin the handshake."""
    with measured_bridge(folder, tls=True) as bridge, fake_grabber(bridge):
        async with aiohttp.ClientSession() as session, BundleCount(bridge, session):
            memory, descriptors = bridge.memory(), bridge.descriptors()
            grown = 0.0
            async with Flood(bridge.port, TLS_CONNECTIONS, rate=1000.0) as flood:
                for _ in range(int(seconds / _BETWEEN_S)):
                    grown = max(grown, bridge.memory() - memory)
                    await asyncio.sleep(_BETWEEN_S)
                held, more = flood.open, bridge.descriptors() - descriptors
                took = await bridge.connect(session, _PATIENCE_S)
    print(
        f"TLS, {TLS_CONNECTIONS} idle connections: memory {grown:+.1f} MB, {held} held, "
        f"descriptors {more:+d}; a viewer let in after "
        f"{'no time at all' if took is None else f'{took:.3f} s'}",
        flush=True,
    )
    return grown < TLS_MEMORY_MB and took is not None


async def descriptors_used_up(folder: Path, seconds: float) -> bool:
    """Let the bridge run out of descriptors, and kill the grabber meanwhile."""
    with measured_bridge(folder, descriptors=DESCRIPTORS) as bridge:
        async with aiohttp.ClientSession() as session:
            with fake_grabber(bridge) as grabber:
                async with BundleCount(bridge, session) as steady:
                    lines = len(bridge.log_lines())
                    async with Flood(bridge.port, 3 * DESCRIPTORS):
                        before = steady.bundles
                        await asyncio.sleep(seconds)
                        fps = (steady.bundles - before) / seconds
                        grabber.send_signal(signal.SIGKILL)
                        grabber.wait()
                        with fake_grabber(bridge):
                            before = steady.bundles
                            begin = asyncio.get_running_loop().time()
                            while steady.bundles - before < 5 and bridge.process.poll() is None:
                                await asyncio.sleep(0.05)
                                if asyncio.get_running_loop().time() - begin > 30:
                                    break
                            back = asyncio.get_running_loop().time() - begin
                        logged = bridge.log_lines()[lines:]
    traces = sum(line.startswith("Traceback") for line in logged)
    print(
        f"{DESCRIPTORS} descriptors, {3 * DESCRIPTORS} idle connections: a viewer from before gets "
        f"{fps:.1f} of 30 bundles/s; a new grabber's pictures after {back:.1f} s; "
        f"{len(logged) / (seconds + back):.1f} log lines/s, {traces} tracebacks",
        flush=True,
    )
    return fps >= SHARE * 30 and back < 10 and not traces and len(logged) < 20 + seconds + back


def main(arguments: Sequence[str]) -> int:
    """Run; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.door", description=__doc__)
    parser.add_argument("seconds", nargs="?", type=float, default=20.0, help="of each part")
    parser.add_argument("--part", help="one of half, half-tls, idle-tls, descriptors")
    options = parser.parse_args(arguments)
    parts: dict[str, Callable[[Path, float], Awaitable[bool]]] = {
        "half": lambda folder, seconds: half_a_request(folder, seconds, tls=False),
        "half-tls": lambda folder, seconds: half_a_request(folder, seconds, tls=True),
        "idle-tls": idle_tls,
        "descriptors": descriptors_used_up,
    }
    right = True
    for name, part in parts.items():
        if options.part in (None, name):
            with tempfile.TemporaryDirectory() as folder:
                right &= asyncio.run(_run(part, Path(folder), options.seconds))
    print(f"load average {os.getloadavg()[0]:.1f}; {'all within limits' if right else 'FAILED'}")
    return 0 if right else 1


async def _run(
    part: Callable[[Path, float], Awaitable[bool]], folder: Path, seconds: float
) -> bool:
    return await part(folder, seconds)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
