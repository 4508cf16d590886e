"""The certificate that viewers are shown, which can be read again while they are connected."""

from __future__ import annotations

import logging
import os
import ssl
import stat
import time
from collections.abc import Callable
from pathlib import Path

from camstrm.bridge.http.certificate_end import certificate_end
from camstrm.config.small_file import read_small_file
from camstrm.errors import ConfigError

__all__ = ["Certificate"]

_log = logging.getLogger(__name__)

_SOON_S = 14 * 86_400
"""As the alert rule for it (deploy/prometheus)."""

_MAX_FILE = 1024 * 1024
"""Bytes of a certificate with those of its authorities."""

_KEYS = "bridge.tls_cert / tls_key"


class Certificate:
    """A certificate with its key, from PEM files.

    Belongs to the bridge's event loop.
    """

    def __init__(self, certificate: str, key: str, clock: Callable[[], float] = time.time) -> None:
        """Read both files; ``key`` may be empty if it stands in the certificate's file.

        Raises ConfigError if they cannot be used. One that has ended, or soon will, can: a
        warning says so. ``clock``: seconds since 1970.
        """
        self.context = _make_context(certificate, key)
        """For connections from now on. Those that are there keep the one they were made with."""
        self.end_s = certificate_end(read_small_file(certificate, _MAX_FILE)[0])
        """When the certificate ends, in seconds since 1970; infinite if that is not known."""
        left_s = self.end_s - clock()
        if left_s < _SOON_S:
            _log.warning(
                "the certificate %s %s on %s: viewers refuse it from then on. Renew it and reload",
                certificate,
                "ends" if left_s > 0 else "has ended",
                time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(self.end_s)),
            )

    def take_over(self, other: Certificate) -> None:
        """Show viewers another certificate from now on; nobody is disconnected."""
        self.context = other.context
        self.end_s = other.end_s


def _make_context(certificate: str, key: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        for name in filter(None, (certificate, key)):
            # OpenSSL would wait without end for what a pipe brings, and read a device on and on.
            if not stat.S_ISREG(Path(name).stat().st_mode):
                raise ConfigError(name, "wanted a regular file", key=_KEYS)
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
        raise ConfigError(name, f"cannot be read ({error.strerror})", key=_KEYS) from None
    except ValueError as error:  # NUL in a path
        raise ConfigError(certificate, f"cannot be read ({error})", key=_KEYS) from None
    return context
