"""A ring in shared memory with an eventfd as doorbell: the floor of a hop between processes.

The receiver copies each message out, as camstrm's bridge must: its viewers take as long as
they like, and the ring goes round. What a real ring needs besides (a receiver that comes, goes
or dies, a size that is agreed on, access rights) is left out.
"""

from __future__ import annotations

import mmap
import os
import select
import struct
import time
from collections.abc import Callable
from typing import Any

from bench.hops.load import (
    HEADER,
    SIZE,
    TIMEOUT_S,
    Arrivals,
    Departures,
    payloads,
    ticks,
)

__all__ = ["open_ring", "receive", "send"]

_SLOTS = 4
_SLOT_SIZE = -(-(HEADER.size + SIZE) // mmap.PAGESIZE) * mmap.PAGESIZE
_WRITTEN = struct.Struct("<Q")
_RING_SIZE = mmap.PAGESIZE + _SLOTS * _SLOT_SIZE


def open_ring() -> tuple[int, int]:
    """Return descriptors of new shared memory and of its doorbell; the caller closes both."""
    memory = os.memfd_create("camstrm-bench")
    os.ftruncate(memory, _RING_SIZE)
    return memory, os.eventfd(0)


def send(address: str, count: int) -> dict[str, Any]:
    """Copy ``count`` messages into the ring; ``address``: descriptors of memory and doorbell."""
    memory, doorbell = map(int, address.split(","))
    with mmap.mmap(memory, _RING_SIZE) as ring:
        _touch(ring)
        departures = Departures()
        for number in ticks(count):
            at = _place(number)
            HEADER.pack_into(ring, at, number, time.monotonic_ns(), SIZE)
            at += HEADER.size
            for part in payloads(number):
                ring[at : at + len(part)] = part
                at += len(part)
            _WRITTEN.pack_into(ring, 0, number)
            os.eventfd_write(doorbell, 1)
        return departures.report(count)


def receive(address: str, count: int, ready: Callable[[], None]) -> dict[str, Any]:
    """Copy messages out of the ring until ``count`` came."""
    memory, doorbell = map(int, address.split(","))
    arrivals = Arrivals()
    with mmap.mmap(memory, _RING_SIZE) as ring:
        _touch(ring)
        ready()
        while arrivals.last < count:
            if not select.select([doorbell], [], [], TIMEOUT_S)[0]:
                break
            os.eventfd_read(doorbell)
            (written,) = _WRITTEN.unpack_from(ring, 0)
            for number in range(max(arrivals.last, written - _SLOTS) + 1, written + 1):
                at = _place(number)
                found, stamp_ns, size = HEADER.unpack_from(ring, at)
                message = ring[at + HEADER.size : at + HEADER.size + size]
                arrivals.note(found, stamp_ns, message)
    return arrivals.report()


def _place(number: int) -> int:
    return mmap.PAGESIZE + number % _SLOTS * _SLOT_SIZE


def _touch(ring: mmap.mmap) -> None:
    # Page faults of the first lap are no part of the hop.
    for at in range(0, _RING_SIZE, mmap.PAGESIZE):
        _ = ring[at]
