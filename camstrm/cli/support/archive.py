"""The archive: a tar.gz that only its owner can read, and that never replaces a file."""

from __future__ import annotations

import io
import os
import tarfile
import time
from collections.abc import Sequence
from pathlib import Path

from camstrm.cli.support.collect import SupportFile
from camstrm.errors import UsageError

__all__ = ["archive_path", "write_archive"]


def archive_path(output: str | None) -> Path:
    """Return where the archive is to be; raise UsageError if something is there already."""
    name = time.strftime("camstrm-support-%Y%m%d-%H%M%S.tar.gz")
    path = Path(output).expanduser() if output else Path(name)
    if path.is_dir():
        path /= name
    if path.exists() or path.is_symlink():
        raise UsageError(f"{path} is there already; choose another --output")
    return path.absolute()


def write_archive(path: Path, files: Sequence[SupportFile]) -> None:
    """Write the files, mode 0600; raise UsageError if that is not possible there."""
    folder = path.name.removesuffix(".tar.gz").removesuffix(".tgz")
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file, tarfile.open(fileobj=file, mode="w:gz") as archive:
            for one in files:
                # No owner, no rights of this machine.
                entry = tarfile.TarInfo(f"{folder}/{one.name}")
                entry.size, entry.mtime, entry.mode = len(one.data), int(time.time()), 0o644
                archive.addfile(entry, io.BytesIO(one.data))
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror})") from None
