from __future__ import annotations

import errno
import io
import sys

import pytest

from camstrm.bridge.app import BridgeAddresses
from camstrm.cli.commands import bridge
from camstrm.cli.commands.bridge import announcement
from camstrm.cli.public_url import PublicUrl


def addresses(token: str | None = "V", control: str | None = "C") -> BridgeAddresses:
    return BridgeAddresses("h", 8765, False, token, "/s", control)


def test_it_prints_a_url_to_watch_and_one_to_control() -> None:
    assert announcement(addresses(), None) == (
        "\n  to watch    http://h:8765/?token=V\n  to control  http://h:8765/?token=C\n"
    )


def test_without_authentication_only_the_one_to_control_has_a_token() -> None:
    assert announcement(addresses(None), None) == (
        "\n  to watch    http://h:8765/\n  to control  http://h:8765/?token=C\n"
    )


def test_without_a_shared_token_to_control_there_is_none() -> None:
    assert announcement(addresses(control=None), None) == (
        "\n  to watch    http://h:8765/?token=V\n"
    )


def test_all_addresses_are_named_for_those_who_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "viewer_urls", lambda _, token: [f"http://a/?{token}", "http://b/"])
    assert announcement(addresses(), None) == (
        "\n  to watch    http://a/?V\n  or at       http://b/\n  to control  http://a/?C\n"
    )


def test_a_public_url_takes_the_place_of_both() -> None:
    public = PublicUrl("https", "cameras.example")
    assert announcement(addresses(), public) == (
        "\n  to watch    https://cameras.example/?token=V"
        "\n  to control  https://cameras.example/?token=C\n"
    )


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("terminal", [True, False])
def test_tokens_are_printed_in_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    out = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    bridge._announce(addresses("VVV", "CCC"), None, "camstrm url --port 1")
    said = out.getvalue()
    assert "  to watch    http://h:8765/" in said
    assert ("VVV" in said) == ("CCC" in said) == terminal
    assert ("      camstrm url --port 1\n" in said) == (not terminal)


def test_where_there_is_no_token_nothing_is_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bridge, "complain", lambda *_: None)
    bridge._announce(addresses(None, None), None, "camstrm url")
    assert capsys.readouterr().out == "\n  to watch    http://h:8765/\n\n"


class Full(io.StringIO):
    """A file on a full disk."""

    def flush(self) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_addresses_that_cannot_be_printed_end_no_bridge(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", Full())
        bridge._announce(addresses(), None, "camstrm url")
    assert capsys.readouterr().err == (
        "camstrm: the addresses cannot be printed (No space left on device)\n"
    )
