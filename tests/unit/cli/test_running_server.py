"""Commands that ask a server on another machine: certificates of its own."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from camstrm.cli.main import main
from tests.fakes.bridge.running_bridge import running_bridge
from tests.fakes.certificates import make_certificate
from tests.fakes.grabber.fake_grabber import FakeGrabber


async def test_a_server_with_a_certificate_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = make_certificate(tmp_path, elliptic=True)
    async with (
        running_bridge(tmp_path, tls_cert=str(pair.certificate), tls_key=str(pair.key)) as bridge,
        FakeGrabber(bridge.socket_path),
    ):
        asked = ["features", "none of these", "--server", bridge.url]
        assert await asyncio.to_thread(main, asked) == 1
        assert "its certificate is not trusted" in (said := capsys.readouterr().err)
        assert "camstrm features --ca FILE" in said
        assert await asyncio.to_thread(main, [*asked, "--ca", str(pair.certificate)]) == 1
        assert "no camera with serial number 'none of these'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--server", "wss://127.0.0.1:1", "--ca", "/no/such.pem"], "cannot be read (No such file"),
        (["--server", "wss://127.0.0.1:1", "--ca", __file__], "holds no certificate in PEM form"),
        (["--ca", "/no/such.pem"], "--ca is for a server that --server names"),
    ],
)
def test_authorities_that_cannot_be_used(
    capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(["features", "1", *words]) == 2
    assert said in capsys.readouterr().err


def test_authorities_are_of_no_use_without_tls(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = make_certificate(tmp_path, elliptic=True)
    words = ["--server", "ws://127.0.0.1:1", "--ca", str(pair.certificate)]
    assert main(["features", "1", *words]) == 2
    assert "127.0.0.1:1 is not encrypted" in capsys.readouterr().err
