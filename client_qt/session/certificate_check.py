"""CertificateCheck: whether the certificate of an attempt to connect passes, and why not."""

from __future__ import annotations

import logging

from PySide6.QtNetwork import QSslCertificate, QSslError, QSslSocket
from PySide6.QtWebSockets import QWebSocket

from camstrm.viewing.texts import Texts
from client_qt.model.certificate import Certificate, judge
from client_qt.model.failure import Failure
from client_qt.session.network import Network, certificate_shown

__all__ = ["CertificateCheck"]

_log = logging.getLogger(__name__)


class CertificateCheck:
    """What TLS asks about in one attempt to connect. Belongs to the UI thread, all of it."""

    def __init__(self, server: str, network: Network, fingerprint: str, texts: Texts) -> None:
        """``fingerprint``: of the one certificate that is trusted, "": what the system trusts."""
        self._server = server
        self._network = network
        self._fingerprint = fingerprint
        self._say = texts.say
        self.problem = ""
        """What Qt said about the certificate that was refused; empty: none was."""
        self.failure: Failure | None = None
        """What is wrong with the certificate, where the person is to decide."""

    def refused(
        self, socket: QWebSocket, errors: list[QSslError]
    ) -> tuple[Certificate, str] | None:
        """Return what the person must be shown of a certificate; None: it passes.

        Beside the certificate that is the fingerprint of the one that was trusted before ("":
        none was).
        """
        problem = "; ".join(dict.fromkeys(e.errorString() for e in errors))
        if self._network.insecure:
            _log.warning("certificate of %s accepted (--insecure): %s", self._server, problem)
            return None
        shown = certificate_shown(_peer_certificate(socket, errors), errors)
        verdict = judge(shown.fingerprint, self._fingerprint)
        if verdict.trusted:
            return None
        self.problem = problem
        if verdict.changed_from:
            self.failure = self._changed(verdict.changed_from, shown)
        return shown, verdict.changed_from

    def _changed(self, old: str, shown: Certificate) -> Failure:
        values = {"server": self._server, "old": old, "new": shown.fingerprint}
        reason = self._say("connect.fail.certificate_changed", **values)
        return Failure(reason, patient=True, kind="certificate")


def _peer_certificate(socket: QWebSocket, errors: list[QSslError]) -> QSslCertificate:
    """Return the server's own certificate: an error may be about one further up its chain."""
    inner = socket.findChild(QSslSocket)
    certificate = None if inner is None else inner.peerCertificate()
    if certificate is None or certificate.isNull():
        return errors[0].certificate()
    return certificate
