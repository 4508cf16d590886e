"""The exit codes of a camera process."""

from __future__ import annotations

import enum

__all__ = ["ExitCode"]


class ExitCode(enum.IntEnum):
    """How a camera process ends by itself; its cameras are closed then, as far as they can be.

    Any other code is Python's own (1: an exception, 2: usage) or a signal's: the process may
    have left its cameras open, and their heartbeat may keep them locked for a while.
    """

    DONE = 0
    """It was asked to stop, or the grabber is gone."""

    NO_PRODUCER = 3
    """The GenTL producer cannot be loaded or opened; its last Report says why."""

    FAILED = 4
    """Something else that its cameras need is missing; its last Report says why."""
