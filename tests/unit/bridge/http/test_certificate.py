from __future__ import annotations

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
    assert certificate.context is wanted.context


@pytest.mark.parametrize("damage", ["certificate", "key", "gone"])
def test_bad_files_are_refused_with_the_reason(tmp_path: Path, damage: str) -> None:
    pair = make_certificate(tmp_path, elliptic=True)
    if damage == "gone":
        pair.key.unlink()
    else:
        getattr(pair, damage).write_text("nonsense")
    with pytest.raises(ConfigError, match="cannot be read" if damage == "gone" else "no PEM"):
        Certificate(str(pair.certificate), str(pair.key))
