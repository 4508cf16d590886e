"""The door with a protocol of the test's own behind it, and real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from camstrm.bridge.http.certificate import Certificate
from camstrm.bridge.http.door import Door
from camstrm.bridge.http.entrant import ENTRY_S, MAX_UNKNOWN, Entrant
from camstrm.bridge.http.handshakes import AT_ONCE
from camstrm.bridge.http.listen import bind_tcp
from camstrm.bridge.http.places import Places
from tests.fakes.certificates import make_certificate
from tests.fakes.loop_time import StoppedLoopTime

TIMEOUT_S = 30.0


class Echo(asyncio.Protocol):
    """In place of aiohttp: ``token`` shows one, for as long as the connection lasts."""

    made = 0
    lost = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        Echo.made += 1
        self.transport = transport
        self.request = contextlib.ExitStack()

    def data_received(self, data: bytes) -> None:
        if b"token" in data:
            entrant = self.transport.get_protocol()
            assert isinstance(entrant, Entrant)
            self.request.enter_context(entrant.request())
        self.transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        Echo.lost += 1
        self.request.close()


@pytest.fixture(autouse=True)
def nobody_was_here() -> None:
    Echo.made = Echo.lost = 0


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def echoed(self, text: bytes) -> bool:
        self.writer.write(text)
        try:
            data = await asyncio.wait_for(self.reader.readexactly(len(text)), TIMEOUT_S)
        except (asyncio.IncompleteReadError, ConnectionError):
            return False
        return data == text

    async def closed(self) -> bool:
        with contextlib.suppress(ConnectionError):
            await asyncio.wait_for(self.reader.read(), TIMEOUT_S)
        return True

    def serial(self) -> object:
        """Of the certificate that the far side has shown."""
        return self.writer.get_extra_info("ssl_object").getpeercert(binary_form=True)


class OpenDoor:
    def __init__(self, door: Door, places: Places, port: int) -> None:
        self.door = door
        self.places = places
        self.port = port
        self._clients: list[Client] = []

    async def client(self, tls: ssl.SSLContext | None = None) -> Client:
        name = "127.0.0.1" if tls else None
        client = Client(
            *await asyncio.open_connection("127.0.0.1", self.port, ssl=tls, server_hostname=name)
        )
        self._clients.append(client)
        return client

    async def taken(self, count: int) -> None:
        """Return when so many places are taken."""
        while len(self.places) != count:  # noqa: ASYNC110  nothing says so
            await asyncio.sleep(0)

    async def close(self) -> None:
        await self.door.close()
        for client in self._clients:
            client.writer.transport.abort()
        await self.taken(0)


@contextlib.asynccontextmanager
async def open_door(
    places: Places | None = None, certificate: Certificate | None = None
) -> AsyncIterator[OpenDoor]:
    places = Places(64, 64, 64) if places is None else places
    (sock,) = await bind_tcp("127.0.0.1", 0)
    door = Door(places, Echo, certificate)
    door.open(sock)
    opened = OpenDoor(door, places, sock.getsockname()[1])
    try:
        yield opened
    finally:
        await opened.close()
        sock.close()


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    pair = make_certificate(tmp_path, elliptic=True)
    return Certificate(str(pair.certificate), str(pair.key))


@pytest.fixture
def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@pytest.fixture
def no_errors(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.DEBUG):
        yield
    assert [r for r in caplog.records if r.levelno >= logging.ERROR or r.exc_info] == []


async def test_what_says_nothing_is_a_socket_and_no_more() -> None:
    async with open_door() as door:
        silent = await door.client()
        await door.taken(1)
        assert Echo.made == 0
        assert await silent.echoed(b"hello")
        assert Echo.made == 1


async def test_newcomers_get_in_while_others_hold_all_places() -> None:
    async with open_door(Places(8, 8, 8)) as door:
        strangers = [await door.client() for _ in range(8)]
        for stranger in strangers:
            assert await stranger.echoed(b"half a request")
        for number in range(20):
            viewer = await door.client()
            assert await viewer.echoed(b"token"), number
            viewer.writer.transport.abort()
            strangers.append(await door.client())
        assert await strangers[0].closed()


async def test_who_shows_no_token_in_time_is_disconnected() -> None:
    async with open_door() as door:
        with StoppedLoopTime() as time:
            silent, half, viewer = [await door.client() for _ in range(3)]
            assert await half.echoed(b"half a request")
            assert await viewer.echoed(b"token")
            await time.advance(ENTRY_S - 0.1)
            assert len(door.places) == 3
            await time.advance(0.1)
            assert await silent.closed()
            assert await half.closed()
            await time.advance(10 * ENTRY_S)
            assert await viewer.echoed(b"more")


async def test_a_request_without_an_end_is_cut_off() -> None:
    async with open_door() as door:
        endless, viewer = await door.client(), await door.client()
        assert await viewer.echoed(b"token")
        assert await viewer.echoed(b"x" * (MAX_UNKNOWN + 1))
        endless.writer.write(b"x" * (MAX_UNKNOWN + 1))
        assert await endless.closed()
        await door.taken(1)


async def test_the_end_of_a_connection_gives_its_place_back() -> None:
    async with open_door() as door:
        silent, half, viewer = [await door.client() for _ in range(3)]
        assert await half.echoed(b"half a request")
        assert await viewer.echoed(b"token")
        await door.taken(3)
        for client in (silent, half, viewer):
            client.writer.close()
        await door.taken(0)
        assert Echo.lost == Echo.made


@pytest.mark.usefixtures("no_errors")
async def test_tls(certificate: Certificate, trusting: ssl.SSLContext) -> None:
    async with open_door(certificate=certificate) as door:
        viewer = await door.client(trusting)
        assert await viewer.echoed(b"token")
        viewer.writer.close()
        await door.taken(0)


@pytest.mark.usefixtures("no_errors")
async def test_idle_tls_connections_take_places_but_no_handshake(
    certificate: Certificate, trusting: ssl.SSLContext
) -> None:
    async with open_door(Places(8, 8, 8), certificate) as door:
        idle = [await door.client() for _ in range(20)]
        for client in idle[:12]:
            assert await client.closed()
        assert door.places.evicted == 12
        viewer = await door.client(trusting)
        assert await viewer.echoed(b"token")
        assert Echo.made == 1


@pytest.mark.usefixtures("no_errors")
async def test_handshakes_that_do_not_go_on_are_few_and_end_in_time(
    certificate: Certificate, trusting: ssl.SSLContext
) -> None:
    async with open_door(certificate=certificate) as door:
        with StoppedLoopTime() as time:
            begun = [await door.client() for _ in range(AT_ONCE + 2)]
            for client in begun:
                # A record that says it is longer.
                client.writer.write(b"\x16\x03\x01\x02\x00\x01")
            await door.taken(AT_ONCE + 2)
            await time.settle()
            tasks = [t for t in asyncio.all_tasks() if t.get_name() == "viewer connects"]
            assert len(tasks) == AT_ONCE
            await time.advance(ENTRY_S)
            await door.taken(0)
        assert await begun[0].closed()
        viewer = await door.client(trusting)
        assert await viewer.echoed(b"token")


@pytest.mark.usefixtures("no_errors")
@pytest.mark.parametrize("said", [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01", b"\0" * 300])
async def test_what_is_no_tls_is_closed_without_a_word(
    certificate: Certificate, said: bytes
) -> None:
    async with open_door(certificate=certificate) as door:
        client = await door.client()
        client.writer.write(said)
        client.writer.write_eof()
        assert await client.closed()
        await door.taken(0)
        assert Echo.made == 0


async def test_a_new_certificate_is_shown_to_those_who_come_and_nobody_has_to_go(
    tmp_path: Path, trusting: ssl.SSLContext
) -> None:
    pair = make_certificate(tmp_path, elliptic=True)
    other = make_certificate(tmp_path, "other", elliptic=True)
    read = [
        await asyncio.to_thread(Certificate, str(files.certificate), str(files.key))
        for files in (pair, other)
    ]
    certificate = read[0]
    async with open_door(certificate=certificate) as door:
        before = await door.client(trusting)
        assert await before.echoed(b"token")
        certificate.take_over(read[1])
        after = await door.client(trusting)
        assert after.serial() != before.serial()
        assert await before.echoed(b"still there")


async def test_close_drops_all_that_only_wait(
    certificate: Certificate, trusting: ssl.SSLContext
) -> None:
    async with open_door(certificate=certificate) as door:
        idle, half = await door.client(), await door.client()
        half.writer.write(b"\x16")
        viewer = await door.client(trusting)
        assert await viewer.echoed(b"token")
        await door.taken(3)
        await door.door.close()
        assert await idle.closed()
        assert await half.closed()
        assert len(door.places) == 1
        assert await viewer.echoed(b"aiohttp ends it")
