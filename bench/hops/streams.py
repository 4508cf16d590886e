"""asyncio's streams: readexactly of a header, then of the message."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from bench.hops.load import (
    HEADER,
    RATE_HZ,
    SIZE,
    TIMEOUT_S,
    Arrivals,
    Departures,
    payloads,
)

__all__ = ["receive", "send"]


def send(path: str, count: int) -> dict[str, Any]:
    """Write ``count`` messages, each drained before the next."""
    return asyncio.run(asyncio.wait_for(_send(path, count), TIMEOUT_S + count / RATE_HZ))


async def _send(path: str, count: int) -> dict[str, Any]:
    _, writer = await asyncio.open_unix_connection(path)
    departures, begin = Departures(), time.monotonic()
    for number in range(1, count + 1):
        await asyncio.sleep(max(0.0, begin + number / RATE_HZ - time.monotonic()))
        header = HEADER.pack(number, time.monotonic_ns(), SIZE)
        writer.writelines([header, *payloads(number)])
        await writer.drain()
    report = departures.report(count)
    writer.close()
    await writer.wait_closed()
    return report


def receive(path: str, count: int, ready: Callable[[], None]) -> dict[str, Any]:
    """Read until ``count`` messages came or the sender went."""
    return asyncio.run(_receive(path, count, ready))


async def _receive(path: str, count: int, ready: Callable[[], None]) -> dict[str, Any]:
    arrivals, over = Arrivals(), asyncio.Event()

    async def read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while arrivals.count < count:
                number, stamp_ns, size = HEADER.unpack(await reader.readexactly(HEADER.size))
                arrivals.note(number, stamp_ns, await reader.readexactly(size))
        except asyncio.IncompleteReadError:
            pass  # the sender went: what is missing is counted
        finally:
            writer.close()
            over.set()

    server = await asyncio.start_unix_server(read, path)
    async with server:
        ready()
        await asyncio.wait_for(over.wait(), TIMEOUT_S + count / RATE_HZ)
    return arrivals.report()
