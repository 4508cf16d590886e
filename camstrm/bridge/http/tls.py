"""ServerCertificate: the certificate of the port, which can be exchanged while viewers watch."""

from __future__ import annotations

import ssl

from camstrm.bridge.http.listen import make_tls

__all__ = ["ServerCertificate"]


class ServerCertificate:
    """Gives each new connection the certificate that was loaded last.

    Connections that are there keep theirs, so nobody is cut off. :attr:`context` is what the
    port listens with; the one that a handshake goes on with is chosen in it, because a context
    into which a certificate without its key was loaded could serve nobody any more.
    """

    def __init__(self, certificate: str, key: str) -> None:
        """Load the PEM files; without a certificate there is no TLS. Raises ConfigError."""
        self.context = make_tls(certificate, key)
        """For the port; None: no TLS."""
        self._newest = self.context
        """What handshakes from now on use. Belongs to the bridge's loop."""
        if self.context is not None:
            # OpenSSL calls it for each handshake, also where the client names no server.
            self.context.sni_callback = self._choose

    @property
    def is_on(self) -> bool:
        """Whether the port speaks TLS."""
        return self.context is not None

    def take(self, newest: ssl.SSLContext) -> None:
        """Use a context that ``make_tls`` has made of new files, from the next handshake on."""
        self._newest = newest

    def _choose(self, connection: ssl.SSLObject, _name: str | None, _: ssl.SSLContext) -> None:
        if self._newest is not None:
            connection.context = self._newest
