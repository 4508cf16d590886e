"""How servers are reached: proxy, certificates. Cameras are in the same building as a rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from PySide6.QtCore import QByteArray, QCryptographicHash
from PySide6.QtNetwork import (
    QNetworkProxy,
    QNetworkProxyFactory,
    QNetworkProxyQuery,
    QSslCertificate,
    QSslConfiguration,
    QSslError,
    QSslSocket,
)

from camstrm.client.address import ServerAddress
from camstrm.errors import UsageError
from camstrm.viewing.plain_text import plain_text
from client_qt.model.certificate import Certificate, judge

__all__ = ["SYSTEM_PROXY", "Network", "certificate_shown", "read_authorities"]

SYSTEM_PROXY = "system"
"""Asks for the proxy that the system has for web pages."""

_MAX_AUTHORITIES_SIZE = 4 * 1024 * 1024
_MAX_NAME = 200

_PROXIES = {
    "http": QNetworkProxy.ProxyType.HttpProxy,
    "socks5": QNetworkProxy.ProxyType.Socks5Proxy,
}
_PROXY_PORTS = {"http": 8080, "socks5": 1080}


@dataclass(frozen=True)
class Network:
    """What holds for all connections of the viewer.

    ``insecure``: any certificate is accepted. ``authorities``: trusted beside those of the system.
    ``proxy``: "" for none, SYSTEM_PROXY, or http://host:port and socks5://host:port. A company's
    PC has a proxy for web pages, which does not let a WebSocket to the machine next door through.
    """

    insecure: bool = False
    authorities: tuple[QSslCertificate, ...] = ()
    proxy: str = ""

    def __post_init__(self) -> None:
        if self.proxy not in ("", SYSTEM_PROXY):
            _given_proxy(self.proxy)

    def proxy_for(self, address: ServerAddress) -> QNetworkProxy:
        """Return what a connection to the server goes through."""
        if not self.proxy:
            return QNetworkProxy(QNetworkProxy.ProxyType.NoProxy)
        if self.proxy != SYSTEM_PROXY:
            return _given_proxy(self.proxy)
        port = urlsplit(address.url).port or (443 if address.encrypted else 80)
        query = QNetworkProxyQuery(address.host, port, "https" if address.encrypted else "http")
        found = QNetworkProxyFactory.systemProxyForQuery(query)
        return found[0] if found else QNetworkProxy(QNetworkProxy.ProxyType.NoProxy)

    def tls(self, fingerprint: str) -> QSslConfiguration:
        """Return how a certificate is checked; ``fingerprint``: of the one that is trusted, or "".

        With a fingerprint no authority counts: TLS then asks about every certificate, and only
        the trusted one passes, however good another one's authority is.
        """
        configuration = QSslConfiguration.defaultConfiguration()
        if self.insecure:
            configuration.setPeerVerifyMode(QSslSocket.PeerVerifyMode.VerifyNone)
        elif fingerprint:
            configuration.setCaCertificates([])
        elif self.authorities:
            system = QSslConfiguration.systemCaCertificates()
            configuration.setCaCertificates([*system, *self.authorities])
        return configuration

    def accepts(self, certificate: QSslCertificate, fingerprint: str) -> bool:
        """Return whether a certificate that TLS asks about passes: it is the trusted one.

        ``certificate``: the server's own, not one further up its chain.
        """
        if self.insecure:
            return True
        if certificate.isNull():
            return False
        return judge(certificate_shown(certificate, ()).fingerprint, fingerprint).trusted


def read_authorities(path: str) -> tuple[QSslCertificate, ...]:
    """Return the certificates of a PEM file. Raises UsageError if there are none."""
    try:
        with Path(path).open("rb") as stream:
            data = stream.read(_MAX_AUTHORITIES_SIZE + 1)
    except OSError as error:
        raise UsageError(f"certificates {path}: {error.strerror or error}") from None
    if len(data) > _MAX_AUTHORITIES_SIZE:
        raise UsageError(f"certificates {path}: larger than {_MAX_AUTHORITIES_SIZE} bytes")
    found = [c for c in QSslCertificate.fromData(QByteArray(data)) if not c.isNull()]
    if not found:
        raise UsageError(f"certificates {path}: no certificate in it; wanted a PEM file")
    return tuple(found)


def certificate_shown(certificate: QSslCertificate, errors: Iterable[QSslError]) -> Certificate:
    """Return what a person compares of a server's certificate."""
    digest = certificate.digest(QCryptographicHash.Algorithm.Sha256)
    return Certificate(
        _name(certificate, issuer=False),
        _name(certificate, issuer=True),
        certificate.effectiveDate().toUTC().toString("yyyy-MM-dd"),
        certificate.expiryDate().toUTC().toString("yyyy-MM-dd"),
        bytes(digest.toHex().data()).decode(),
        tuple(dict.fromkeys(plain_text(e.errorString(), _MAX_NAME) for e in errors)),
    )


def _name(certificate: QSslCertificate, *, issuer: bool) -> str:
    kinds = (
        QSslCertificate.SubjectInfo.CommonName,
        QSslCertificate.SubjectInfo.Organization,
        QSslCertificate.SubjectInfo.OrganizationalUnitName,
        QSslCertificate.SubjectInfo.CountryName,
    )
    read = certificate.issuerInfo if issuer else certificate.subjectInfo
    parts = [part for kind in kinds for part in read(kind)]
    return plain_text(", ".join(parts), _MAX_NAME)


def _given_proxy(text: str) -> QNetworkProxy:
    example = f"wanted {SYSTEM_PROXY!r}, http://host:port or socks5://host:port"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"proxy {text!r}: {error}; {example}") from None
    if parts.scheme not in _PROXIES or not parts.hostname:
        raise UsageError(f"proxy {text!r}: {example}")
    return QNetworkProxy(
        _PROXIES[parts.scheme],
        parts.hostname,
        port or _PROXY_PORTS[parts.scheme],
        parts.username or "",
        parts.password or "",
    )
