from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtNetwork import QNetworkProxy, QNetworkProxyFactory

from camstrm.backoff import Backoff
from camstrm.client.address import ServerAddress, parse_address
from camstrm.errors import UsageError
from camstrm.wire import Hello
from client_qt.model.failure import Failure
from client_qt.session.client import StreamClient
from client_qt.session.network import SYSTEM_PROXY, Network
from tests.fakes.bridge.viewer_server import RefusingServer, ViewerServer, WaitUntil

SERVER = ServerAddress("ws://cams.works:8765/ws")
NONE = QNetworkProxy.ProxyType.NoProxy


@pytest.fixture
def broken_proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A company's PC: every program is to use a proxy, which answers nobody."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    QNetworkProxyFactory.setUseSystemConfiguration(True)
    QNetworkProxy.setApplicationProxy(
        QNetworkProxy(QNetworkProxy.ProxyType.HttpProxy, "127.0.0.1", 9)
    )
    yield
    QNetworkProxy.setApplicationProxy(QNetworkProxy(NONE))
    QNetworkProxyFactory.setUseSystemConfiguration(False)


@pytest.fixture
def server() -> Iterator[ViewerServer]:
    server = ViewerServer(hello=Hello("s1"))
    yield server
    server.close()


def test_the_systems_proxy_is_used_only_if_asked_for(broken_proxy: None) -> None:
    assert Network().proxy_for(SERVER).type() is NONE
    asked = Network(proxy=SYSTEM_PROXY).proxy_for(SERVER)
    assert (asked.hostName(), asked.port()) == ("127.0.0.1", 9)


def test_a_broken_proxy_of_the_system_keeps_nobody_from_the_cameras(
    broken_proxy: None, server: ViewerServer, wait_until: WaitUntil
) -> None:
    hellos: list[Hello] = []
    client = StreamClient(parse_address(server.url))
    client.hello_received.connect(hellos.append)
    client.open()
    wait_until(lambda: hellos)
    client.close()
    client.deleteLater()


def test_a_proxy_that_is_asked_for_gets_the_connection(
    server: ViewerServer, wait_until: WaitUntil
) -> None:
    proxy = RefusingServer(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
    where = proxy.url.replace("ws://", "http://").removesuffix("/ws")
    failures: list[Failure] = []
    client = StreamClient(
        parse_address(server.url), network=Network(proxy=where), backoff=Backoff(30.0, limit_s=30.0)
    )
    client.failed.connect(failures.append)
    client.open()
    wait_until(lambda: failures)
    assert proxy.requests[0].startswith(f"CONNECT 127.0.0.1:{server.port} HTTP/1.1".encode())
    assert server.viewers == []
    assert failures[0].reason.startswith(f"The proxy for 127.0.0.1:{server.port} cannot be used")
    client.close()
    client.deleteLater()
    proxy.close()


@pytest.mark.parametrize(
    ("text", "kind", "host", "port"),
    [
        ("http://p:3128", QNetworkProxy.ProxyType.HttpProxy, "p", 3128),
        ("http://p", QNetworkProxy.ProxyType.HttpProxy, "p", 8080),
        ("socks5://10.0.0.1", QNetworkProxy.ProxyType.Socks5Proxy, "10.0.0.1", 1080),
    ],
)
def test_proxies_are_given_as_urls(
    text: str, kind: QNetworkProxy.ProxyType, host: str, port: int
) -> None:
    proxy = Network(proxy=text).proxy_for(SERVER)
    assert (proxy.type(), proxy.hostName(), proxy.port()) == (kind, host, port)


@pytest.mark.parametrize("text", ["p:3128", "ftp://p", "http://", "http://p:x", "yes"])
def test_what_is_no_proxy_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="wanted 'system', http://host:port"):
        Network(proxy=text)
