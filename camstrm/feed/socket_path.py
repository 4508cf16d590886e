"""Where the UNIX socket between grabber and bridge is, and whether the place is safe.

Both sides use this: the bridge before it binds, the grabber before it connects. Nothing
is created here.
"""

from __future__ import annotations

import os
import socket
import stat
import struct
from collections.abc import Collection, Mapping
from pathlib import Path

from camstrm.errors import SocketPathError

__all__ = [
    "MAX_SOCKET_PATH",
    "check_before_touching",
    "check_path_length",
    "check_peer",
    "check_socket_directory",
    "check_socket_path",
    "default_socket_path",
    "health_socket_path",
    "peer_pid",
]

MAX_SOCKET_PATH = 107
"""Bytes of a UNIX socket's path: ``sun_path`` has 108 with the NUL (unix(7))."""

_SOCKET_NAME = "camstrm.sock"

_UCRED = struct.Struct("iII")
"""struct ucred of unix(7): pid, uid, gid."""

_ROOT_UID = 0
_ROOT_GID = 0


def default_socket_path(environ: Mapping[str, str]) -> str:
    """Return the socket's place when none is configured.

    In this order: ``$RUNTIME_DIRECTORY`` (systemd's RuntimeDirectory=; the first, if
    there are several), ``$XDG_RUNTIME_DIR``, ``/tmp/camstrm-<uid>``. The last is a folder
    of the user's own, because a name directly in /tmp can be squatted by anybody.
    """
    for variable in ("RUNTIME_DIRECTORY", "XDG_RUNTIME_DIR"):
        folder = environ.get(variable, "").split(":")[0]
        if folder.startswith("/"):
            return f"{folder.rstrip('/')}/{_SOCKET_NAME}"
    return f"/tmp/camstrm-{os.getuid()}/{_SOCKET_NAME}"  # noqa: S108  the folder is checked


def health_socket_path(socket_path: str) -> str:
    """Return where health is asked for, of a bridge whose grabber connects to ``socket_path``."""
    return f"{socket_path}.health"


def check_socket_path(path: str, allowed_uids: Collection[int] = ()) -> None:
    """Raise SocketPathError unless a socket at ``path`` can be trusted.

    The folder must exist, be no symbolic link, belong to this user, root or one of
    ``allowed_uids``, and neither it nor a folder above may be writable by others without the
    sticky bit; a group that this process is in is none of the others. What is at ``path``
    already (nothing is fine) must be a socket of one of these users.
    """
    check_socket_directory(path, allowed_uids)
    try:
        found = Path(path).lstat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise SocketPathError(path, f"cannot be examined ({error.strerror})") from None
    hint = "Remove it or choose another path"
    if stat.S_ISLNK(found.st_mode):
        raise SocketPathError(path, "is a symbolic link", hint)
    if not stat.S_ISSOCK(found.st_mode):
        raise SocketPathError(path, "exists and is not a socket", hint)
    if not _trusted(found.st_uid, allowed_uids):
        problem = f"belongs to uid {found.st_uid}, not to uid {os.geteuid()}"
        hint = "Another user put it there: remove it or choose another path"
        raise SocketPathError(path, problem, hint)


def check_socket_directory(path: str, allowed_uids: Collection[int] = ()) -> None:
    """Raise SocketPathError if ``path`` is too long or its folder cannot be trusted."""
    check_path_length(path)
    folder = Path(path).parent
    try:
        found = folder.lstat()
    except OSError as error:
        problem = f"its folder {folder} cannot be used ({error.strerror})"
        raise SocketPathError(path, problem, f"Create it: mkdir -m 0750 {folder}") from None
    if stat.S_ISLNK(found.st_mode):
        real = folder.resolve() / Path(path).name
        raise SocketPathError(path, f"its folder {folder} is a symbolic link", f"Use {real}")
    if not stat.S_ISDIR(found.st_mode):
        raise SocketPathError(path, f"{folder} is not a folder", "Choose another path")
    if not _trusted(found.st_uid, allowed_uids):
        problem = f"its folder {folder} belongs to uid {found.st_uid}, not to uid {os.geteuid()}"
        raise SocketPathError(path, problem, "Choose a folder of the service's own user")
    _check_writers(path, folder.absolute())


def check_before_touching(
    path: str, name: str, found: os.stat_result, allowed_uids: Collection[int] = ()
) -> None:
    """Raise SocketPathError if what is at ``name``, beside the socket, is not a trusted user's.

    Or if it has another name, too: what is written to it, or removed, would be another file.
    """
    hint = "Remove it or choose another path for the socket"
    if not _trusted(found.st_uid, allowed_uids):
        problem = f"{name} belongs to uid {found.st_uid}, not to uid {os.geteuid()}"
        raise SocketPathError(path, problem, hint)
    if found.st_nlink != 1:
        problem = f"{name} is a link to a file that has {found.st_nlink} names"
        raise SocketPathError(path, problem, hint)


def _check_writers(path: str, folder: Path) -> None:
    """Raise SocketPathError if others may replace files in ``folder`` or a folder above it."""
    # Where a link leads over, both ways count: whoever may replace the link decides, too.
    real = folder.resolve()
    for place in dict.fromkeys((folder, *folder.parents, real, *real.parents)):
        try:
            found = place.stat()
        except OSError as error:
            problem = f"the folder {place} cannot be examined ({error.strerror})"
            raise SocketPathError(path, problem) from None
        mode = stat.S_IMODE(found.st_mode)
        if mode & stat.S_ISVTX:
            continue
        which = "its folder" if place == folder else "the folder"
        if mode & stat.S_IWOTH:
            problem = f"anybody may replace files in {which} {place} (mode {mode:04o})"
            raise SocketPathError(path, problem, f"chmod o-w {place}")
        if mode & stat.S_IWGRP and found.st_gid not in _own_groups():
            problem = f"group {found.st_gid} may replace files in {which} {place} (mode {mode:04o})"
            raise SocketPathError(path, problem, f"chmod g-w {place}")


def _own_groups() -> set[int]:
    """Return the groups whose members may do what this process may: its own, and root's."""
    return {_ROOT_GID, os.getegid(), *os.getgroups()}


def check_peer(connection: socket.socket, path: str, allowed_uids: Collection[int] = ()) -> None:
    """Raise SocketPathError unless the far side runs as this user, root or an allowed uid.

    Asks the kernel (SO_PEERCRED, unix(7)): what the far side says cannot change it.
    """
    pid, uid, gid = _credentials(connection)
    if not _trusted(uid, allowed_uids):
        problem = f"the process at the far side (pid {pid}) runs as uid {uid}, gid {gid}"
        raise SocketPathError(path, problem, f"If that is right, add {uid} to socket.allowed_uids")


def peer_pid(connection: socket.socket) -> int:
    """Return the process id of the far side; 0 if it is in another pid namespace (container)."""
    return _credentials(connection)[0]


def _credentials(connection: socket.socket) -> tuple[int, ...]:
    """Return pid, uid and gid of the process that connected, or that called listen."""
    data = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
    return _UCRED.unpack(data)


def _trusted(uid: int, allowed_uids: Collection[int]) -> bool:
    return uid in (_ROOT_UID, os.geteuid()) or uid in allowed_uids


def check_path_length(path: str) -> None:
    """Raise SocketPathError if ``path`` cannot be the name of a UNIX socket."""
    if not path or "\0" in path:
        raise SocketPathError(repr(path), "is no path", "Give the path of a socket file")
    length = len(os.fsencode(path))
    if length > MAX_SOCKET_PATH:
        problem = f"the path has {length} bytes, a UNIX socket allows {MAX_SOCKET_PATH}"
        raise SocketPathError(path, problem, "Choose a shorter one")
