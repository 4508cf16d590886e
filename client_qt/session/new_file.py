"""Files with names of their own: what is there is never overwritten."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import BinaryIO

__all__ = ["MOST_TRIES", "NewFile"]

MOST_TRIES = 1000
"""Names that are tried: name.png, name_2.png, ..."""


class NewFile:
    """A file that is being written. It exists at once; :meth:`discard` removes it again."""

    def __init__(self, path: Path, stream: BinaryIO) -> None:
        self.path = path
        self._stream = stream
        self.size = 0
        """Bytes that were written."""

    @classmethod
    def create(cls, folder: Path, name: str) -> NewFile:
        """Make a file in ``folder``, which is made if need be, with a number if there is one.

        Raises OSError.
        """
        folder.mkdir(parents=True, exist_ok=True)
        wanted = folder / name
        for number in itertools.count(1):
            path = wanted if number == 1 else wanted.with_stem(f"{wanted.stem}_{number}")
            try:
                # "x" asks the system: of two programs only one gets the name.
                return cls(path, path.open("xb"))
            except FileExistsError:
                if number >= MOST_TRIES:
                    raise
        raise AssertionError

    def write(self, data: bytes) -> None:
        """Append; raises OSError."""
        self._stream.write(data)
        self.size += len(data)

    def finish(self) -> Path:
        """Close the file; return where it is. Raises OSError if the last bytes found no room."""
        self._stream.close()
        return self.path

    def discard(self) -> None:
        """Close and remove the file."""
        self._stream.close()
        self.path.unlink(missing_ok=True)
