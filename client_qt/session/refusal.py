"""What a server says about a token that it refuses: QWebSocket throws the answer's text away."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QUrl
from PySide6.QtNetwork import QNetworkAccessManager, QNetworkRequest, QSslError

from camstrm.client.address import ServerAddress
from camstrm.viewing.plain_text import plain_text
from client_qt.model.certificate import judge
from client_qt.session.network import Network, certificate_shown

__all__ = ["ask_reason"]

_TIMEOUT_MS = 5000
_MAX_SIZE = 4096
"""Bytes of an answer that are read."""

_MAX_SHOWN = 300
"""Characters of a server's own words."""


def ask_reason(
    address: ServerAddress,
    network: Network,
    fingerprint: str,
    answer: Callable[[str], None],
    parent: QObject,
) -> None:
    """Give ``answer`` the text of the server's refusal; it is not called if there is none.

    Asks for the server's status with the same token, over the same proxy and certificate. All that
    is made for it ends with the answer, or with ``parent``.
    """
    manager = QNetworkAccessManager(parent)
    manager.setProxy(network.proxy_for(address))
    request = QNetworkRequest(QUrl(address.page_url()).resolved(QUrl("api/status")))
    request.setTransferTimeout(_TIMEOUT_MS)
    policy = QNetworkRequest.RedirectPolicy.ManualRedirectPolicy
    request.setAttribute(QNetworkRequest.Attribute.RedirectPolicyAttribute, policy.value)
    if address.token:
        request.setRawHeader(b"Authorization", f"Bearer {address.token}".encode("ascii"))
    if address.encrypted:
        request.setSslConfiguration(network.tls(fingerprint))
    reply = manager.get(request)
    said = bytearray()

    def check(errors: list[QSslError]) -> None:
        shown = certificate_shown(errors[0].certificate(), errors)
        if network.insecure or judge(shown.fingerprint, fingerprint).trusted:
            reply.ignoreSslErrors()

    def read() -> None:
        said.extend(reply.read(_MAX_SIZE - len(said)).data())
        if len(said) >= _MAX_SIZE:
            reply.abort()

    def end() -> None:
        status = reply.attribute(QNetworkRequest.Attribute.HttpStatusCodeAttribute)
        kind = reply.header(QNetworkRequest.KnownHeaders.ContentTypeHeader)
        manager.deleteLater()
        if status in (401, 403) and str(kind).startswith("text/plain"):
            text = " ".join(said.decode("utf-8", "replace").split())
            if text:
                answer(plain_text(text, _MAX_SHOWN))

    reply.sslErrors.connect(check)
    reply.readyRead.connect(read)
    reply.finished.connect(end)
