"""Own the UNIX socket's path: lock it, bind beside it, put the socket in place at once."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import socket
from collections.abc import Collection, Mapping
from pathlib import Path

from camstrm.errors import SocketPathError
from camstrm.feed.socket_path import MAX_SOCKET_PATH, check_socket_directory, check_socket_path

__all__ = ["ListeningSocket", "activated_socket", "listen_unix"]

_log = logging.getLogger(__name__)

_FIRST_ACTIVATED_FD = 3
"""sd_listen_fds(3): descriptors handed over by systemd begin here."""

_BACKLOG = 16
"""Connections that wait to be accepted: twice what a listener keeps of those that have not said
hello."""

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
    lock = _lock(path)
    try:
        check_socket_path(path, allowed_uids)
        return ListeningSocket(_bind(path), path, lock)
    except BaseException:
        _release(lock, _lock_path(path))
        raise


def activated_socket(environ: Mapping[str, str]) -> ListeningSocket | None:
    """Return the UNIX socket of a systemd socket unit; None if there is none for this process.

    Its file belongs to systemd and stays when the bridge ends, so that a grabber can
    connect while the bridge restarts.
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


def _lock(path: str) -> int:
    """Lock the path against other bridges; the lock goes with the process, however it ends."""
    name = _lock_path(path)
    while True:
        try:
            lock = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            problem = f"its lock file {name} cannot be opened ({error.strerror})"
            raise SocketPathError(path, problem) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.pread(lock, 32, 0).decode("ascii", "replace").strip()
            os.close(lock)
            by = f" (pid {holder})" if holder.isdecimal() else ""
            problem, hint = (
                f"another bridge listens there{by}",
                "Stop it or give this one another path",
            )
            raise SocketPathError(path, problem, hint) from None
        # The holder before may have removed the file between open and flock: then another
        # bridge could lock a new file of the same name.
        status = os.fstat(lock)
        if _identity(name) == (status.st_dev, status.st_ino):
            os.ftruncate(lock, 0)
            os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
            return lock
        os.close(lock)


def _release(lock: int, name: str) -> None:
    with contextlib.suppress(OSError):
        Path(name).unlink()
    os.close(lock)


def _bind(path: str) -> socket.socket:
    beside = f"{path}.{os.getpid()}"
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    folder = os.open(Path(path).parent, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        with contextlib.suppress(FileNotFoundError):
            Path(beside).unlink()
        # The name with the pid may be longer than sun_path; the way over the open folder
        # is short whatever its name is.
        short = f"/proc/self/fd/{folder}/{Path(beside).name}"
        address = beside if len(os.fsencode(beside)) <= MAX_SOCKET_PATH else short
        umask = os.umask(_SOCKET_UMASK)
        try:
            sock.bind(address)
        finally:
            os.umask(umask)
        sock.listen(_BACKLOG)
        sock.setblocking(False)
        Path(beside).rename(path)
    except OSError as error:
        sock.close()
        with contextlib.suppress(OSError):
            Path(beside).unlink()
        raise SocketPathError(path, f"cannot listen there ({error.strerror or error})") from None
    finally:
        os.close(folder)
    return sock


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = Path(path).lstat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
