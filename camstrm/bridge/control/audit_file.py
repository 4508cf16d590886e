"""AuditFile: what was changed, a line of JSON each, in files of limited size. It blocks."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

__all__ = ["AUDIT_FILE", "AuditFile"]

AUDIT_FILE = "audit.jsonl"
"""Name of the file within the state folder; older ones end with ".1" to ".5"."""

MAX_SIZE = 10_000_000
"""Bytes after which a new file is begun."""

OLD_FILES = 5
"""Files that are kept beside the newest."""


class AuditFile:
    """Appends lines. Opened for each time, so it may be moved, deleted or on a disk that fills up.

    Several bridges may write to one file: they take turns, and a line is never torn.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / AUDIT_FILE

    def probe(self) -> None:
        """Raise OSError if no line could be written now; make no file."""
        try:
            os.close(self._open(os.O_WRONLY))
        except FileNotFoundError:
            if not self.path.parent.is_dir() or not os.access(self.path.parent, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES)) from None

    def append(self, lines: Sequence[bytes]) -> None:
        """Write all ``lines``, each with its end, or none; raise OSError if it cannot be done."""
        data = b"".join(lines)
        with self._locked() as handle:
            size = os.fstat(handle).st_size
            if size and size + len(data) > MAX_SIZE:
                self._rotate()
            else:
                _append_whole(handle, data, size)
                return
        with self._locked() as handle:
            _append_whole(handle, data, os.fstat(handle).st_size)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[int]:
        """Open the file that is there now and keep other writers away."""
        while True:
            handle = self._open(os.O_WRONLY | os.O_CREAT)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                if self._is_current(handle):
                    yield handle
                    return
                # Another bridge has begun a new file meanwhile.
            finally:
                os.close(handle)

    def _open(self, flags: int) -> int:
        # Not blocking: whatever stands there may be a pipe.
        flags |= os.O_APPEND | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
        handle = os.open(self.path, flags, 0o600)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise OSError(errno.EINVAL, "not a regular file")
        return handle

    def _is_current(self, handle: int) -> bool:
        try:
            found = self.path.stat(follow_symlinks=False)
        except FileNotFoundError:
            return False
        return os.path.samestat(found, os.fstat(handle))

    def _rotate(self) -> None:
        names = [self.path.with_name(f"{AUDIT_FILE}.{n}") for n in range(1, OLD_FILES + 1)]
        for older, newer in zip(reversed(names), [*reversed(names[:-1]), self.path], strict=True):
            with contextlib.suppress(FileNotFoundError):
                newer.replace(older)


def _append_whole(handle: int, data: bytes, size: int) -> None:
    written = 0
    try:
        while written < len(data):
            written += os.write(handle, data[written:])
    except OSError:
        # The disk is full: no half of a line, which would spoil the next one too.
        os.ftruncate(handle, size)
        raise
