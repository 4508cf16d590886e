"""CameraChannel: from one camera's latest-frame slot to its part of a bundle."""

from __future__ import annotations

import logging
import time
from dataclasses import replace

from camstrm.acquisition.statistics import RateMeter
from camstrm.acquisition.worker import AcquisitionWorker, WorkerState
from camstrm.errors import ImageError, UnsupportedPixelFormatError
from camstrm.frame import RawFrame, pixel_format
from camstrm.imaging import PictureEncoder
from camstrm.wire import (
    CameraFrame,
    CameraInfo,
    CameraState,
    CameraStatus,
    Encoding,
    FrameFlag,
)

__all__ = ["CameraChannel"]

_log = logging.getLogger(__name__)

_STATES = {
    WorkerState.CLOSED: CameraState.CLOSED,
    WorkerState.OPENING: CameraState.OPENING,
    WorkerState.STREAMING: CameraState.STREAMING,
    WorkerState.STALLED: CameraState.STALLED,
    WorkerState.LOST: CameraState.LOST,
}

_LOG_INTERVAL_S = 1.0


class CameraChannel:
    """Encodes the newest frame of one camera when asked, and tells how the camera does.

    Used by one thread. The last picture is kept (encoded), so that a viewer that comes
    later can be given it without encoding anew.
    """

    def __init__(
        self, index: int, name: str, worker: AcquisitionWorker, encoder: PictureEncoder
    ) -> None:
        self.index = index
        self.name = name
        self.worker = worker
        self._encoder = encoder
        self._last: CameraFrame | None = None
        self._encoded = 0
        self._source: tuple[str, int, int] = ("", 0, 0)
        self._unsupported: tuple[str, int] | None = None
        self._grab_rate = RateMeter()
        self._sent_rate = RateMeter()
        self._rejected_log_s = 0.0

    def picture(self, *, refresh: bool, quality: int = 100, halvings: int = 0) -> CameraFrame:
        """Encode the newest frame and return it as this camera's part of a bundle.

        Without a frame newer than the last call's the result has no payload, unless
        ``refresh`` asks for the last picture again. ``quality``, ``halvings``: see
        :meth:`PictureEncoder.encode`.
        """
        frame = self.worker.take()
        fresh = self._encode(frame, quality, halvings) if frame is not None else None
        state, since_us, _ = self._state()
        if fresh is None and refresh and state == CameraState.STREAMING:
            fresh = self._last
        if fresh is None:
            return CameraFrame(self.index, state, state_since_us=since_us)
        return replace(fresh, state=state, state_since_us=since_us)

    def status(self) -> CameraStatus:
        """Return state and counters; rates are over about the last second."""
        statistics = self.worker.statistics
        state, since_us, reason = self._state()
        name, width, height = self._source
        return CameraStatus(
            index=self.index,
            state=state,
            since_us=since_us,
            reason=reason,
            pixel_format=name,
            width=width,
            height=height,
            delivered=statistics.delivered,
            incomplete=statistics.incomplete,
            rejected=statistics.rejected,
            underrun=statistics.underrun,
            overwritten=statistics.overwritten,
            gaps=statistics.gaps,
            encoded=self._encoded,
            reconnects=statistics.reconnects,
            grab_fps=round(self._grab_rate.rate(statistics.delivered), 1),
            sent_fps=round(self._sent_rate.rate(self._encoded), 1),
        )

    def info(self) -> CameraInfo:
        """Return who the camera is."""
        device = self.worker.info
        return CameraInfo(self.index, self.name, device.serial, device.model, device.vendor)

    def _state(self) -> tuple[int, int, str]:
        condition = self.worker.condition
        if condition.state is WorkerState.STREAMING and self._unsupported is not None:
            reason, since_us = self._unsupported
            return CameraState.UNSUPPORTED, since_us, reason
        return _STATES[condition.state], condition.since_us, condition.reason

    def _encode(self, frame: RawFrame, quality: int, halvings: int) -> CameraFrame | None:
        with frame:
            try:
                picture = self._encoder.encode(frame, quality=quality, halvings=halvings)
            except UnsupportedPixelFormatError as error:
                self._note_unsupported(str(error))
                self._source = (error.name, frame.width, frame.height)
                return None
            except ImageError as error:
                self._note_rejected(error)
                return None
        if self._unsupported is not None:
            _log.info("camera %s: the pixel format can be shown again", self.name)
            self._unsupported = None
        self._encoded += 1
        self._source = (pixel_format(frame.pixel_format).name, frame.width, frame.height)
        times = frame.times
        flags = 0
        if frame.frame_id is not None:
            flags |= FrameFlag.FRAME_ID
        if times.device_timestamp_ns is not None:
            flags |= FrameFlag.DEVICE_TIMESTAMP
        self._last = CameraFrame(
            self.index,
            CameraState.STREAMING,
            encoding=Encoding.JPEG,
            flags=flags,
            pixel_format=frame.pixel_format & 0xFFFFFFFF,
            frame_id=frame.frame_id or 0,
            device_timestamp_ns=times.device_timestamp_ns or 0,
            capture_time_us=times.capture_time_us,
            encoded_time_us=time.time_ns() // 1000,
            width=picture.width,
            height=picture.height,
            source_width=picture.source_width,
            source_height=picture.source_height,
            payload=picture.jpeg,
        )
        return self._last

    def _note_unsupported(self, text: str) -> None:
        reason = f"camera {self.name}: {text}"
        if self._unsupported is None or self._unsupported[0] != reason:
            _log.error("%s", reason)
            self._unsupported = (reason, time.time_ns() // 1000)

    def _note_rejected(self, error: ImageError) -> None:
        self.worker.statistics.rejected += 1
        now = time.monotonic()
        if now - self._rejected_log_s >= _LOG_INTERVAL_S:
            self._rejected_log_s = now
            count = self.worker.statistics.rejected
            _log.warning("camera %s: %s (%d frames rejected so far)", self.name, error, count)
