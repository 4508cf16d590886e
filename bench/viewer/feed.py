"""Bundles as a server sends them: one picture of 1328x1152 and two of 640x480."""

from __future__ import annotations

import time
from collections.abc import Callable

import cv2
import numpy as np
import simplejpeg
from PySide6.QtCore import QObject, Qt, QTimer

from bench.picture.scene import camera_scene
from camstrm.wire import CameraFrame, CameraState, Encoding, FrameBundle, encode_bundle

__all__ = ["CAMERAS", "SIZES", "Feed"]

SIZES = ((640, 480), (640, 480), (1328, 1152))
CAMERAS = len(SIZES)
_VARIANTS = 5
_QUALITY = 80


class Feed(QObject):
    """Hands encoded bundles to ``deliver`` at a steady rate, from the UI thread's loop.

    For the window they come from a socket. ``pictures`` counts them.
    """

    def __init__(self, deliver: Callable[[bytes], None]) -> None:
        super().__init__()
        self.pictures = 0
        self._deliver = deliver
        self._seq = 0
        self._variants = _variants()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def start(self, fps: float) -> None:
        """Begin, at ``fps`` bundles a second."""
        self._timer.start(round(1000 / fps))

    def stop(self) -> None:
        """End."""
        self._timer.stop()

    def _tick(self) -> None:
        self._seq += 1
        now_us = time.time_ns() // 1000
        jpegs = self._variants[self._seq % _VARIANTS]
        frames = tuple(_frame(camera, jpeg, now_us) for camera, jpeg in enumerate(jpegs))
        self.pictures += CAMERAS
        self._deliver(encode_bundle(FrameBundle(self._seq, now_us, frames)))


def _frame(camera: int, jpeg: bytes, now_us: int) -> CameraFrame:
    width, height = SIZES[camera]
    return CameraFrame(
        camera,
        CameraState.STREAMING,
        Encoding.JPEG,
        capture_time_us=now_us,
        encoded_time_us=now_us,
        width=width,
        height=height,
        source_width=width,
        source_height=height,
        payload=jpeg,
    )


def _variants() -> list[list[bytes]]:
    """Return sets of a JPEG for each camera: its scene, moved on a little with each set."""
    by_camera = []
    for camera, (width, height) in enumerate(SIZES):
        scene = camera_scene(2 * width, 2 * height)
        halved = cv2.resize(scene, (width, height), interpolation=cv2.INTER_AREA)
        moved = (np.roll(halved, 20 * n + 150 * camera, axis=1) for n in range(_VARIANTS))
        by_camera.append([simplejpeg.encode_jpeg(m, _QUALITY, "RGB", "420") for m in moved])
    return [list(jpegs) for jpegs in zip(*by_camera, strict=True)]
