from __future__ import annotations

import logging
import os
import time
from pathlib import Path

import pytest

from camstrm.bridge.http.certificate import Certificate
from camstrm.errors import ConfigError
from tests.fakes.certificates import make_certificate


def test_another_certificate_is_taken_over(tmp_path: Path) -> None:
    pair = make_certificate(tmp_path, elliptic=True)
    other = make_certificate(tmp_path, "other", elliptic=True)
    certificate = Certificate(str(pair.certificate), str(pair.key))
    wanted = Certificate(str(other.certificate), str(other.key))
    certificate.take_over(wanted)
    assert (certificate.context, certificate.end_s) == (wanted.context, wanted.end_s)


@pytest.mark.parametrize(
    ("left_days", "said"), [(15, ""), (13, "server.pem ends on "), (-1, "server.pem has ended on ")]
)
def test_an_old_certificate_is_warned_about(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, left_days: int, said: str
) -> None:
    pair = make_certificate(tmp_path, days=30, elliptic=True)
    now_s = time.time() + (30 - left_days) * 86_400
    with caplog.at_level(logging.WARNING):
        Certificate(str(pair.certificate), str(pair.key), lambda: now_s)
    assert said in caplog.text
    assert bool(caplog.records) == bool(said)


@pytest.mark.parametrize("damage", ["certificate", "key", "gone"])
def test_bad_files_are_refused_with_the_reason(tmp_path: Path, damage: str) -> None:
    pair = make_certificate(tmp_path, elliptic=True)
    if damage == "gone":
        pair.key.unlink()
    else:
        getattr(pair, damage).write_text("nonsense")
    with pytest.raises(ConfigError, match="cannot be read" if damage == "gone" else "no PEM"):
        Certificate(str(pair.certificate), str(pair.key))


@pytest.mark.parametrize(("name", "why"), [("pipe", "a regular file"), ("a\0b", "cannot be read")])
def test_what_is_no_file_is_not_waited_for(tmp_path: Path, name: str, why: str) -> None:
    """A reload reads it in a thread, which would hold up the next reload and the bridge's end."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigError, match=why):
        Certificate(str(tmp_path / name), "")
    for device in ("/dev/zero", str(tmp_path)):
        with pytest.raises(ConfigError, match="a regular file"):
            Certificate(device, "")
