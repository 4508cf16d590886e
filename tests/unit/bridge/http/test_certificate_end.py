from __future__ import annotations

import math
import ssl
import time
from datetime import datetime, timezone
from pathlib import Path

import pytest

from camstrm.bridge.http.certificate_end import certificate_end
from tests.fakes.certificates import make_certificate


@pytest.mark.parametrize(("days", "year"), [(2, None), (36500, 2100)])
def test_the_end_of_a_certificate(tmp_path: Path, days: int, year: int | None) -> None:
    """From 2050 on the time is written in another way."""
    pem = make_certificate(tmp_path, days=days, elliptic=True).certificate.read_bytes()
    end_s = certificate_end(pem)
    assert end_s == pytest.approx(time.time() + days * 86400, abs=600)
    if year is not None:
        assert datetime.fromtimestamp(end_s, timezone.utc).year >= year


def test_the_first_of_several_counts(tmp_path: Path) -> None:
    first, second = (
        make_certificate(tmp_path, name, days=days, elliptic=True).certificate.read_bytes()
        for name, days in (("own", 3), ("authority", 30))
    )
    assert certificate_end(b"text before\n" + first + second) == certificate_end(first)
    assert certificate_end(second) - certificate_end(first) == pytest.approx(27 * 86400, abs=600)


def test_what_is_no_certificate_has_no_end(tmp_path: Path) -> None:
    pem = make_certificate(tmp_path, elliptic=True).certificate.read_text()
    der = ssl.PEM_cert_to_DER_cert(pem)
    for size in range(len(der)):
        certificate_end(ssl.DER_cert_to_PEM_cert(der[:size]).encode())
    for text in (b"", b"-----BEGIN CERTIFICATE-----\n====\n-----END CERTIFICATE-----\n"):
        assert certificate_end(text) == math.inf
