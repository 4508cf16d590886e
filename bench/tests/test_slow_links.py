"""Links and delays of the benchmark: they delay, and they are gone afterwards."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from bench.network.delay_link import delayed_link
from bench.network.delay_proxy import delay_proxy
from bench.network.links import Link, NoNetworkError, in_namespace, limited_links

TIMEOUT_S = 20

LISTEN = """
import socket, sys
with socket.create_server((sys.argv[1], 0)) as listener:
    print(listener.getsockname()[1], flush=True)
    sys.stdin.read()
"""

CONNECT = """
import socket, sys, time
begin = time.monotonic()
socket.create_connection((sys.argv[1], int(sys.argv[2])), 10).close()
print(time.monotonic() - begin)
"""


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        sock.settimeout(TIMEOUT_S)
        yield sock


def connecting_s(server: str, link: Link) -> float:
    """Return how long it takes to connect from a link's far end to the server's namespace."""
    listening = subprocess.Popen(
        in_namespace(server, sys.executable, "-c", LISTEN, link.address),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert listening.stdout is not None
        port = listening.stdout.readline().strip()
        done = subprocess.run(
            in_namespace(link.namespace, sys.executable, "-c", CONNECT, link.address, port),
            stdout=subprocess.PIPE,
            text=True,
            timeout=TIMEOUT_S,
            check=True,
        )
        return float(done.stdout)
    finally:
        listening.communicate(timeout=TIMEOUT_S)


def test_proxy_passes_everything_on_later(listener: socket.socket) -> None:
    data = bytes(range(256)) * 4096
    with (
        delay_proxy(listener.getsockname()[1], 60) as port,
        socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as client,
    ):
        server, _ = listener.accept()
        with server:
            server.settimeout(TIMEOUT_S)
            begin = time.monotonic()
            client.sendall(b"ping")
            assert server.recv(4) == b"ping"
            assert time.monotonic() - begin >= 0.06
            server.sendall(data)
            server.shutdown(socket.SHUT_WR)
            got = bytearray()
            while part := client.recv(1 << 16):
                got += part
            assert bytes(got) == data


def test_links_are_there_and_go() -> None:
    with contextlib.ExitStack() as stack:
        try:
            server, links = stack.enter_context(limited_links({"a": "20mbit", "b": "1mbit"}))
        except NoNetworkError as error:
            pytest.skip(str(error))
        spaces = {server, *(link.namespace for link in links.values())}
        assert len(spaces) == 3
        assert spaces <= namespaces()
        for link in links.values():
            assert connecting_s(server, link) > 0
    assert not spaces & namespaces()


def test_packets_come_later() -> None:
    with contextlib.ExitStack() as stack:
        try:
            server, link = stack.enter_context(delayed_link(30))
        except NoNetworkError as error:
            pytest.skip(str(error))
        assert connecting_s(server, link) >= 0.06
    assert not {server, link.namespace} & namespaces()


def namespaces() -> set[str]:
    done = subprocess.run(
        ["ip", "netns", "list"], capture_output=True, text=True, timeout=TIMEOUT_S, check=True
    )
    return {line.split()[0] for line in done.stdout.splitlines() if line}
