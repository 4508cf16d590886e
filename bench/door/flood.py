"""Flood: somebody without a token who takes as many connections as he can get."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import time
from types import TracebackType

__all__ = ["HALF_A_REQUEST", "Flood"]

HALF_A_REQUEST = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"


class Flood:
    """Keeps ``count`` connections open that send ``first`` and then nothing.

    Those that the server closes are replaced, ``rate`` a second at most; the first ones come
    as fast as they can. ``tls``: after a handshake.
    """

    def __init__(
        self, port: int, count: int, *, first: bytes = b"", rate: float = 26.0, tls: bool = False
    ) -> None:
        self.tried = 0
        self._port = port
        self._count = count
        self._first = first
        self._pause_s = 1.0 / rate
        self._next_s = 0.0
        self._tls = _trusting() if tls else None
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def open(self) -> int:
        """How many connections the server has left open."""
        return len(self._open)

    async def __aenter__(self) -> Flood:
        self._tasks = [asyncio.create_task(self._one()) for _ in range(self._count)]
        while self.tried < self._count:  # noqa: ASYNC110  nothing says so
            await asyncio.sleep(0.01)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)

    async def _one(self) -> None:
        while True:
            with contextlib.suppress(OSError):
                await self._hold()
            now = time.monotonic()
            self._next_s = max(self._next_s, now) + self._pause_s
            await asyncio.sleep(self._next_s - now)

    async def _hold(self) -> None:
        sock = socket.socket()
        sock.setblocking(False)
        try:
            # Without wait_for, which may swallow a cancellation before Python 3.12.
            await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", self._port))
            name = "localhost" if self._tls else None
            reader, writer = await asyncio.open_connection(
                sock=sock, ssl=self._tls, server_hostname=name
            )
        except BaseException:
            sock.close()
            raise
        finally:
            self.tried += 1
        self._open.add(writer)
        try:
            writer.write(self._first)
            await reader.read()
        finally:
            self._open.discard(writer)
            writer.transport.abort()


def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
