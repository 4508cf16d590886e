from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
from typing import Any

import pytest

from camstrm.feed.acceptor import AT_ONCE, PAUSE_S, Acceptor
from tests.fakes.loop_time import StoppedLoopTime


class Failing(socket.socket):
    """A listening socket whose accept() fails with ``number`` while that is set."""

    number = 0
    tries = 0

    def accept(self) -> tuple[socket.socket, Any]:
        self.tries += 1
        if self.number:
            raise OSError(self.number, os.strerror(self.number))
        return super().accept()


@pytest.fixture
def listening() -> Failing:
    sock = Failing()
    sock.bind(("127.0.0.1", 0))
    sock.listen(64)
    return sock


def connected(listening: socket.socket) -> socket.socket:
    return socket.create_connection(listening.getsockname())


async def test_without_descriptors_it_pauses_makes_room_and_says_so_once_a_second(
    listening: Failing, caplog: pytest.LogCaptureFixture
) -> None:
    accepted: list[socket.socket] = []
    room: list[int] = []
    with StoppedLoopTime() as time, caplog.at_level(logging.DEBUG):
        acceptor = Acceptor(listening, lambda s, _: accepted.append(s), lambda: room.append(1))
        listening.number = errno.EMFILE
        clients = [connected(listening) for _ in range(40)]
        await time.advance(2.0)
        assert 10 <= listening.tries <= 2.0 / PAUSE_S + 1, "one attempt after each pause"
        assert len(room) == listening.tries
        ours = [r for r in caplog.records if r.name == "camstrm.feed.acceptor"]
        assert len(ours) == len(caplog.records) <= 2, "a line a second, and no traceback"
        assert "Too many open files" in ours[0].getMessage()
        listening.number = 0
        await time.advance(4 * PAUSE_S)
        await time.advance(4 * PAUSE_S)
        assert len(accepted) == len(clients)
        acceptor.close()
    for sock in [*clients, *accepted]:
        sock.close()


@pytest.mark.parametrize("number", [errno.EPROTO, errno.ENETDOWN, errno.EPERM])
async def test_an_error_of_the_network_is_no_end(listening: Failing, number: int) -> None:
    accepted: list[socket.socket] = []
    room: list[int] = []
    with StoppedLoopTime() as time:
        acceptor = Acceptor(listening, lambda s, _: accepted.append(s), lambda: room.append(1))
        listening.number = number
        client = connected(listening)
        await time.advance(PAUSE_S)
        listening.number = 0
        await time.advance(2 * PAUSE_S)
        assert (len(accepted), room) == (1, [])
        acceptor.close()
    client.close()
    accepted[0].close()


async def test_the_loop_goes_on_between_many(listening: Failing) -> None:
    accepted: list[socket.socket] = []
    clients = [connected(listening) for _ in range(2 * AT_ONCE)]
    counts: list[int] = []
    acceptor = Acceptor(listening, lambda s, _: accepted.append(s))
    while len(accepted) < len(clients):
        await asyncio.sleep(0)
        counts.append(len(accepted))
    assert AT_ONCE in counts
    assert all(not sock.getblocking() for sock in accepted)
    acceptor.close()
    acceptor.close()
    for sock in [*clients, *accepted]:
        sock.close()


async def test_close_during_a_pause(listening: Failing) -> None:
    with StoppedLoopTime() as time:
        acceptor = Acceptor(listening, lambda *_: None)
        listening.number = errno.EMFILE
        client = connected(listening)
        await time.advance(PAUSE_S / 2)
        acceptor.close()
        await time.advance(2 * PAUSE_S)
    assert listening.fileno() < 0
    client.close()
