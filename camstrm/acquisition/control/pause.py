"""Pause: the worker stands aside while the control thread stops and starts the stream."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

from camstrm.errors import CameraError, CamstrmError

__all__ = ["Pause"]

S = TypeVar("S")


class Pause(Generic[S]):
    """A meeting of two threads, used once. ``S`` is how the stream was started again.

    The control thread asks for it, waits with :meth:`wait_until_stopped`, and ends it with
    :meth:`end`, in every case. The worker, which no longer uses the stream, calls :meth:`stop`,
    which returns at the end; or :meth:`refuse`.
    """

    def __init__(self) -> None:
        self._stopped = threading.Event()
        """Set by the worker when it does not use the stream, or refuses."""
        self._ended = threading.Event()
        """Set by the control thread when the stream runs, or cannot."""
        self._refusal: CamstrmError | None = None
        self._result: S | CameraError | None = None

    def wait_until_stopped(self, timeout_s: float) -> bool:
        """Wait for the worker; False if it did not come. Raises what it refuses with."""
        if not self._stopped.wait(timeout_s):
            return False
        if self._refusal is not None:
            raise self._refusal
        return True

    def end(self, result: S | CameraError) -> None:
        """Let the worker go on with the stream as it was started, or with why it was not."""
        self._result = result
        self._ended.set()

    def refuse(self, error: CamstrmError) -> None:
        """Say that the stream goes on, or ends for another reason."""
        self._refusal = error
        self._stopped.set()

    def stop(self) -> S:
        """Stand aside; return how the stream was started again, raise CameraError if it was not.

        No longer than the control thread's job, which :meth:`Camera.interrupt` makes short.
        """
        self._stopped.set()
        self._ended.wait()
        if isinstance(self._result, CameraError):
            raise self._result
        assert self._result is not None
        return self._result
