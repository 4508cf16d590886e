"""What every way carries, and what its two ends write down."""

from __future__ import annotations

import struct
import time
from collections.abc import Iterator
from typing import Any

from bench.measure import percentile

__all__ = [
    "HEADER",
    "RATE_HZ",
    "SETS",
    "SIZE",
    "TIMEOUT_S",
    "Arrivals",
    "Departures",
    "payloads",
    "ticks",
]

RATE_HZ = 100.0
PART_SIZES = (300_000, 75_000, 75_000)
SIZE = sum(PART_SIZES)
"""Bytes of a message: a large picture and two small ones."""

TIMEOUT_S = 20.0
"""For each wait of an end, beyond the time that the load itself takes."""

HEADER = struct.Struct("<QQI")
"""What ways without a format of their own put first: number, time stamp, bytes that follow."""

SETS = 5
"""Different payloads."""


def payloads(number: int) -> list[bytes]:
    """Return the three pictures of message ``number``; the same five sets again and again."""
    return _PAYLOADS[number % SETS]


_PAYLOADS = [[bytes([1 + which]) * size for size in PART_SIZES] for which in range(SETS)]


def ticks(count: int) -> Iterator[int]:
    """Yield 1 to ``count`` at RATE_HZ; what comes late does not shift what follows."""
    begin = time.monotonic()
    for number in range(1, count + 1):
        time.sleep(max(0.0, begin + number / RATE_HZ - time.monotonic()))
        yield number


class Departures:
    """CPU of the sender: from its creation to :meth:`report`."""

    def __init__(self) -> None:
        self._begin_s = time.process_time()

    def report(self, sent: int, replaced: int = 0) -> dict[str, Any]:
        """Return what went out, and how many gave way to a newer one before."""
        cpu_s = time.process_time() - self._begin_s
        return {"sent": sent, "replaced": replaced, "cpu_s": cpu_s}


class Arrivals:
    """Order, damage, age and the receiver's CPU from the first message to the last."""

    def __init__(self) -> None:
        self.count = 0
        self.last = 0
        self._misordered = 0
        self._damaged = 0
        self._ages_ms: list[float] = []
        self._begin_s = self._end_s = 0.0

    def note(self, number: int, stamp_ns: int, *parts: memoryview | bytes | bytearray) -> None:
        """Take message ``number``, whose bytes are now the receiver's own."""
        self._ages_ms.append((time.monotonic_ns() - stamp_ns) / 1e6)
        if not self.count:
            self._begin_s = time.process_time()
        self.count += 1
        self._misordered += number <= self.last
        self.last = max(self.last, number)
        mark = payloads(number)[0][0]
        self._damaged += sum(len(part) for part in parts) != SIZE or any(
            part[0] != mark or part[-1] != mark for part in parts
        )
        self._end_s = time.process_time()

    def report(self) -> dict[str, Any]:
        """Return counts, ages in ms and seconds of CPU."""
        return {
            "received": self.count,
            "misordered": self._misordered,
            "damaged": self._damaged,
            "p50_ms": percentile(self._ages_ms, 50),
            "p95_ms": percentile(self._ages_ms, 95),
            "p99_ms": percentile(self._ages_ms, 99),
            "cpu_s": self._end_s - self._begin_s,
        }
