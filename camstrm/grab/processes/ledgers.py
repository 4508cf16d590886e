"""Ledgers: those of all cameras that the grabber knows of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from camstrm.config import ID_PREFIX, CameraSettings
from camstrm.grab.processes.ledger import CameraLedger
from camstrm.wire import CameraInfo, CameraStatus

__all__ = ["Ledgers"]


class Ledgers:
    """One ledger for each camera, by the camera's index in bundles.

    A camera gets the next index when it becomes known and keeps it; one that is configured is
    known from the start. Belongs to the grabber's loop: the supervisor writes what camera
    processes report and what becomes of them, the bundle loop which pictures were missed.
    """

    def __init__(self, configured: Iterable[CameraSettings] = ()) -> None:
        self._ledgers: list[CameraLedger] = []  # by index
        self._indices: dict[str, int] = {}  # by the camera's label
        for camera in configured:
            self.add(camera)

    def __len__(self) -> int:
        return len(self._ledgers)

    def __iter__(self) -> Iterator[CameraLedger]:
        """Go through the ledgers in the order of their indices."""
        return iter(self._ledgers)

    def __getitem__(self, index: int) -> CameraLedger:
        return self._ledgers[index]

    def index(self, camera: CameraSettings) -> int | None:
        """Return the camera's index; None if it is not known yet."""
        return self._indices.get(camera.label)

    def add(self, camera: CameraSettings) -> int:
        """Return the camera's index, a new one if it was not known."""
        index = self._indices.setdefault(camera.label, len(self._ledgers))
        if index == len(self._ledgers):
            serial = "" if camera.serial.startswith(ID_PREFIX) else camera.serial
            self._ledgers.append(CameraLedger(CameraInfo(index, camera.label, serial)))
        return index

    def infos(self) -> tuple[CameraInfo, ...]:
        """Return what is known of each camera."""
        return tuple(ledger.info for ledger in self._ledgers)

    def statuses(self) -> tuple[CameraStatus, ...]:
        """Return each camera's state and counters since the grabber's start."""
        return tuple(ledger.status() for ledger in self._ledgers)
