"""Own the UNIX socket's path: lock it, bind beside it, put the socket in place at once."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import socket
import stat
from collections.abc import Collection, Mapping
from pathlib import Path

from camstrm.errors import SocketPathError
from camstrm.feed.socket_path import (
    MAX_SOCKET_PATH,
    check_before_touching,
    check_socket_directory,
    check_socket_path,
)

__all__ = ["ListeningSocket", "activated_socket", "listen_unix"]

_log = logging.getLogger(__name__)

_FIRST_ACTIVATED_FD = 3
"""sd_listen_fds(3): descriptors handed over by systemd begin here."""

_BACKLOG = 16
"""Connections that wait to be accepted: twice what a listener keeps of those that have not said
hello."""

_LOCK_BYTES = 32
"""Bytes of a lock file at most: the number of a process and a line end."""

_SOCKET_UMASK = 0o117
"""Leaves rw for user and group, whatever the caller's umask is. A chmod after bind would
leave a moment in which anybody may connect."""


class ListeningSocket:
    """A listening UNIX socket and what must be undone when it goes.

    :meth:`close` removes the socket's file only if it is still this very socket, so that a
    successor's is left alone.
    """

    def __init__(self, sock: socket.socket, path: str, lock: int | None = None) -> None:
        self.sock = sock
        self.path = path
        self._lock = lock  # descriptor of the lock file; None: the file belongs to systemd
        self._identity = _identity(path) if lock is not None else None

    def close(self) -> None:
        """Close the socket, remove its file and give up the lock."""
        self.sock.close()
        if self._lock is None:
            return
        if self._identity is not None and _identity(self.path) == self._identity:
            with contextlib.suppress(OSError):
                Path(self.path).unlink()
        _release(self._lock, _lock_path(self.path))
        self._lock = None


def listen_unix(
    path: str, environ: Mapping[str, str], allowed_uids: Collection[int] = ()
) -> ListeningSocket:
    """Return a listening socket at ``path``, or the one that systemd handed over.

    A stale socket of a bridge that was killed is replaced without a moment in which
    nothing is there. The last folder of ``path`` is created (0700) if it is missing.
    Raises SocketPathError if another bridge has the path or the place is not safe.
    """
    activated = activated_socket(environ)
    if activated is not None:
        _log.info("using the UNIX socket handed over by systemd: %s", activated.path)
        return activated
    path = str(Path(path).absolute()) if path else path
    folder = Path(path).parent
    with contextlib.suppress(OSError):  # if it cannot be made, the check says what is wrong
        folder.mkdir(mode=0o700)
    check_socket_directory(path, allowed_uids)
    lock = _lock(path, allowed_uids)
    try:
        check_socket_path(path, allowed_uids)
        return ListeningSocket(_bind(path, allowed_uids), path, lock)
    except BaseException:
        _release(lock, _lock_path(path))
        raise


def activated_socket(environ: Mapping[str, str]) -> ListeningSocket | None:
    """Return the UNIX socket of a systemd socket unit; None if there is none for this process.

    Its file belongs to systemd and stays when the bridge ends, so that a grabber can
    connect while the bridge restarts. Raises SocketPathError where systemd hands over something
    else.
    """
    if environ.get("LISTEN_PID") != str(os.getpid()):
        return None
    count = environ.get("LISTEN_FDS", "")
    if not count.isdecimal():
        return None
    for number in range(_FIRST_ACTIVATED_FD, _FIRST_ACTIVATED_FD + int(count)):
        try:
            sock = socket.socket(fileno=number)
        except OSError:
            continue
        if _listens(sock):
            sock.set_inheritable(False)
            sock.setblocking(False)
            return ListeningSocket(sock, str(sock.getsockname()))
        sock.detach()
    problem = "none of the LISTEN_FDS is a listening UNIX stream socket"
    raise SocketPathError("from systemd", problem)


def _listens(sock: socket.socket) -> bool:
    return (
        sock.family == socket.AF_UNIX
        and sock.type == socket.SOCK_STREAM
        and bool(sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
    )


def _lock_path(path: str) -> str:
    return f"{path}.lock"


def _lock(path: str, allowed_uids: Collection[int]) -> int:
    """Lock the path against other bridges; the lock goes with the process, however it ends."""
    name = _lock_path(path)
    while True:
        lock = _open_lock(path, name, allowed_uids)
        try:
            _take_lock(path, name, lock)
        except BaseException:
            os.close(lock)
            raise
        # The holder before may have removed the file between open and flock: then another
        # bridge could lock a new file of the same name.
        if _identity(name) == _identity_of(lock):
            os.ftruncate(lock, 0)
            os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
            return lock
        os.close(lock)


def _open_lock(path: str, name: str, allowed_uids: Collection[int]) -> int:
    """Open the lock file, which may not exist yet; refuse what cannot be one of a bridge."""
    with contextlib.suppress(FileNotFoundError):
        _check_lock(path, name, Path(name).lstat(), allowed_uids)  # before it is opened
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        lock = os.open(name, flags, 0o600)
    except OSError as error:
        problem = f"its lock file {name} cannot be opened ({error.strerror})"
        raise SocketPathError(path, problem) from None
    try:
        _check_lock(path, name, os.fstat(lock), allowed_uids)
    except BaseException:
        os.close(lock)
        raise
    return lock


def _check_lock(path: str, name: str, found: os.stat_result, allowed_uids: Collection[int]) -> None:
    if not stat.S_ISREG(found.st_mode):
        problem = f"its lock file {name} is {_kind(found.st_mode)}, wanted a file"
        raise SocketPathError(path, problem, "Remove it or choose another path for the socket")
    check_before_touching(path, name, found, allowed_uids)


def _take_lock(path: str, name: str, lock: int) -> None:
    """Lock the file; refuse one that somebody else holds, or that is no lock file."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        held = False
    except BlockingIOError:
        held = True
    except OSError as error:
        problem = f"its lock file {name} cannot be locked ({error.strerror})"
        raise SocketPathError(path, problem) from None
    content = os.pread(lock, _LOCK_BYTES + 1, 0)
    pid = content.decode("ascii", "replace").strip()
    if held:
        by = f" (pid {pid})" if pid.isdecimal() else ""
        hint = "Stop it or give this one another path"
        raise SocketPathError(path, f"another bridge listens there{by}", hint)
    if len(content) > _LOCK_BYTES or not (pid.isdecimal() or not pid):
        problem = f"its lock file {name} holds something else than the number of a process"
        raise SocketPathError(path, problem, "Remove it or choose another path for the socket")


def _release(lock: int, name: str) -> None:
    """Remove the lock file, unless another one has its name by now, and unlock it."""
    if _identity(name) == _identity_of(lock):
        with contextlib.suppress(OSError):
            Path(name).unlink()
    os.close(lock)


def _bind(path: str, allowed_uids: Collection[int]) -> socket.socket:
    """Return a socket that listens at ``path``: made under a name beside it, then renamed."""
    beside = f"{path}.{os.getpid()}"
    _clear(path, beside, allowed_uids)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    folder = os.open(Path(path).parent, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW)
    bound = False
    try:
        # The name with the pid may be longer than sun_path; the way over the open folder
        # is short whatever its name is.
        short = f"/proc/self/fd/{folder}/{Path(beside).name}"
        address = beside if len(os.fsencode(beside)) <= MAX_SOCKET_PATH else short
        umask = os.umask(_SOCKET_UMASK)
        try:
            sock.bind(address)
        finally:
            os.umask(umask)
        bound = True
        sock.listen(_BACKLOG)
        sock.setblocking(False)
        Path(beside).rename(path)
    except OSError as error:
        sock.close()
        if bound:
            with contextlib.suppress(OSError):
                Path(beside).unlink()
        raise SocketPathError(path, f"cannot listen there ({error.strerror or error})") from None
    finally:
        os.close(folder)
    return sock


def _clear(path: str, beside: str, allowed_uids: Collection[int]) -> None:
    """Remove the socket that a killed process of the same number may have left."""
    try:
        found = Path(beside).lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(found.st_mode):
        problem = f"{beside}, where the socket is made, is {_kind(found.st_mode)}"
        raise SocketPathError(path, problem, "Remove it or choose another path for the socket")
    check_before_touching(path, beside, found, allowed_uids)
    with contextlib.suppress(FileNotFoundError):
        Path(beside).unlink()


def _kind(mode: int) -> str:
    """Return what a file of this mode is, for an error."""
    kinds = {
        stat.S_IFREG: "a file",
        stat.S_IFDIR: "a folder",
        stat.S_IFLNK: "a symbolic link",
        stat.S_IFIFO: "a named pipe (FIFO)",
        stat.S_IFSOCK: "a socket",
    }
    return kinds.get(stat.S_IFMT(mode), "a device")


def _identity_of(descriptor: int) -> tuple[int, int]:
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = Path(path).lstat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
