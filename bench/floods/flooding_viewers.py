"""Viewers that subscribe at random as fast as the bridge reads, in a process of their own.

``python -m bench.floods.flooding_viewers PORT COUNT SEED [VIEWS]``: prints ``ready`` when all are
connected, floods until standard input ends, and prints how many messages it has sent. With VIEWS
each message also wishes for up to so many parts of pictures.
"""

from __future__ import annotations

import contextlib
import json
import random
import select
import socket
import struct
import sys
import time

from bench.broadcast.client_protocols import CAMERAS
from bench.broadcast.clients import Client

__all__ = ["FloodingViewer"]

_BATCH = 10
"""Messages that one sends at a time: with _PAUSE_S twice what the bridge reads."""

_PAUSE_S = 0.025

_SEND_BUFFER = 65536
"""Bytes for SO_SNDBUF: what waits there unread is no flood."""


class FloodingViewer:
    """Reads all bundles, and sends one ``subscribe`` after another."""

    def __init__(self, port: int, dice: random.Random, views: int = 0) -> None:
        self.client = Client("websocket", port)
        self.client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        self.sent = 0
        self._dice = dice
        self._views = views
        self._rest = b""

    def write(self) -> None:
        """Send what the kernel takes of a batch."""
        if not self._rest:
            self._rest = b"".join(_masked(self._wish()) for _ in range(_BATCH))
            self.sent += _BATCH
        with contextlib.suppress(BlockingIOError):
            self._rest = self._rest[self.client.socket.send(self._rest) :]

    def _wish(self) -> bytes:
        dice = self._dice
        cameras = dice.choice([None, dice.sample(range(CAMERAS), dice.randrange(CAMERAS + 1))])
        views = [self._view() for _ in range(dice.randint(0, self._views))]
        body = {
            "type": "subscribe",
            "cameras": cameras,
            "max_fps": dice.uniform(0.5, 3),  # the pictures are not what is measured
            "views": views,
        }
        return json.dumps(body).encode()

    def _view(self) -> dict[str, object]:
        """Return a wish for a part of a picture; some ask for a camera that is not there."""
        dice = self._dice
        return {
            "camera": dice.randrange(CAMERAS + 1),
            "region": [dice.randrange(1, 200) for _ in range(4)],
            "max_width": dice.choice([None, 64, 160]),
        }


def _masked(text: bytes) -> bytes:
    # A mask of zeros: the text stays as it is.
    size = len(text)
    head = (
        struct.pack(">BB", 0x81, 0x80 | size)
        if size < 126
        else struct.pack(">BBH", 0x81, 0x80 | 126, size)
    )
    return head + bytes(4) + text


def main() -> None:
    """Flood."""
    port, count, seed, *views = map(int, sys.argv[1:])
    dice = random.Random(seed)
    viewers = [FloodingViewer(port, dice, sum(views)) for _ in range(count)]
    by_file = {viewer.client.fileno(): viewer for viewer in viewers}
    print("ready", flush=True)
    with select.epoll() as poll:
        poll.register(0, select.EPOLLIN | select.EPOLLHUP)
        for file in by_file:
            poll.register(file, select.EPOLLIN)
        next_s = time.monotonic()
        while True:
            for file, _ in poll.poll(max(0.0, next_s - time.monotonic())):
                if file == 0:
                    print(sum(viewer.sent for viewer in viewers), flush=True)
                    return
                by_file[file].client.read()
            if time.monotonic() >= next_s:
                next_s = time.monotonic() + _PAUSE_S
                for viewer in viewers:
                    viewer.write()


if __name__ == "__main__":
    main()
