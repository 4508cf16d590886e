"""Writes pictures and what is known of them, in a thread beside the UI."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QImage

from client_qt.session.new_file import NewFile

__all__ = ["MOST_WAITING", "PictureWriter"]

MOST_WAITING = 8
"""Pictures that wait to be written: a key that is held down makes no more of them."""


class PictureWriter:
    """Takes work from the UI thread, and does it in the order in which it came.

    One thread for all pictures: to start one for each holds the UI up until the system runs it,
    which takes longer than to draw the picture.
    """

    def __init__(self, written: Callable[[int, object], None]) -> None:
        """``written`` gets camera, and the file's Path or a sentence; called in the thread."""
        self._written = written
        self._pool = ThreadPoolExecutor(1, "camstrm-snapshot")
        self._waiting: list[Future[None]] = []
        """Not yet written, or not yet known to be; UI thread only."""

    @property
    def full(self) -> bool:
        """Return whether so much waits that nothing more is taken."""
        self._waiting = [work for work in self._waiting if not work.done()]
        return len(self._waiting) >= MOST_WAITING

    def write(
        self, camera: int, folder: Path, name: str, image: QImage, facts: Mapping[str, Any]
    ) -> None:
        """Write a PNG that overwrites nothing, and its facts beside it."""

        def work() -> Path:
            buffer = QBuffer()
            buffer.open(QIODevice.OpenModeFlag.WriteOnly)
            image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs want bytes
            path = _write(folder, name, bytes(buffer.data().data()))
            _write_facts(path, facts)
            return path

        self._put(camera, folder / name, work)

    def write_facts(self, camera: int, picture: Path, facts: Mapping[str, Any]) -> None:
        """Write what is known of a picture that is there already beside it."""

        def work() -> Path:
            _write_facts(picture, facts)
            return picture

        self._put(camera, picture.with_suffix(".json"), work)

    def close(self) -> None:
        """Wait until everything is written; what comes later is refused by Python."""
        self._pool.shutdown()

    def _put(self, camera: int, path: Path, work: Callable[[], Path]) -> None:
        def run() -> None:
            result: object
            try:
                result = work()
            except OSError as error:
                result = f"{path}: {error.strerror or error}"
            self._written(camera, result)

        self._waiting.append(self._pool.submit(run))


def _write(folder: Path, name: str, data: bytes) -> Path:
    file = NewFile.create(folder, name)
    try:
        file.write(data)
        return file.finish()
    except OSError:
        file.discard()
        raise


def _write_facts(picture: Path, facts: Mapping[str, Any]) -> None:
    text = json.dumps({**facts, "file": picture.name}, ensure_ascii=False, indent=1)
    _write(picture.parent, f"{picture.stem}.json", text.encode())
