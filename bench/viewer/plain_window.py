"""What a viewer does without further thought: QImage.loadFromData, here or in a QThread."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, QThread, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from bench.viewer.feed import CAMERAS, SIZES
from camstrm.wire import decode_bundle
from client_qt.model.layout import arrange
from client_qt.session.picture import DecodedPicture
from client_qt.widgets.camera_view import CameraView

__all__ = ["PlainWindow"]

_THREAD_END_MS = 5000
_SIZE = (1280, 800)


class PlainWindow(QObject):
    """Three of camstrm's views in a window of the same size, fed with QImages."""

    _job = Signal(int, bytes)

    def __init__(self, *, thread: bool) -> None:
        super().__init__()
        self._shown = 0
        self._window = QWidget()
        self._views = [CameraView(self._window) for _ in range(CAMERAS)]
        self.views: list[QWidget] = [*self._views]
        self._window.resize(*_SIZE)
        aspects = tuple(width / height for width, height in SIZES)
        for view, cell in zip(self._views, arrange(*_SIZE, aspects, line=24).cells, strict=True):
            view.setGeometry(*map(round, (cell.x, cell.y, cell.width, cell.height)))
        self._loader = Loader()
        self._loader.loaded.connect(self._show)
        self._thread = QThread() if thread else None
        if self._thread is not None:
            self._loader.moveToThread(self._thread)
            self._thread.start()
        self._job.connect(self._loader.load)
        self._window.show()

    def deliver(self, message: bytes) -> None:
        """Have every picture of an encoded bundle decoded and shown."""
        for frame in decode_bundle(message).frames:
            self._job.emit(frame.camera_index, bytes(frame.payload))

    def counts(self) -> dict[str, int]:
        """Return the pictures decoded and shown; nothing is dropped."""
        return {"shown": self._shown, "dropped": 0, "failed": 0}

    def close(self) -> None:
        """Close the window and end the thread."""
        self._window.close()
        if self._thread is not None:
            self._thread.quit()
            self._thread.wait(_THREAD_END_MS)

    @Slot(int, QImage)
    def _show(self, camera: int, image: QImage) -> None:
        self._shown += 1
        picture = DecodedPicture(image, np.empty((0, 0, 4), np.uint8), SIZES[camera])
        self._views[camera].set_picture(picture)


class Loader(QObject):
    """Decodes in whatever thread it lives."""

    loaded = Signal(int, QImage)

    @Slot(int, bytes)
    def load(self, camera: int, data: bytes) -> None:
        image = QImage()
        image.loadFromData(data, "JPG")
        self.loaded.emit(camera, image)
