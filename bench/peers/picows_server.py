"""picows (2): its core API, which it calls the most efficient; latest message per client.

One binary message holds the set's JPEGs one by one. A listener keeps at most one message and
sends it when its transport's buffer is empty: ``pause_writing`` and ``resume_writing`` of
``WSListener`` are what its documentation names for backpressure; the limits are set so that
"empty" is meant.
"""

from __future__ import annotations

import asyncio

from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server

from bench.peers.serving import PictureSource, options, say_ready


class Client(WSListener):  # type: ignore[misc]  # picows is not installed where mypy runs
    """One connection and the newest message that it has not been sent."""

    def __init__(self, clients: set[Client]) -> None:
        super().__init__()
        self._clients = clients
        self._transport: WSTransport | None = None
        self._waiting: bytes | None = None
        self._paused = False

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Take part from now on."""
        transport.underlying_transport.set_write_buffer_limits(high=0)
        self._transport = transport
        self._clients.add(self)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """Take part no more."""
        self._clients.discard(self)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Answer a close, ignore the rest."""
        if frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()

    def pause_writing(self) -> None:
        """Learn that the transport's buffer is not empty."""
        self._paused = True

    def resume_writing(self) -> None:
        """Send what came in the meantime."""
        self._paused = False
        if self._waiting is not None:
            message, self._waiting = self._waiting, None
            self.put(message)

    def put(self, message: bytes) -> None:
        """Send ``message`` now or as soon as the one before is gone."""
        if self._paused:
            self._waiting = message
        elif self._transport is not None:
            self._transport.send(WSMsgType.BINARY, message)


async def main() -> None:
    """Serve until standard input ends."""
    wanted = options(__doc__).parse_args()
    source = PictureSource(wanted.jpegs, wanted.fps)
    clients: set[Client] = set()

    def accept(request: WSUpgradeRequest) -> Client:
        return Client(clients)

    server = await ws_create_server(accept, "127.0.0.1", wanted.port)
    say_ready()
    async for pictures in source.async_sets():
        message = b"".join(pictures)
        for client in tuple(clients):
            client.put(message)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
