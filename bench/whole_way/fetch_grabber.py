"""What camstrm's grabber is measured beside: plain Harvesters, a thread with fetch() per camera.

``python -m bench.whole_way.fetch_grabber CTI SOCKET FPS SERIAL=RATE...``, all in one process,
as Harvesters' own examples do it. Pictures are encoded and sent as camstrm does.
"""

from __future__ import annotations

import math
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cv2

# First: it makes genicam importable where Python has no shared library.
import camstrm.acquisition.gentl.binding  # noqa: F401  isort: skip
from harvesters.core import Harvester

from camstrm.frame import FrameTimes, RawFrame, pixel_format_code
from camstrm.imaging import PictureEncoder
from camstrm.wire import (
    FEED_UP,
    CameraFrame,
    CameraInfo,
    CameraState,
    CameraStatus,
    Encoding,
    FrameBundle,
    FrameFlag,
    Hello,
    PacketKind,
    Status,
    encode_bundle_parts,
    encode_packet_parts,
)

_TIMEOUT_S = 3.0
_DEADLINE_S = 600.0
"""After so long it ends, also when nobody ends it."""


class _Camera:
    def __init__(self, harvester: Any, index: int, serial: str, num_buffers: int) -> None:
        self.index = index
        self.encoded = 0
        self._encoder = PictureEncoder()
        self._lock = threading.Lock()
        self._newest: RawFrame | None = None
        self._acquirer = harvester.create({"serial_number": serial})
        self._acquirer.num_buffers = num_buffers
        self._acquirer.start()
        threading.Thread(target=self._run, daemon=True).start()

    def picture(self) -> CameraFrame:
        """Encode the newest frame."""
        with self._lock:
            frame, self._newest = self._newest, None
        if frame is None:
            return CameraFrame(self.index, CameraState.STREAMING)
        picture = self._encoder.encode(frame)
        self.encoded += 1
        return CameraFrame(
            self.index,
            CameraState.STREAMING,
            encoding=Encoding.JPEG,
            flags=FrameFlag.FRAME_ID | FrameFlag.DEVICE_TIMESTAMP,
            pixel_format=frame.pixel_format,
            frame_id=frame.frame_id or 0,
            device_timestamp_ns=frame.times.device_timestamp_ns or 0,
            capture_time_us=frame.times.capture_time_us,
            width=picture.width,
            height=picture.height,
            source_width=picture.source_width,
            source_height=picture.source_height,
            payload=picture.jpeg,
        )

    def _run(self) -> None:
        end = time.monotonic() + _DEADLINE_S
        while time.monotonic() < end:
            with self._acquirer.fetch(timeout=_TIMEOUT_S) as buffer:
                image = buffer.payload.components[0]
                code = pixel_format_code(image.data_format)
                assert code is not None
                times = FrameTimes(time.time_ns() // 1000, buffer.module.timestamp_ns)
                frame = RawFrame(
                    image.data.copy(),
                    image.width,
                    image.height,
                    code,
                    times,
                    frame_id=buffer.module.frame_id,
                )
            with self._lock:
                self._newest = frame


def main(arguments: list[str]) -> None:
    """Stream until it is killed."""
    cti, path, fps, *serials = arguments
    cv2.setNumThreads(1)
    harvester = Harvester()
    harvester.add_file(cti)
    harvester.update()
    rates = dict(pair.split("=") for pair in serials)
    cameras = [
        _Camera(harvester, index, serial, _buffers(float(rate)))
        for index, (serial, rate) in enumerate(rates.items())
    ]
    with socket.socket(socket.AF_UNIX) as sock, ThreadPoolExecutor(len(cameras)) as pool:
        _connect(sock, path)
        infos = tuple(CameraInfo(i, serial, serial) for i, serial in enumerate(rates))
        _send_text(sock, Hello("fetch", "Harvesters fetch()", cameras=infos))
        begin = due = time.monotonic()
        seq = 0
        while due < begin + _DEADLINE_S:
            due = max(due + 1 / float(fps), time.monotonic())
            time.sleep(max(0.0, due - time.monotonic()))
            seq += 1
            timestamp_us = time.time_ns() // 1000
            frames = tuple(pool.map(lambda camera: camera.picture(), cameras))
            bundle = FrameBundle(seq, timestamp_us, frames)
            for part in encode_packet_parts(PacketKind.BUNDLE, encode_bundle_parts(bundle)):
                sock.sendall(part)
            if seq % 8 == 0:
                told = tuple(CameraStatus(c.index, 2, encoded=c.encoded) for c in cameras)
                _send_text(sock, Status(timestamp_us, cameras=told))


def _connect(sock: socket.socket, path: str) -> None:
    deadline = time.monotonic() + 10 * _TIMEOUT_S
    while True:
        try:
            sock.connect(path)
        except (FileNotFoundError, ConnectionRefusedError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _buffers(rate: float) -> int:
    """Return as many as camstrm takes."""
    return math.ceil(rate * 0.08) + 4


def _send_text(sock: socket.socket, message: Hello | Status) -> None:
    for part in encode_packet_parts(PacketKind.TEXT, [FEED_UP.encode(message)]):
        sock.sendall(part)


if __name__ == "__main__":
    main(sys.argv[1:])
