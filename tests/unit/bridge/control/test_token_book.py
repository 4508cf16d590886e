from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from camstrm.bridge.control.role import ANYBODY, Role
from camstrm.bridge.control.secret import cookie_of
from camstrm.bridge.control.token_book import TokenBook
from camstrm.bridge.control.token_store import (
    MAX_SHARES,
    TOKENS_FILE,
    add_share,
    add_token,
    read_tokens,
    revoke_token,
)
from camstrm.errors import ConfigError, UsageError

VIEW, CONTROL = "the-token-to-watch", "the-token-to-control"
SHARED = [(CONTROL, Role.CONTROL), (VIEW, Role.VIEW)]


def test_shared_tokens_are_called_after_their_roles() -> None:
    book = TokenBook(None, SHARED)
    for secret, role in SHARED:
        grant = book.find(secret)
        assert grant is not None
        assert (grant.name, grant.role) == (role.label, role)
        assert book.find_cookie(cookie_of(secret)) == grant


@pytest.mark.parametrize(
    "wrong", ["", "x", VIEW + "x", VIEW.upper(), cookie_of(VIEW), "tök\udcffn", "\0"]
)
def test_everything_else_is_no_token(wrong: str) -> None:
    book = TokenBook(None, SHARED)
    assert book.find(wrong) is None
    assert wrong == cookie_of(VIEW) or book.find_cookie(wrong) is None


def test_one_text_in_both_files_is_a_token_to_watch() -> None:
    grant = TokenBook(None, [(VIEW, Role.CONTROL), (VIEW, Role.VIEW)]).find(VIEW)
    assert grant is not None
    assert grant.role == Role.VIEW


async def test_a_token_that_is_added_is_known_after_the_next_look(tmp_path: Path) -> None:
    book = await asyncio.to_thread(TokenBook, tmp_path)
    secret, _ = await asyncio.to_thread(add_token, tmp_path, "anna", "admin")
    assert book.find(secret) is None
    await book.refresh()
    grant = book.find(secret)
    assert grant is not None
    assert (grant.name, grant.role) == ("anna", Role.ADMIN)
    assert book.end_of(grant) == ""


async def test_a_token_that_is_revoked_ends(tmp_path: Path) -> None:
    secret, _ = await asyncio.to_thread(add_token, tmp_path, "anna", "admin")
    book = await asyncio.to_thread(TokenBook, tmp_path)
    grant = book.find(secret)
    assert grant is not None
    await asyncio.to_thread(revoke_token, tmp_path, "anna")
    await book.refresh()
    assert book.find(secret) is None
    assert book.find_cookie(cookie_of(secret)) is None
    assert book.end_of(grant) == "this token was revoked"


async def test_a_second_token_of_the_same_name_does_not_revive_the_first(tmp_path: Path) -> None:
    secret, _ = await asyncio.to_thread(add_token, tmp_path, "anna", "admin")
    book = await asyncio.to_thread(TokenBook, tmp_path)
    grant = book.find(secret)
    assert grant is not None
    await asyncio.to_thread(revoke_token, tmp_path, "anna")
    other, _ = await asyncio.to_thread(add_token, tmp_path, "anna", "admin")
    await book.refresh()
    assert book.end_of(grant) == "this token was revoked"
    assert book.find(other) is not None


async def test_a_file_that_is_taken_away_revokes_all(tmp_path: Path) -> None:
    secret, _ = await asyncio.to_thread(add_token, tmp_path, "anna", "view")
    book = await asyncio.to_thread(TokenBook, tmp_path, SHARED)
    (tmp_path / TOKENS_FILE).unlink()
    await book.refresh()
    assert book.find(secret) is None
    assert book.find(VIEW) is not None


def test_a_token_expires_by_the_clock_without_the_file_changing(tmp_path: Path) -> None:
    secret, token = add_token(tmp_path, "anna", "view", lifetime=timedelta(days=1))
    assert token.expires is not None
    now = [token.expires.timestamp() - 1]
    book = TokenBook(tmp_path, clock=lambda: now[0])
    grant = book.find(secret)
    assert grant is not None
    now[0] += 1
    assert book.find(secret) is None
    assert book.end_of(grant) == "this token has expired"


async def test_a_role_that_is_changed_by_hand_ends_the_connection(tmp_path: Path) -> None:
    secret, _ = await asyncio.to_thread(add_token, tmp_path, "anna", "admin")
    book = await asyncio.to_thread(TokenBook, tmp_path)
    grant = book.find(secret)
    assert grant is not None
    path = tmp_path / TOKENS_FILE
    path.write_text(path.read_text().replace("admin", "view"))
    await book.refresh()
    assert "the role or the cameras of this token were changed" in book.end_of(grant)
    again = book.find(secret)
    assert again is not None
    assert again.role == Role.VIEW


async def test_a_share_is_for_its_cameras_and_ends(tmp_path: Path) -> None:
    now = datetime(2026, 1, 1, tzinfo=timezone.utc)
    secret, _share = await asyncio.to_thread(
        add_share, tmp_path, ("left", "e\u0301t\u00e9"), timedelta(hours=2), "", "kim", now
    )
    clock = [now.timestamp()]
    book = await asyncio.to_thread(TokenBook, tmp_path, (), lambda: clock[0])
    grant = book.find(secret)
    assert grant is not None
    assert (grant.role, grant.sight) == (Role.VIEW, frozenset(("left", "\u00e9t\u00e9")))
    path = tmp_path / TOKENS_FILE
    path.write_text(path.read_text().replace("left", "right"))
    await book.refresh()
    assert "cameras of this token were changed" in book.end_of(grant)
    clock[0] += 7200
    assert book.find(secret) is None


async def test_so_many_shares_may_be_open_and_those_that_are_over_go(tmp_path: Path) -> None:
    now = datetime(2026, 1, 1, tzinfo=timezone.utc)
    hour = timedelta(hours=1)

    def add(at: datetime) -> None:
        add_share(tmp_path, ("left",), hour, "", "kim", at)

    def fill() -> None:
        add_token(tmp_path, "anna", "admin")
        for _ in range(MAX_SHARES):
            add(now)

    await asyncio.to_thread(fill)
    with pytest.raises(UsageError, match="100 open shares already"):
        await asyncio.to_thread(add, now)
    await asyncio.to_thread(add, now + hour)
    left = await asyncio.to_thread(read_tokens, tmp_path)
    assert [token.name == "anna" for token in left] == [True, False]


@pytest.mark.parametrize("harm", ["garbage", "writable"])
async def test_a_file_that_is_spoilt_while_the_bridge_runs_is_reported_once(
    tmp_path: Path, harm: str, caplog: pytest.LogCaptureFixture
) -> None:
    secret, _ = await asyncio.to_thread(add_token, tmp_path, "anna", "view")
    book = await asyncio.to_thread(TokenBook, tmp_path)
    path = tmp_path / TOKENS_FILE
    good = path.read_bytes()
    if harm == "garbage":
        path.write_text("{")
    else:
        path.chmod(0o666)
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            await book.refresh()
    assert caplog.text.count("The tokens known until now stay") == 1
    assert book.find(secret) is not None
    path.unlink()
    path.write_bytes(good)
    path.chmod(0o600)
    await asyncio.to_thread(revoke_token, tmp_path, "anna")
    await book.refresh()
    assert book.find(secret) is None


def test_a_spoilt_file_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / TOKENS_FILE).write_text("{")
    (tmp_path / TOKENS_FILE).chmod(0o600)
    with pytest.raises(ConfigError):
        TokenBook(tmp_path)


def test_who_needs_no_token_has_none_that_ends(tmp_path: Path) -> None:
    assert TokenBook(tmp_path).end_of(ANYBODY) == ""
    assert read_tokens(tmp_path) == ()
