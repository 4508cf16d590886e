"""The certificate that viewers are shown, which can be read again while they are connected."""

from __future__ import annotations

import os
import ssl

from camstrm.errors import ConfigError

__all__ = ["Certificate"]


class Certificate:
    """A certificate with its key, from PEM files.

    Belongs to the bridge's event loop.
    """

    def __init__(self, certificate: str, key: str) -> None:
        """Read both files; ``key`` may be empty if it stands in the certificate's file.

        Raises ConfigError if they cannot be used.
        """
        self.context = _make_context(certificate, key)
        """For connections from now on. Those that are there keep the one they were made with."""

    def take_over(self, other: Certificate) -> None:
        """Show viewers another certificate from now on; nobody is disconnected."""
        self.context = other.context


def _make_context(certificate: str, key: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # A key with a passphrase would make OpenSSL ask on the terminal.
        context.load_cert_chain(certificate, key or None, password=lambda: "")
    except ssl.SSLError as error:
        reason = error.reason or str(error)
        raise ConfigError(
            certificate,
            f"no PEM certificate with the key {key or certificate} ({reason})",
            key="bridge.tls_cert",
        ) from None
    except OSError as error:
        name = key if key and not os.access(key, os.R_OK) else certificate
        raise ConfigError(
            name, f"cannot be read ({error.strerror})", key="bridge.tls_cert / tls_key"
        ) from None
    return context
