"""The archive: a tar.gz that only its owner can read, and that never replaces a file."""

from __future__ import annotations

import errno
import io
import os
import tarfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from camstrm.cli.support.collect import SupportFile
from camstrm.errors import UsageError

__all__ = ["archive_path", "write_archive"]


def archive_path(output: str | None) -> Path:
    """Return where the archive is to be; raise UsageError if it cannot be made there.

    Asked before anything is collected, which may take two minutes.
    """
    name = time.strftime("camstrm-support-%Y%m%d-%H%M%S.tar.gz")
    try:
        path = (Path(output).expanduser() if output else Path(name)).absolute()
        if os.path.isdir(path):
            path /= name
        if os.path.lexists(path):
            raise UsageError(f"{path} is there already; choose another --output")
        path.parent.stat()
    except OSError as error:
        raise _not_writable(path, error) from None
    except (RuntimeError, ValueError) as error:  # "~" of a user that there is not; NUL in the path
        raise UsageError(f"--output {output}: {error}") from None
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise _not_writable(path, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))
    return path


def write_archive(path: Path, files: Sequence[SupportFile]) -> None:
    """Write the files, mode 0600, or nothing; raise UsageError if that is not possible there."""
    folder = path.name.removesuffix(".tar.gz").removesuffix(".tgz")
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                _write(file, folder, files)
        except BaseException:
            path.unlink()
            raise
    except OSError as error:
        raise _not_writable(path, error) from None


def _write(file: BinaryIO, folder: str, files: Sequence[SupportFile]) -> None:
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for one in files:
            # No owner, no rights of this machine.
            entry = tarfile.TarInfo(f"{folder}/{one.name}")
            entry.size, entry.mtime, entry.mode = len(one.data), int(time.time()), 0o644
            archive.addfile(entry, io.BytesIO(one.data))


def _not_writable(path: Path, error: OSError) -> UsageError:
    return UsageError(f"{path} cannot be written ({error.strerror})")
