"""What a camera process is doing, in memory that outlives it: which process died while doing what.

Native code that dies takes its process with it before any message is sent. So the process
writes each step to a file in memory that the grabber holds, and the grabber reads it after.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter

__all__ = ["LastStep", "StepDeaths", "StepWriter"]

_SIZE = 256
"""Bytes of a step's text; a longer one is cut."""


class LastStep:
    """The grabber's end; ``path`` is what a process of the same user opens."""

    def __init__(self) -> None:
        self._file = os.memfd_create("camstrm-last-step")
        self.path = f"/proc/{os.getpid()}/fd/{self._file}"

    def take(self) -> str:
        """Return the step during which the process ended, empty if during none, and forget it."""
        text = os.pread(self._file, _SIZE, 0).rstrip(b"\0").decode(errors="replace")
        os.ftruncate(self._file, 0)
        return text

    def close(self) -> None:
        """Free the memory; the object is of no use then."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


class StepWriter:
    """The camera process's end; without a file that can be opened it notes nothing."""

    def __init__(self, path: str) -> None:
        self._file: int | None = None
        with contextlib.suppress(OSError):
            self._file = os.open(path, os.O_WRONLY | os.O_CLOEXEC) if path else None

    def note(self, step: str) -> None:
        """Say what comes next; an empty text when it is over. Any thread may call it."""
        if self._file is not None:
            data = step.encode(errors="replace")[:_SIZE]
            os.pwrite(self._file, data.ljust(_SIZE, b"\0"), 0)

    def close(self) -> None:
        """Close the file; what comes later is not noted."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class StepDeaths:
    """Counts the deaths of one group's processes by step; a step is (camera, feature)."""

    TOO_OFTEN = 2
    """So many deaths in the same step are no accident."""

    def __init__(self) -> None:
        self._deaths: Counter[tuple[str, str]] = Counter()

    def count(self, step: str) -> tuple[str, str] | None:
        """Take in one more; return camera and feature if it is one too often for the first time."""
        camera, _, feature = step.partition("\n")
        if not feature:
            return None
        self._deaths[camera, feature] += 1
        return (camera, feature) if self._deaths[camera, feature] == self.TOO_OFTEN else None

    def left_out(self) -> dict[str, tuple[str, ...]]:
        """Return, by camera, the features that are not to be set any more."""
        features: dict[str, tuple[str, ...]] = {}
        for (camera, feature), count in sorted(self._deaths.items()):
            if count >= self.TOO_OFTEN:
                features[camera] = (*features.get(camera, ()), feature)
        return features
