from __future__ import annotations

import random
import socket
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtNetwork import (
    QNetworkProxy,
)

from camstrm.backoff import Backoff
from camstrm.client.address import parse_address
from camstrm.client.reconnect import reconnect_pauses
from camstrm.wire import FrameBundle, Hello, Status, Subscribe, encode_bundle
from client_qt.session import client as client_module
from client_qt.session.client import StreamClient
from tests.fakes.bridge.viewer_server import RefusingServer, ViewerServer, WaitUntil
from tests.fakes.pictures.viewer_pictures import BASE_US, bundle, state_frame
from tests.vectors.bad_message_vectors import many_cameras

MakeClient = Callable[..., "Watched"]


class Watched:
    """A client and everything it said."""

    def __init__(self, client: StreamClient) -> None:
        self.client = client
        self.connected = 0
        self.losses: list[tuple[str, float]] = []
        self.hellos: list[Hello] = []
        self.statuses: list[Status] = []
        self.bundles: list[tuple[FrameBundle, int]] = []
        self.round_trips: list[float] = []
        client.connected.connect(self._count)
        client.lost.connect(lambda reason, wait: self.losses.append((reason, wait)))
        client.hello_received.connect(self.hellos.append)
        client.status_received.connect(self.statuses.append)
        client.bundle_received.connect(lambda b, size: self.bundles.append((b, size)))
        client.round_trip_measured.connect(self.round_trips.append)

    def _count(self) -> None:
        self.connected += 1


@pytest.fixture
def server() -> Iterator[ViewerServer]:
    server = ViewerServer(hello=Hello("s1"))
    yield server
    server.close()


@pytest.fixture
def make() -> Iterator[MakeClient]:
    made: list[StreamClient] = []

    def build(url: str, **options: object) -> Watched:
        options.setdefault("backoff", Backoff(0.001, factor=2.0, limit_s=0.01))
        token = options.pop("token", None)
        address = parse_address(url, token if isinstance(token, str) else None)
        client = StreamClient(address, **options)  # type: ignore[arg-type]  # passed through
        made.append(client)
        watched = Watched(client)
        client.open()
        return watched

    yield build
    for client in made:
        client.close()
        client.deleteLater()


def test_messages_become_signals(
    server: ViewerServer, make: MakeClient, wait_until: WaitUntil
) -> None:
    watched = make(server.url)
    wait_until(lambda: watched.hellos)
    assert watched.hellos[0].session == "s1"
    server.send(Status(BASE_US, viewers=4))
    sent = bundle(7, state_frame(0, 2))
    size = server.send_bundle(sent)
    server.send('{"type":"weather","rain":true}')
    wait_until(lambda: watched.bundles and watched.statuses and watched.round_trips)
    assert watched.bundles == [(sent, size)]
    assert watched.statuses[0].viewers == 4
    assert 0 <= watched.round_trips[0] < 10
    assert watched.losses == []


def test_a_proxy_for_web_pages_is_not_on_the_way_to_the_cameras(
    server: ViewerServer, make: MakeClient, wait_until: WaitUntil
) -> None:
    """A company's PC has one set, in Windows or as http_proxy."""
    watched = make(server.url)
    # Qt never takes a proxy to a loopback address, so the setting itself is looked at.
    assert watched.client._socket is not None
    assert watched.client._socket.proxy().type() is QNetworkProxy.ProxyType.NoProxy
    wait_until(lambda: watched.hellos)


def test_ack_and_subscribe_reach_the_server(
    server: ViewerServer, make: MakeClient, wait_until: WaitUntil
) -> None:
    watched = make(server.url)
    wait_until(lambda: watched.hellos)
    watched.client.acknowledge(12)
    watched.client.subscribe(Subscribe((0, 2)))
    watched.client.subscribe(Subscribe((0, 2)))
    watched.client.subscribe(Subscribe(()))
    watched.client.subscribe(Subscribe())
    wait_until(lambda: len(server.subscriptions) == 3)
    assert server.acks == [12]
    assert server.subscriptions == [(0, 2), (), None], "nothing is said twice"


def test_comes_back_after_the_servers_death_and_subscribes_again(
    server: ViewerServer, make: MakeClient, wait_until: WaitUntil
) -> None:
    watched = make(server.url)
    wait_until(lambda: watched.hellos)
    watched.client.subscribe(Subscribe((1,)))
    wait_until(lambda: server.subscriptions)
    port = server.port
    server.close()
    wait_until(lambda: len(watched.losses) >= 3)
    assert "closed the connection" in watched.losses[0][0]
    assert "refuses the connection" in watched.losses[1][0]
    assert not watched.client.is_open
    again = ViewerServer(port, hello=Hello("s2"))
    try:
        wait_until(lambda: again.subscriptions)
        assert again.subscriptions == [(1,)]
        assert watched.hellos[-1].session == "s2"
    finally:
        watched.client.close()
        again.close()


def test_nothing_is_sent_without_a_connection(make: MakeClient, wait_until: WaitUntil) -> None:
    refusing = RefusingServer(b"")
    watched = make(refusing.url)
    watched.client.acknowledge(1)
    watched.client.subscribe(Subscribe((1,)))
    wait_until(lambda: watched.losses)
    refusing.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\nContent-Length: 3\r\n\r\nno\n",
        b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    ],
)
def test_401_asks_for_a_token(answer: bytes, make: MakeClient, wait_until: WaitUntil) -> None:
    refusing = RefusingServer(answer)
    watched = make(refusing.url, backoff=reconnect_pauses(random.Random(1)))
    wait_until(lambda: watched.losses)
    reason, wait_s = watched.losses[0]
    assert "needs a token: paste" in reason
    assert wait_s >= 2.5, "does not hammer a server that wants something else"
    refusing.close()


def test_wrong_token_is_told_from_a_missing_one_and_travels_in_a_header(
    make: MakeClient, wait_until: WaitUntil
) -> None:
    refusing = RefusingServer(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
    watched = make(refusing.url.replace("/ws", "/ws?token=s3cret"))
    wait_until(lambda: watched.losses)
    assert "does not accept this token" in watched.losses[0][0]
    head = refusing.requests[0].decode()
    assert "authorization: bearer s3cret" in head.lower()
    assert "s3cret" not in head.splitlines()[0]
    assert "permessage-deflate" not in head
    refusing.close()


def test_something_else_than_camstrm(make: MakeClient, wait_until: WaitUntil) -> None:
    refusing = RefusingServer(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
    watched = make(refusing.url)
    wait_until(lambda: watched.losses)
    assert "answered HTTP 404" in watched.losses[0][0]
    refusing.close()


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\x89PNG",
        b"X" * 5000,
        encode_bundle(bundle(1, state_frame(0, 2)))[:-1],
        encode_bundle(bundle(1)) + b"tail",
    ],
)
def test_garbage_bytes_end_the_connection_and_it_comes_back(
    garbage: bytes, server: ViewerServer, make: MakeClient, wait_until: WaitUntil
) -> None:
    watched = make(server.url)
    wait_until(lambda: watched.hellos)
    server.send_bundle(garbage)
    wait_until(lambda: watched.connected == 2)
    assert "not in camstrm's format" in watched.losses[0][0]
    assert watched.bundles == []


@pytest.mark.parametrize(
    "garbage",
    [
        *("{", "[1]", '{"type":3}', '{"type":"hello"}', '{"type":"status"}'),
        pytest.param(many_cameras(10_000), id="10,000 cameras"),
        pytest.param(many_cameras(2, index=0), id="one index twice"),
        pytest.param(many_cameras(1, "n" * 257), id="a long name"),
    ],
)
def test_garbage_text_ends_the_connection_and_it_comes_back(
    garbage: str, server: ViewerServer, make: MakeClient, wait_until: WaitUntil
) -> None:
    watched = make(server.url)
    wait_until(lambda: watched.hellos)
    server.send(garbage)
    wait_until(lambda: watched.connected == 2)
    assert "not in camstrm's format" in watched.losses[0][0]


def test_endless_text_is_refused(
    server: ViewerServer, make: MakeClient, wait_until: WaitUntil
) -> None:
    watched = make(server.url)
    wait_until(lambda: watched.hellos)
    server.send('{"type":"x","y":"' + "z" * (1024 * 1024) + '"}')
    wait_until(lambda: watched.losses)
    assert "1048576 at most" in watched.losses[0][0]


def test_oversized_message_is_refused_before_it_is_held(
    server: ViewerServer,
    make: MakeClient,
    wait_until: WaitUntil,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client_module, "MAX_BUNDLE_SIZE", 10_000)
    watched = make(server.url)
    wait_until(lambda: watched.hellos)
    server.send_bundle(b"X" * 20_000)
    wait_until(lambda: watched.losses)
    assert watched.bundles == []


def test_other_protocol_is_named(make: MakeClient, wait_until: WaitUntil) -> None:
    server = ViewerServer(hello=Hello("s", protocol=9))
    watched = make(server.url)
    wait_until(lambda: watched.losses)
    assert "speaks protocol 9, this viewer 1" in watched.losses[0][0]
    assert watched.hellos == []
    server.close()


def test_server_that_closes_with_a_reason(
    server: ViewerServer, make: MakeClient, wait_until: WaitUntil
) -> None:
    watched = make(server.url)
    wait_until(lambda: watched.hellos)
    viewer = server.viewers.pop()
    viewer.close(reason="too slow: 5 s without reading")
    wait_until(lambda: watched.losses)
    assert "too slow: 5 s without reading" in watched.losses[0][0]
    viewer.deleteLater()


def test_silent_server_is_left(
    server: ViewerServer, make: MakeClient, wait_until: WaitUntil
) -> None:
    now = [1000.0]
    watched = make(server.url, clock=lambda: now[0])
    wait_until(lambda: watched.round_trips)
    watched.client._look_after()
    assert watched.losses == []
    now[0] += 11
    watched.client._look_after()
    assert watched.losses[0][0] == "the server was silent for 11 s"


def test_server_that_never_answers_the_handshake_is_left(
    make: MakeClient, wait_until: WaitUntil
) -> None:
    now = [1000.0]
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        watched = make(f"ws://127.0.0.1:{deaf.getsockname()[1]}", clock=lambda: now[0])
        now[0] += 11
        watched.client._look_after()
        assert "no answer from 127.0.0.1" in watched.losses[0][0]
        watched.client.close()


def test_good_connection_makes_the_next_attempt_come_at_once(
    server: ViewerServer, make: MakeClient, wait_until: WaitUntil
) -> None:
    now = [1000.0]
    backoff = reconnect_pauses(random.Random(1))
    for _ in range(9):
        backoff.next()
    watched = make(server.url, clock=lambda: now[0], backoff=backoff)
    wait_until(lambda: watched.hellos)
    server.send_bundle(b"garbage")
    wait_until(lambda: watched.losses)
    assert watched.losses[0][1] >= 0.75, "it worked for no time at all"
    watched.client.open()
    wait_until(lambda: len(watched.hellos) == 2)
    now[0] += 6
    server.drop_viewers()
    wait_until(lambda: len(watched.losses) == 2)
    assert watched.losses[1][1] == 0.25


def test_close_ends_it_for_good(
    server: ViewerServer, make: MakeClient, wait_until: WaitUntil
) -> None:
    watched = make(server.url)
    wait_until(lambda: watched.hellos)
    watched.client.close()
    watched.client.close()
    assert watched.losses == []
    assert not watched.client._retry.isActive()
    assert not watched.client._watch.isActive()


def test_plain_server_behind_a_wss_address(make: MakeClient, wait_until: WaitUntil) -> None:
    plain = RefusingServer(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    watched = make(plain.url.replace("ws://", "wss://"))
    wait_until(lambda: watched.losses)
    assert "does not use TLS: use ws://" in watched.losses[0][0]
    plain.close()
