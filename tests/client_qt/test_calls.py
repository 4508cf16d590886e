"""Calls to cameras through a session: each is answered once, whatever happens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec import Struct
from PySide6.QtWidgets import QApplication

from camstrm.client.address import parse_address
from camstrm.errors import CallError
from camstrm.wire import Hello, Limits, Reply, pack
from camstrm.wire.operations import OPERATIONS, LoadFeatures
from client_qt.session.client import StreamClient
from client_qt.session.decoder import PictureDecoder
from client_qt.session.session import StreamSession
from tests.fakes.bridge.viewer_server import THREE_CAMERAS, ViewerServer, WaitUntil


class Caller:
    """A session, and what its calls were answered."""

    def __init__(self, max_calls: int = 2) -> None:
        limits = Limits(max_message_size=4096, max_calls=max_calls)
        self.server = ViewerServer(hello=Hello("s1", cameras=THREE_CAMERAS, limits=limits))
        self.client = StreamClient(parse_address(self.server.url))
        self.decoder = PictureDecoder()
        self.session = StreamSession(self.client, self.decoder)
        self.answers: list[Struct | CallError] = []
        self._closed = False

    def ask(self, do: str = "reconnect", camera: int = 1) -> None:
        self.session.call(camera, do, None, self.answers.append)

    @property
    def error(self) -> CallError:
        answer = self.answers[-1]
        assert isinstance(answer, CallError)
        return answer

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        assert self.session.close()
        for part in (self.session, self.decoder, self.client):
            part.deleteLater()
        self.server.close()


@pytest.fixture
def caller(qapp: QApplication, wait_until: WaitUntil) -> Iterator[Caller]:
    caller = Caller()
    caller.session.start()
    try:
        wait_until(lambda: caller.session.model.hello)
        yield caller
    finally:
        caller.close()


def test_the_reply_goes_to_who_asked(caller: Caller, wait_until: WaitUntil) -> None:
    caller.ask("reconnect")
    caller.ask("diagnose", camera=0)
    wait_until(lambda: len(caller.server.calls) == 2)
    first, second = caller.server.calls
    assert (first.camera, first.do, second.camera, second.do) == (1, "reconnect", 0, "diagnose")
    assert first.id != second.id
    caller.server.send(Reply(second.id, False, problem="it is lost", remedy="look", code="gone"))
    wait_until(lambda: len(caller.answers) == 1)
    assert (caller.error.problem, caller.error.remedy, caller.error.code) == (
        "it is lost",
        "look",
        "gone",
    )
    result = OPERATIONS["reconnect"].result()
    for _ in range(2):
        caller.server.send(Reply(first.id, True, result=pack(result)))
    wait_until(lambda: len(caller.answers) == 2)
    assert caller.answers[-1] == result


def test_no_more_calls_than_the_server_takes(caller: Caller, wait_until: WaitUntil) -> None:
    caller.ask()
    caller.ask()
    with pytest.raises(CallError, match="2 calls are open already") as caught:
        caller.ask()
    assert caught.value.code == "busy"
    wait_until(lambda: len(caller.server.calls) == 2)
    caller.server.send(Reply(caller.server.calls[0].id, False))
    wait_until(lambda: caller.answers)
    assert caller.error.problem == "the call failed"
    caller.ask()
    wait_until(lambda: len(caller.server.calls) == 3)


def test_a_call_that_is_too_large_is_not_sent(caller: Caller, wait_until: WaitUntil) -> None:
    with pytest.raises(CallError, match="bytes, the server takes 4096") as caught:
        caller.session.call(1, "load", LoadFeatures("x" * 5000), caller.answers.append)
    assert caught.value.code == "wrong"
    with pytest.raises(CallError, match="no operation 'dance'"):
        caller.ask("dance")
    caller.ask()
    caller.ask()
    wait_until(lambda: len(caller.server.calls) == 2)
    assert caller.answers == []


def test_a_lost_connection_answers_what_is_open(caller: Caller, wait_until: WaitUntil) -> None:
    caller.ask()
    wait_until(lambda: caller.server.calls)
    caller.server.drop_viewers()
    wait_until(lambda: caller.answers)
    assert "the connection to the server was lost" in caller.error.problem
    assert (caller.error.code, caller.error.remedy) == ("gone", "it may still have been done")
    with pytest.raises(CallError, match="there is no connection to the server"):
        caller.ask()


def test_closing_the_viewer_answers_what_is_open(caller: Caller) -> None:
    caller.ask()
    caller.close()
    assert caller.error.problem == "the viewer was closed"
    assert len(caller.answers) == 1


def test_a_server_that_takes_no_calls(qapp: QApplication, wait_until: WaitUntil) -> None:
    caller = Caller(max_calls=0)
    caller.session.start()
    try:
        wait_until(lambda: caller.session.model.hello)
        with pytest.raises(CallError, match="this server takes no calls") as caught:
            caller.ask()
        assert caught.value.code == "unknown"
    finally:
        caller.close()
