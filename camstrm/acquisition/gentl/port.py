"""RegisterPort: how GenApi reads and writes a camera's registers, with the GIL released.

Harvesters' port calls the binding, which keeps the GIL for as long as the camera takes to
answer: with registers of 50 ms, and somebody who changes settings, the pictures of all cameras of
the process were late by 2.2 s and 2,900 frames were lost; with this port 0.6 ms and 9
(docs/decisions/0027).

While a thread waits in a register here, another one may run Python, also one that uses the
same node map. GenApi's lock is held meanwhile, and that other thread would wait for it with the
GIL: both stand still for ever. So whoever uses a node map holds the camera's lock
(``Camera.lock``).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from camstrm.acquisition.gentl.binding import genapi
from camstrm.acquisition.gentl.error_text import decode_text, keep_bytes
from camstrm.acquisition.gentl.library import GcError, GentlLibrary
from camstrm.acquisition.gentl.register_error import RegisterError

__all__ = ["RegisterPort"]


class RegisterPort(genapi.AbstractPort):  # type: ignore[misc]  # the binding has no types
    """Reads and writes registers of a PORT_HANDLE. Used by whoever holds the camera's lock."""

    def __init__(
        self, library: GentlLibrary, handle: int, camera: str, *, text_encoding: str = "gbk"
    ) -> None:
        """Use the port ``handle`` of ``library``.

        ``camera`` is how errors name the camera, ``text_encoding`` the producer's.
        """
        super().__init__()
        self._library = library
        self._handle = handle
        self._camera = camera
        self._text_encoding = text_encoding
        self.writes = 0
        """How many registers were written; read with the camera's lock."""
        self._remembered: dict[tuple[int, int], bytes | RegisterError] | None = None
        """What was read since the last write, by address and length; None: nothing is kept. Of
        whoever holds the camera's lock."""
        self._interrupted = 0
        """Thread (``threading.get_ident``) whose accesses fail, 0 for none. Set by the worker
        thread, read by the one that uses the node map."""

    def interrupt(self, thread: int) -> None:
        """Let every further access of a thread fail, so that it soon gives the node map free."""
        self._interrupted = thread

    @contextmanager
    def remembering(self) -> Iterator[None]:
        """Read each register once during the body, also those that GenApi does not cache.

        For one state or one change of features GenApi asks for the same registers again and
        again: 19 times for 4 different ones to set a feature of the simulator, each of which
        takes 0.2 to 50 ms on a real bus. A write makes everything be read again.
        """
        if self._remembered is not None:
            yield
            return
        self._remembered = {}
        try:
            yield
        finally:
            self._remembered = None

    def get_access_mode(self) -> Any:
        """Return that registers can be read and written; asked by GenApi."""
        return genapi.EAccessMode.RW

    def read(self, address: int, length: int) -> bytes:
        """Return ``length`` bytes from ``address`` on; called by GenApi. Raises RegisterError."""
        self._check(address, write=False)
        known = None if self._remembered is None else self._remembered.get((address, length))
        if known is None:
            code, data = self._library.read_port(self._handle, address, length)
            known = self._error(address, code, write=False) if code else data
            if self._remembered is not None:
                self._remembered[address, length] = known
        if isinstance(known, RegisterError):
            raise known
        return known

    def write(self, address: int, data: bytes) -> None:
        """Write ``data`` from ``address`` on; called by GenApi. Raises RegisterError."""
        self._check(address, write=True)
        self.writes += 1
        if self._remembered is not None:
            self._remembered.clear()
        code = self._library.write_port(self._handle, address, bytes(data))
        if code:
            raise self._error(address, code, write=True)

    def _check(self, address: int, *, write: bool) -> None:
        if self._interrupted == threading.get_ident():
            code = GcError.ABORT
            detail = "the camera is being closed"
            raise RegisterError(self._camera, address, write=write, code=code, detail=detail)

    def _error(self, address: int, code: int, *, write: bool) -> RegisterError:
        text = decode_text(keep_bytes(self._library.last_error(code)), self._text_encoding)
        detail = " ".join(text.split())
        return RegisterError(self._camera, address, write=write, code=code, detail=detail)
