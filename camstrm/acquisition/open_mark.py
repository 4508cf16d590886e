"""OpenMark: which cameras camstrm's own processes have open, for every process of the machine.

Producers do not report who has a camera open, and a network camera has no device node. So each
process of camstrm that opens one binds a UNIX socket of an abstract name (unix(7)) that says so.
The kernel removes it with the process, however that ends, and shows it to all users: no file is
left behind, and nothing has to be checked for being stale.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

__all__ = ["OpenCamera", "OpenMark", "open_cameras_here"]

_START = "camstrm-camera"
_MARK = re.compile(rf"@{_START}/(\d+)/([^/]*)/([^/]*)(?:/(\d+))?")
"""A mark as the kernel shows it: "@" stands for the NUL of an abstract name."""
_LONGEST_NAME = 64
"""Characters of a camera's name; the whole address may have 107 (unix(7), sun_path)."""


@dataclass(frozen=True)
class OpenCamera:
    """A camera that process ``pid`` of camstrm has open.

    ``selector``: its serial number, or "id:" and its device ID. ``cti_key``: of the producer that
    it was opened with (see :meth:`is_of`). ``loss_percent``: of its frames that come
    incomplete, 0 while that is not worth a word.
    """

    pid: int
    cti_key: str
    selector: str
    loss_percent: int = 0

    def is_of(self, cti: str) -> bool:
        """Return whether it was opened with the producer ``cti``."""
        return self.cti_key == _key(os.path.realpath(cti))

    def is_for(self, selector: str) -> bool:
        """Return whether it is the camera that ``selector`` selects."""
        return self.selector in (selector, _key(selector))


class OpenMark:
    """Says that this process has a camera open, until :meth:`close`."""

    def __init__(self, cti: str, selector: str) -> None:
        """Set the mark. Where there are no abstract sockets (Windows) it has no effect."""
        self._words = (_START, str(os.getpid()), _key(os.path.realpath(cti)), _text(selector))
        self._loss_percent = 0
        self._socket: socket.socket | None = None
        if sys.platform == "linux":
            self._socket = _bound(self._words)

    def report_loss(self, percent: int) -> None:
        """Say how many frames in a hundred come incomplete, 0 for none."""
        if self._socket is None or percent == self._loss_percent:
            return
        self._loss_percent = percent
        words = (*self._words, str(percent)) if percent else self._words
        # The new one first: the camera is never seen without a mark.
        before, self._socket = self._socket, _bound(words)
        before.close()

    def close(self) -> None:
        """Take the mark away; does nothing the second time."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def open_cameras_here(root: Path = Path("/")) -> tuple[OpenCamera, ...]:
    """Return the cameras that camstrm's processes on this machine have open, sorted."""
    return tuple(sorted(_marks(root), key=lambda mark: (mark.cti_key, mark.selector, mark.pid)))


def _marks(root: Path) -> Iterator[OpenCamera]:
    try:
        lines = (root / "proc/net/unix").read_text(errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        # The name is the eighth column (proc(5)).
        if mark := _MARK.fullmatch(line.rpartition(" ")[2]):
            pid, cti_key, selector, loss_percent = mark.groups("0")
            yield OpenCamera(int(pid), cti_key, unquote(selector), int(loss_percent))


def _bound(words: tuple[str, ...]) -> socket.socket:
    mark = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    # The same camera twice in one process, or no room in the kernel: other commands do not see it.
    with contextlib.suppress(OSError):
        mark.bind("\0" + "/".join(words))
    return mark


def _key(text: str) -> str:
    return hashlib.sha256(os.fsencode(text)).hexdigest()[:12]


def _text(selector: str) -> str:
    text = quote(selector, safe="", errors="replace")
    return text if len(text) <= _LONGEST_NAME else _key(selector)
