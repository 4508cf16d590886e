from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from camstrm.errors import SocketPathError
from camstrm.feed.listening_socket import activated_socket, listen_unix
from camstrm.feed.socket_path import MAX_SOCKET_PATH

HOLD = """
import sys
from camstrm.feed.listening_socket import listen_unix
listening = listen_unix(sys.argv[1], {})
print("ready", flush=True)
sys.stdin.read()
"""

ACTIVATED = """
import os
from camstrm.feed.listening_socket import listen_unix
environ = {"LISTEN_FDS": "2", "LISTEN_PID": str(os.getpid())}
listening = listen_unix("/nonexistent/other.sock", environ)
print(listening.path, flush=True)
connection, _ = listening.sock.accept() if not listening.sock.setblocking(True) else None
connection.sendall(b"hello")
listening.close()
"""


def connects(path: Path | str) -> bool:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(30)
        try:
            sock.connect(str(path))
        except OSError:
            return False
        return True


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_listens_for_user_and_group_only(tmp_path: Path) -> None:
    path = tmp_path / "b.sock"
    before = os.umask(0)
    try:
        listening = listen_unix(str(path), {})
        try:
            assert stat.S_IMODE(path.stat().st_mode) == 0o660
            assert connects(path)
            assert names(tmp_path) == {"b.sock", "b.sock.lock"}
        finally:
            listening.close()
    finally:
        assert os.umask(before) == 0


def test_close_leaves_nothing(tmp_path: Path) -> None:
    listening = listen_unix(str(tmp_path / "b.sock"), {})
    listening.close()
    listening.close()
    assert names(tmp_path) == set()


def test_makes_the_last_folder_for_the_user_only(tmp_path: Path) -> None:
    listening = listen_unix(str(tmp_path / "new" / "b.sock"), {})
    try:
        assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    finally:
        listening.close()


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(SocketPathError, match="a/b cannot be used"):
        listen_unix(str(tmp_path / "a" / "b" / "b.sock"), {})


def test_longest_path_works(tmp_path: Path) -> None:
    path = str(tmp_path) + "/" + "s" * (MAX_SOCKET_PATH - len(str(tmp_path)) - 1)
    listening = listen_unix(path, {})
    try:
        assert connects(path)
    finally:
        listening.close()


def test_second_bridge_is_told_who_is_there(tmp_path: Path) -> None:
    path = tmp_path / "b.sock"
    listening = listen_unix(str(path), {})
    try:
        with pytest.raises(SocketPathError, match=rf"another bridge .*\(pid {os.getpid()}\)"):
            listen_unix(str(path), {})
        assert connects(path)
    finally:
        listening.close()


def test_socket_of_a_killed_bridge_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "b.sock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"ready\n"
        with pytest.raises(SocketPathError, match=f"pid {holder.pid}"):
            listen_unix(str(path), {})
        holder.send_signal(signal.SIGKILL)
    assert path.is_socket()
    assert not connects(path)
    listening = listen_unix(str(path), {})
    try:
        assert connects(path)
    finally:
        listening.close()


def test_close_leaves_the_socket_of_a_successor(tmp_path: Path) -> None:
    path = tmp_path / "b.sock"
    first = listen_unix(str(path), {})
    path.unlink()
    (tmp_path / "b.sock.lock").unlink()
    second = listen_unix(str(path), {})
    try:
        first.close()
        assert connects(path)
    finally:
        second.close()


def test_refused_place_leaves_no_lock(tmp_path: Path) -> None:
    (tmp_path / "b.sock").write_text("precious")
    with pytest.raises(SocketPathError, match="not a socket"):
        listen_unix(str(tmp_path / "b.sock"), {})
    assert names(tmp_path) == {"b.sock"}
    assert (tmp_path / "b.sock").read_text() == "precious"


def test_lock_file_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b.sock.lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SocketPathError, match="lock file"):
        listen_unix(str(tmp_path / "b.sock"), {})
    assert names(tmp_path) == {"b.sock.lock"}


def refused(path: Path, what: str) -> str:
    """Return why nothing can listen at ``path``, and see that nothing there was changed."""
    folder = path.parent
    before = {p.name: p.lstat() for p in folder.iterdir()}
    with pytest.raises(SocketPathError, match=what) as caught:
        listen_unix(str(path), {})
    after = {p.name: p.lstat() for p in folder.iterdir()}
    assert {n: (s.st_ino, s.st_size, s.st_nlink, s.st_mtime_ns) for n, s in before.items()} == {
        n: (s.st_ino, s.st_size, s.st_nlink, s.st_mtime_ns) for n, s in after.items()
    }
    return str(caught.value)


def test_fifo_in_the_locks_place_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "b.sock.lock")
    said = refused(tmp_path / "b.sock", r"is a named pipe \(FIFO\), wanted a file")
    assert "Remove it" in said


@pytest.mark.parametrize("content", ["precious", "12 34\n", "1" * 33, "\0"])
def test_a_file_in_the_locks_place_that_is_no_lock_stays(tmp_path: Path, content: str) -> None:
    (tmp_path / "b.sock.lock").write_text(content)
    refused(tmp_path / "b.sock", "something else than the number of a process")
    assert (tmp_path / "b.sock.lock").read_text() == content


@pytest.mark.parametrize("content", ["", "4194304\n"])
def test_the_lock_of_a_killed_bridge_is_used_again(tmp_path: Path, content: str) -> None:
    (tmp_path / "b.sock.lock").write_text(content)
    listening = listen_unix(str(tmp_path / "b.sock"), {})
    assert (tmp_path / "b.sock.lock").read_text() == f"{os.getpid()}\n"
    listening.close()
    assert names(tmp_path) == set()


def test_another_file_linked_to_the_locks_name_stays(tmp_path: Path) -> None:
    (tmp_path / "counter").write_text("12\n")
    os.link(tmp_path / "counter", tmp_path / "b.sock.lock")
    refused(tmp_path / "b.sock", "a file that has 2 names")
    assert (tmp_path / "counter").read_text() == "12\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give files away")
@pytest.mark.parametrize("what", ["lock", "socket"])
def test_another_users_file_in_the_way_stays(tmp_path: Path, what: str) -> None:
    name = "b.sock.lock" if what == "lock" else f"b.sock.{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as sock:
        if what == "lock":
            (tmp_path / name).touch()
        else:
            sock.bind(str(tmp_path / name))
        os.chown(tmp_path / name, 65534, 65534)
        refused(tmp_path / "b.sock", "belongs to uid 65534, not to uid 0")


@pytest.mark.parametrize("make", [Path.touch, Path.mkdir, os.mkfifo])
def test_what_is_no_socket_where_the_socket_is_made_stays(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / f"b.sock.{os.getpid()}")
    refused(tmp_path / "b.sock", "where the socket is made, is a ")


def test_the_half_made_socket_of_a_killed_bridge_is_replaced(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(tmp_path / f"b.sock.{os.getpid()}"))
    listening = listen_unix(str(tmp_path / "b.sock"), {})
    assert names(tmp_path) == {"b.sock", "b.sock.lock"}
    assert connects(tmp_path / "b.sock")
    listening.close()


def test_close_leaves_a_lock_that_is_another_one_by_now(tmp_path: Path) -> None:
    listening = listen_unix(str(tmp_path / "b.sock"), {})
    (tmp_path / "b.sock.lock").unlink()
    (tmp_path / "b.sock.lock").write_text("new")
    listening.close()
    assert (tmp_path / "b.sock.lock").read_text() == "new"


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"LISTEN_FDS": "1"},
        {"LISTEN_FDS": "1", "LISTEN_PID": "1"},
        {"LISTEN_FDS": "x", "LISTEN_PID": str(os.getpid())},
    ],
)
def test_no_activation(environ: dict[str, str]) -> None:
    assert activated_socket(environ) is None


def test_activation_without_a_unix_socket_is_an_error() -> None:
    with pytest.raises(SocketPathError, match="LISTEN_FDS"):
        activated_socket({"LISTEN_FDS": "0", "LISTEN_PID": str(os.getpid())})


def test_activated_socket_is_used_and_its_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "activated.sock"
    with (
        socket.socket(socket.AF_INET) as other,
        socket.socket(socket.AF_UNIX) as listener,
        socket.socket(socket.AF_UNIX) as client,
    ):
        listener.bind(str(path))
        listener.listen(1)
        client.settimeout(30)
        client.connect(str(path))
        # Descriptors 3 and 4, as systemd hands them over.
        script = f'exec 3<&{other.fileno()} 4<&{listener.fileno()}; exec {sys.executable} -c "$0"'
        with subprocess.Popen(
            ["bash", "-c", script, ACTIVATED],
            pass_fds=(other.fileno(), listener.fileno()),
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[3],
        ) as bridge:
            assert bridge.stdout is not None
            assert bridge.stdout.readline().decode().strip() == str(path)
            assert client.recv(5) == b"hello"
        assert bridge.returncode == 0
    assert path.is_socket()
