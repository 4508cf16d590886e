from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from camstrm.errors import SocketPathError
from camstrm.feed.socket_path import (
    MAX_SOCKET_PATH,
    check_peer,
    check_socket_path,
    default_socket_path,
)

NOBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give files away")


@pytest.fixture
def as_another_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the checks believe that they run as a user who owns nothing here."""
    monkeypatch.setattr("camstrm.feed.socket_path._ROOT_UID", -1)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    with one, other:
        yield one, other


def bind(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(path))


@pytest.mark.parametrize(
    ("environ", "path"),
    [
        ({"RUNTIME_DIRECTORY": "/run/camstrm"}, "/run/camstrm/camstrm.sock"),
        ({"RUNTIME_DIRECTORY": "/run/a:/run/b"}, "/run/a/camstrm.sock"),
        (
            {"RUNTIME_DIRECTORY": "/run/camstrm", "XDG_RUNTIME_DIR": "/run/user/7"},
            "/run/camstrm/camstrm.sock",
        ),
        ({"XDG_RUNTIME_DIR": "/run/user/7/"}, "/run/user/7/camstrm.sock"),
        ({"XDG_RUNTIME_DIR": "relative"}, f"/tmp/camstrm-{os.getuid()}/camstrm.sock"),
        ({}, f"/tmp/camstrm-{os.getuid()}/camstrm.sock"),
    ],
)
def test_default_place(environ: dict[str, str], path: str) -> None:
    assert default_socket_path(environ) == path


def test_nothing_there_yet_is_fine(tmp_path: Path) -> None:
    check_socket_path(str(tmp_path / "s"))


def test_own_socket_is_fine(tmp_path: Path) -> None:
    bind(tmp_path / "s")
    check_socket_path(str(tmp_path / "s"))


def test_longest_path_is_fine_and_one_byte_more_is_not(tmp_path: Path) -> None:
    longest = str(tmp_path) + "/" + "s" * (MAX_SOCKET_PATH - len(str(tmp_path)) - 1)
    check_socket_path(longest)
    with pytest.raises(SocketPathError, match="has 108 bytes, a UNIX socket allows 107"):
        check_socket_path(longest + "s")


def test_bytes_count_not_characters(tmp_path: Path) -> None:
    with pytest.raises(SocketPathError, match="bytes"):
        check_socket_path(str(tmp_path / ("ü" * 50)))


@pytest.mark.parametrize("path", ["", "a\0b"])
def test_no_path(path: str) -> None:
    with pytest.raises(SocketPathError, match="is no path"):
        check_socket_path(path)


def test_missing_folder_is_named_with_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(SocketPathError, match=f"mkdir -m 0750 {tmp_path}/none"):
        check_socket_path(str(tmp_path / "none" / "s"))


def test_symbolic_link_is_refused(tmp_path: Path) -> None:
    bind(tmp_path / "s")
    (tmp_path / "link").symlink_to(tmp_path / "s")
    with pytest.raises(SocketPathError, match="is a symbolic link"):
        check_socket_path(str(tmp_path / "link"))


def test_linked_folder_is_refused_and_the_real_one_named(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(SocketPathError, match=f"Use {tmp_path}/real/s"):
        check_socket_path(str(tmp_path / "link" / "s"))


def test_file_that_is_no_socket_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("precious")
    with pytest.raises(SocketPathError, match="not a socket"):
        check_socket_path(str(tmp_path / "s"))


def test_folder_that_anybody_may_write_is_refused_without_sticky_bit(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(SocketPathError, match=r"mode 0777.*chmod o-w"):
        check_socket_path(str(folder / "s"))
    folder.chmod(0o1777)
    check_socket_path(str(folder / "s"))


def test_folder_above_that_anybody_may_write_is_refused_without_sticky_bit(tmp_path: Path) -> None:
    above = tmp_path / "open"
    folder = above / "one" / "two"
    folder.mkdir(parents=True)
    above.chmod(0o777)
    with pytest.raises(SocketPathError, match=rf"the folder {above} \(mode 0777\)"):
        check_socket_path(str(folder / "s"))
    above.chmod(0o1777)
    check_socket_path(str(folder / "s"))


@as_root
@pytest.mark.parametrize("depth", [0, 1])
def test_folder_that_a_foreign_group_may_write_is_refused_without_sticky_bit(
    tmp_path: Path, depth: int
) -> None:
    folder = tmp_path / "one" / "two"
    folder.mkdir(parents=True)
    shared = (folder, folder.parent)[depth]
    shared.chmod(0o770)
    check_socket_path(str(folder / "s"))  # a group of this process
    os.chown(shared, -1, NOBODY)
    with pytest.raises(SocketPathError, match=rf"group 65534 may replace .*chmod g-w {shared}"):
        check_socket_path(str(folder / "s"))
    shared.chmod(0o1770)
    check_socket_path(str(folder / "s"))


def test_folder_that_a_group_of_this_process_may_write_is_fine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o770)
    monkeypatch.setattr("camstrm.feed.socket_path._ROOT_GID", -1)
    monkeypatch.setattr(os, "getegid", lambda: 12345)
    monkeypatch.setattr(os, "getgroups", lambda: [12345, tmp_path.stat().st_gid])
    check_socket_path(str(tmp_path / "s"))
    monkeypatch.setattr(os, "getgroups", lambda: [12345])
    with pytest.raises(SocketPathError, match="may replace files in its folder"):
        check_socket_path(str(tmp_path / "s"))


def test_a_link_on_the_way_counts_like_the_folders_that_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "open" / "real").mkdir(parents=True)
    (tmp_path / "way").symlink_to(tmp_path / "open")
    (tmp_path / "open").chmod(0o777)
    with pytest.raises(SocketPathError, match="anybody may replace files"):
        check_socket_path(str(tmp_path / "way" / "real" / "s"))


@pytest.mark.usefixtures("as_another_user")
def test_foreign_folder_is_refused_unless_its_owner_is_allowed(tmp_path: Path) -> None:
    with pytest.raises(SocketPathError, match=f"belongs to uid {os.getuid()}, not to uid 12345"):
        check_socket_path(str(tmp_path / "s"))
    check_socket_path(str(tmp_path / "s"), allowed_uids=(os.getuid(),))


@as_root
def test_foreign_socket_is_refused_unless_its_owner_is_allowed(tmp_path: Path) -> None:
    bind(tmp_path / "s")
    os.chown(tmp_path / "s", NOBODY, NOBODY)
    with pytest.raises(SocketPathError, match="belongs to uid 65534"):
        check_socket_path(str(tmp_path / "s"))
    check_socket_path(str(tmp_path / "s"), allowed_uids=(NOBODY,))


def test_peer_of_the_same_user_passes(pair: tuple[socket.socket, socket.socket]) -> None:
    check_peer(pair[0], "s")


@pytest.mark.usefixtures("as_another_user")
def test_foreign_peer_is_refused_unless_allowed(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    with pytest.raises(SocketPathError, match=f"runs as uid {os.getuid()}.*allowed_uids"):
        check_peer(pair[0], "s")
    check_peer(pair[0], "s", allowed_uids=(os.getuid(),))
