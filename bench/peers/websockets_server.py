"""websockets (15 and later), two ways; one binary message holds the set's JPEGs one by one.

``--way broadcast``: ``broadcast(connections, message)``, which its documentation recommends
for sending the same message to all ("buffers one copy per connection", no backpressure).
``--way latest``: its documentation's other pattern, a task for each connection that awaits
``send``, here with a slot of one message. Compression is off in both, as its documentation
advises for data that does not compress.
"""

from __future__ import annotations

import asyncio

from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed

from bench.peers.serving import PictureSource, options, say_ready


class Server:
    """Hands each set to all connections, one way or the other."""

    def __init__(self, *, latest: bool) -> None:
        self._latest = latest
        self._connections: set[ServerConnection] = set()
        self._newest = b""
        self._came = asyncio.Event()
        self._ended = False

    async def serve(self, connection: ServerConnection) -> None:
        """Serve one connection until it ends."""
        if not self._latest:
            self._connections.add(connection)
            try:
                await connection.wait_closed()
            finally:
                self._connections.discard(connection)
            return
        sent = b""
        try:
            while not self._ended:
                if self._newest is sent:
                    await self._came.wait()
                    continue
                sent = self._newest
                await connection.send(sent)
        except ConnectionClosed:
            return

    def put(self, message: bytes) -> None:
        """Send ``message``, or let every connection's task send it."""
        if not self._latest:
            broadcast(self._connections, message)
            return
        self._newest = message
        self._came.set()
        self._came = asyncio.Event()

    def end(self) -> None:
        """End the tasks of all connections."""
        self._ended = True
        self._came.set()


async def main() -> None:
    """Serve until standard input ends."""
    parser = options(__doc__)
    parser.add_argument("--way", choices=("broadcast", "latest"), default="broadcast")
    wanted = parser.parse_args()
    source = PictureSource(wanted.jpegs, wanted.fps)
    server = Server(latest=wanted.way == "latest")
    async with serve(server.serve, "127.0.0.1", wanted.port, compression=None, close_timeout=0.5):
        say_ready()
        async for pictures in source.async_sets():
            server.put(b"".join(pictures))
        server.end()


if __name__ == "__main__":
    asyncio.run(main())
