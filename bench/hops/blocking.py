"""A blocking socket: sendmsg of the parts, recv_into a buffer of the message's own."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

from bench.hops.load import HEADER, SIZE, TIMEOUT_S, Arrivals, Departures, payloads, ticks

__all__ = ["receive", "send"]


def send(path: str, count: int) -> dict[str, Any]:
    """Send ``count`` messages."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.connect(path)
        departures = Departures()
        for number in ticks(count):
            header = HEADER.pack(number, time.monotonic_ns(), SIZE)
            parts = [memoryview(part) for part in (header, *payloads(number))]
            while parts:
                sent = sock.sendmsg(parts)
                while parts and sent >= len(parts[0]):
                    sent -= len(parts.pop(0))
                if sent:
                    parts[0] = parts[0][sent:]
        return departures.report(count)


def receive(path: str, count: int, ready: Callable[[], None]) -> dict[str, Any]:
    """Read until ``count`` messages came or the sender went."""
    arrivals = Arrivals()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(path)
        listening.listen(1)
        listening.settimeout(TIMEOUT_S)
        ready()
        sock, _ = listening.accept()
    header = bytearray(HEADER.size)
    with sock:
        sock.settimeout(TIMEOUT_S)
        while arrivals.count < count and _fill(sock, memoryview(header)):
            number, stamp_ns, size = HEADER.unpack(header)
            message = bytearray(size)
            if not _fill(sock, memoryview(message)):
                break
            arrivals.note(number, stamp_ns, message)
    return arrivals.report()


def _fill(sock: socket.socket, view: memoryview) -> bool:
    while len(view):
        count = sock.recv_into(view)
        if not count:
            return False
        view = view[count:]
    return True
