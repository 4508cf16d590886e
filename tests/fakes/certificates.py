"""Certificates of loopback, made by openssl for the test."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

__all__ = ["KeyPair", "make_authority", "make_certificate"]


@dataclass(frozen=True)
class KeyPair:
    """Files in PEM."""

    key: Path
    certificate: Path


def make_certificate(
    folder: Path,
    name: str = "server",
    *,
    common_name: str = "127.0.0.1",
    days: int = 2,
    elliptic: bool = False,
) -> KeyPair:
    """Return a self-signed certificate of 127.0.0.1.

    ``elliptic``: made in milliseconds, where RSA may take seconds, but not for Qt's fake server.
    """
    key = ("ec", "-pkeyopt", "ec_paramgen_curve:P-256") if elliptic else ("rsa:2048",)
    pair = KeyPair(folder / f"{name}.key", folder / f"{name}.pem")
    _openssl(
        "req", "-x509", "-newkey", *key, "-nodes", "-days", str(days),
        "-subj", f"/O=Works/CN={common_name}", "-addext", "subjectAltName=IP:127.0.0.1",
        "-keyout", str(pair.key), "-out", str(pair.certificate),
    )  # fmt: skip
    return pair


def make_authority(folder: Path, name: str = "ca") -> tuple[KeyPair, KeyPair]:
    """Return an authority, and a certificate of 127.0.0.1 that it has signed."""
    authority = KeyPair(folder / f"{name}.key", folder / f"{name}.pem")
    _openssl(
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Works CA",
        "-keyout", str(authority.key), "-out", str(authority.certificate),
    )  # fmt: skip
    server = KeyPair(folder / f"{name}-server.key", folder / f"{name}-server.pem")
    request, extensions = folder / f"{name}.csr", folder / f"{name}.ext"
    extensions.write_text("subjectAltName=IP:127.0.0.1\n")
    _openssl(
        "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1",
        "-keyout", str(server.key), "-out", str(request),
    )  # fmt: skip
    _openssl(
        "x509", "-req", "-in", str(request), "-days", "2", "-CA", str(authority.certificate),
        "-CAkey", str(authority.key), "-CAcreateserial", "-extfile", str(extensions),
        "-out", str(server.certificate),
    )  # fmt: skip
    return authority, server


def _openssl(*arguments: str) -> None:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl makes the certificate")
    subprocess.run([program, *arguments], check=True, capture_output=True, timeout=60)
