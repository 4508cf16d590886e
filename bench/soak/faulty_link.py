"""A TCP path between viewers and bridge that can be made slow, late, or cut at a byte."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from dataclasses import dataclass

__all__ = ["FaultyLink", "Weather"]

_READ = 1 << 14
_BUFFER = 1 << 16
"""Bytes of the socket from the bridge: with more a slow path would be hidden from it."""

_QUEUED = 64
"""Reads that are on their way at once; more than the largest delay and rate need."""


@dataclass(frozen=True)
class Weather:
    """How the path is: delay in s each way, bytes a second from the bridge (0: all there are)."""

    delay_s: float = 0.0
    bytes_per_s: float = 0.0


class FaultyLink:
    """Listens on a port of its own and passes connections on; in the loop that made it."""

    def __init__(self, port: int) -> None:
        """``port``: of the bridge, which may come and go."""
        self.port = 0
        """Where viewers connect to."""
        self.weather = Weather()
        self._bridge_port = port
        self._cut_after: int | None = None
        """Bytes from the bridge until all connections break; None: they do not."""
        self._writers: set[asyncio.StreamWriter] = set()
        self._passing: set[asyncio.Task[None]] = set()
        """One for each connection."""
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> FaultyLink:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=_READ)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self._break_all()
        for task in self._passing:
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)
        await asyncio.sleep(0)  # what was aborted is closed by the loop

    @property
    def connections(self) -> int:
        """How many ends of connections there are."""
        return len(self._writers)

    def cut_after(self, size: int) -> None:
        """Break every connection when so many bytes more have come from the bridge."""
        self._cut_after = size

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._passing.add(task)
        try:
            await self._carry(reader, writer)
        except asyncio.CancelledError:
            pass  # the link ends
        finally:
            self._passing.discard(task)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            sock = socket.socket()
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
            sock.setblocking(False)
            try:
                await asyncio.get_running_loop().sock_connect(
                    sock, ("127.0.0.1", self._bridge_port)
                )
                there, back = await asyncio.open_connection(sock=sock, limit=_READ)
            except OSError:
                sock.close()
                writer.transport.abort()
                return
            ends = {writer, back}
            self._writers |= ends
            try:
                await asyncio.gather(self._pass(reader, back), self._pass(there, writer, down=True))
            finally:
                self._writers -= ends
                for end in ends:
                    end.transport.abort()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, down: bool = False
    ) -> None:
        loop = asyncio.get_running_loop()
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_QUEUED)

        async def take() -> None:
            data = b"first"
            while data:
                with contextlib.suppress(ConnectionError):
                    data = await reader.read(_READ)
                    await waiting.put((loop.time() + self.weather.delay_s, data))
                    continue
                data = b""
                await waiting.put((loop.time(), data))

        taking = asyncio.create_task(take())
        try:
            while True:
                due, data = await waiting.get()
                await asyncio.sleep(max(0.0, due - loop.time()))
                if not data or writer.transport.is_closing():
                    break
                if down and self.weather.bytes_per_s:
                    await asyncio.sleep(len(data) / self.weather.bytes_per_s)
                if down and self._cut_after is not None:
                    data, left = data[: self._cut_after], self._cut_after - len(data)
                    self._cut_after = max(0, left)
                writer.write(data)
                if down and self._cut_after == 0:
                    # What was written leaves first: the viewer has the beginning of a message.
                    await asyncio.sleep(0)
                    self._cut_after = None
                    self._break_all()
                    break
                await writer.drain()
            if writer.can_write_eof() and not writer.transport.is_closing():
                writer.write_eof()
        finally:
            taking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await taking

    def _break_all(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
