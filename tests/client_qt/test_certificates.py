"""Which certificate is trusted, with real TLS servers on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtNetwork import QHostAddress, QSsl, QSslCertificate, QSslConfiguration, QSslKey
from PySide6.QtWebSockets import QWebSocketServer

from camstrm.backoff import Backoff
from camstrm.client.address import ServerAddress
from camstrm.errors import UsageError
from client_qt.model.certificate import Certificate, Verdict, judge, spaced
from client_qt.model.failure import Failure
from client_qt.session.client import StreamClient
from client_qt.session.network import Network, certificate_shown, read_authorities
from tests.fakes.bridge.viewer_server import WaitUntil
from tests.fakes.certificates import KeyPair, make_authority, make_certificate

Serve = Callable[..., int]


class Trial:
    """A client of a TLS server and what it said."""

    def __init__(self, port: int, **options: object) -> None:
        address = ServerAddress(f"wss://127.0.0.1:{port}/ws", "s3cret")
        pause = Backoff(30.0, limit_s=30.0)
        self.client = StreamClient(address, backoff=pause, **options)  # type: ignore[arg-type]  # passed through
        self.connected = 0
        self.refused: list[tuple[Certificate, str]] = []
        self.failures: list[Failure] = []
        self.client.connected.connect(self._count)
        self.client.certificate_refused.connect(lambda c, old: self.refused.append((c, old)))
        self.client.failed.connect(self.failures.append)
        self.client.open()

    def _count(self) -> None:
        self.connected += 1

    def close(self) -> None:
        self.client.close()
        self.client.deleteLater()


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[QWebSocketServer] = []

    def build(pair: KeyPair, port: int = 0) -> int:
        configuration = QSslConfiguration.defaultConfiguration()
        configuration.setLocalCertificate(read_pem(pair))
        key = QSslKey(QByteArray(pair.key.read_bytes()), QSsl.KeyAlgorithm.Rsa)
        configuration.setPrivateKey(key)
        server = QWebSocketServer("tls", QWebSocketServer.SslMode.SecureMode)
        server.setSslConfiguration(configuration)
        assert server.listen(QHostAddress(QHostAddress.SpecialAddress.LocalHost), port)
        servers.append(server)
        return server.serverPort()

    yield build
    for server in servers:
        server.close()
        server.deleteLater()


@pytest.fixture
def attempt() -> Iterator[Callable[..., Trial]]:
    made: list[Trial] = []

    def build(port: int, **options: object) -> Trial:
        made.append(Trial(port, **options))
        return made[-1]

    yield build
    for trial in made:
        trial.close()


def read_pem(pair: KeyPair) -> QSslCertificate:
    return QSslCertificate(QByteArray(pair.certificate.read_bytes()))


def fingerprint(pair: KeyPair) -> str:
    return certificate_shown(read_pem(pair), []).fingerprint


def test_an_unknown_certificate_is_shown_and_can_be_trusted(
    tmp_path: Path, serve: Serve, attempt: Callable[..., Trial], wait_until: WaitUntil
) -> None:
    pair = make_certificate(tmp_path, common_name="cams")
    trial = attempt(serve(pair))
    wait_until(lambda: trial.failures)
    (shown, old), (failure,) = trial.refused[0], trial.failures
    assert (shown.subject, shown.issuer, old) == ("cams, Works", "cams, Works", "")
    assert shown.fingerprint == fingerprint(pair)
    assert len(shown.fingerprint) == 64
    assert shown.valid_from < shown.valid_until
    assert any("self-signed" in problem for problem in shown.problems)
    assert failure.kind == "certificate"
    assert "not trusted here" in failure.reason
    assert trial.connected == 0
    trial.client.trust(shown.fingerprint)
    wait_until(lambda: trial.connected)
    assert len(trial.refused) == 1


def test_a_changed_certificate_is_refused_with_both_fingerprints(
    tmp_path: Path, serve: Serve, attempt: Callable[..., Trial], wait_until: WaitUntil
) -> None:
    old, new = make_certificate(tmp_path, "old"), make_certificate(tmp_path, "new")
    trial = attempt(serve(new), fingerprint=fingerprint(old))
    wait_until(lambda: trial.failures)
    assert trial.refused[0][0].fingerprint == fingerprint(new)
    assert trial.refused[0][1] == fingerprint(old)
    assert fingerprint(old) in trial.failures[0].reason
    assert fingerprint(new) in trial.failures[0].reason
    assert trial.connected == 0


def test_a_pinned_server_may_not_change_to_one_that_an_authority_signed(
    tmp_path: Path, serve: Serve, attempt: Callable[..., Trial], wait_until: WaitUntil
) -> None:
    authority, server = make_authority(tmp_path)
    network = Network(authorities=read_authorities(str(authority.certificate)))
    port = serve(server)
    pinned = attempt(port, network=network, fingerprint="ab" * 32)
    wait_until(lambda: pinned.failures)
    assert pinned.refused[0][1] == "ab" * 32
    assert pinned.connected == 0
    right = attempt(port, network=network, fingerprint=fingerprint(server))
    wait_until(lambda: right.connected)


def test_an_authority_of_ones_own_is_enough(
    tmp_path: Path, serve: Serve, attempt: Callable[..., Trial], wait_until: WaitUntil
) -> None:
    authority, server = make_authority(tmp_path)
    port = serve(server)
    trial = attempt(port, network=Network(authorities=read_authorities(str(authority.certificate))))
    wait_until(lambda: trial.connected)
    assert trial.refused == []
    other = make_authority(tmp_path, "other")[0]
    stranger = attempt(port, network=Network(authorities=read_authorities(str(other.certificate))))
    wait_until(lambda: stranger.failures)
    assert stranger.refused[0][0].fingerprint == fingerprint(server)


def test_the_servers_own_certificate_is_shown_and_not_its_authoritys(
    tmp_path: Path, serve: Serve, attempt: Callable[..., Trial], wait_until: WaitUntil
) -> None:
    _, server = make_authority(tmp_path)
    trial = attempt(serve(server))
    wait_until(lambda: trial.refused)
    assert trial.refused[0][0].issuer == "Works CA"
    assert trial.refused[0][0].fingerprint == fingerprint(server)


def test_insecure_accepts_any(
    tmp_path: Path, serve: Serve, attempt: Callable[..., Trial], wait_until: WaitUntil
) -> None:
    trial = attempt(serve(make_certificate(tmp_path)), network=Network(insecure=True))
    wait_until(lambda: trial.connected)
    assert trial.refused == []


@pytest.mark.parametrize(
    ("data", "problem"),
    [(None, "No such file"), (b"", "no certificate"), (b"x" * 5_000_000, "larger than")],
)
def test_a_file_without_certificates_is_named(
    data: bytes | None, problem: str, tmp_path: Path
) -> None:
    path = tmp_path / "ca.pem"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(UsageError, match=rf"ca\.pem: .*{problem}"):
        read_authorities(str(path))


def test_fingerprints_are_compared_whatever_their_form() -> None:
    assert judge("ab" * 32, ":".join(["AB"] * 32)) == Verdict(trusted=True)
    assert judge("ab" * 32, "") == Verdict(trusted=False)
    assert judge("ab" * 32, "cd" * 32) == Verdict(trusted=False, changed_from="cd" * 32)
    assert spaced("abcdef01") == "AB:CD:\nEF:01"
