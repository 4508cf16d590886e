from __future__ import annotations

from pathlib import Path

import pytest

from camstrm.bridge.http.certificate import Certificate
from camstrm.errors import ConfigError
from tests.fakes.certificates import make_certificate


async def test_a_reload_takes_what_the_files_hold_now(tmp_path: Path) -> None:
    pair = make_certificate(tmp_path, elliptic=True)
    other = make_certificate(tmp_path, "other", elliptic=True)
    certificate = Certificate(str(pair.certificate), str(pair.key))
    before = certificate.context
    other.certificate.replace(pair.certificate)
    other.key.replace(pair.key)
    await certificate.reload()
    assert certificate.context is not before


@pytest.mark.parametrize("damage", ["certificate", "key", "gone"])
async def test_a_reload_of_bad_files_changes_nothing_and_says_why(
    tmp_path: Path, damage: str
) -> None:
    pair = make_certificate(tmp_path, elliptic=True)
    certificate = Certificate(str(pair.certificate), str(pair.key))
    before = certificate.context
    if damage == "gone":
        pair.key.unlink()
    else:
        getattr(pair, damage).write_text("nonsense")
    with pytest.raises(ConfigError, match="cannot be read" if damage == "gone" else "no PEM"):
        await certificate.reload()
    assert certificate.context is before
