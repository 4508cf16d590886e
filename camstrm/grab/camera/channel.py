"""CameraChannel: from one camera's latest-frame slot to its part of a bundle."""

from __future__ import annotations

import logging
import time
from dataclasses import replace

from msgspec import structs

from camstrm.acquisition.worker.worker import AcquisitionWorker
from camstrm.camera_state import CameraCondition, CameraState
from camstrm.errors import ImageError, NoImageError, UnsupportedPixelFormatError
from camstrm.frame import pixel_format
from camstrm.imaging import PictureEncoder
from camstrm.rates import RateMeter
from camstrm.repeat_log import RepeatLog
from camstrm.wire import CameraFrame, CameraInfo, CameraStatus, Encoding, FrameFlag

__all__ = ["CameraChannel"]

_log = logging.getLogger(__name__)

_REJECTED_LEAST = 3
"""So many frames in a row must be rejected until that is the state of the camera."""

_LOG_INTERVAL_S = 60.0
"""Time between two log lines about rejected frames."""


class CameraChannel:
    """Encodes the newest frame of one camera when asked, and reports how the camera does.

    Used by one thread. The last picture is kept (encoded), so that a viewer that comes
    later can be given it without encoding it again.
    """

    def __init__(
        self, index: int, name: str, worker: AcquisitionWorker, encoder: PictureEncoder
    ) -> None:
        self.index = index
        self.name = name
        self.worker = worker
        self._encoder = encoder
        self._last: CameraFrame | None = None  # the last picture
        self._last_stream = 0  # of which stream, counted by reconnects, it is
        self._encoded_s = 0.0  # when it was encoded, monotonic
        # Pixel format's name, width and height of the camera's frames.
        self._source: tuple[str, int, int] = ("", 0, 0)
        # Why no picture comes although frames do; None: the newest frame became one.
        self._failure: CameraCondition | None = None
        self._rejected = 0  # so many frames in a row
        self._grab_rate = RateMeter()
        self._sent_rate = RateMeter()
        self._rejected_log = RepeatLog(_log, _LOG_INTERVAL_S, more="", clock=time.monotonic)

    def picture(self, *, refresh: bool, quality: int = 100, halvings: int = 0) -> CameraFrame:
        """Encode the newest frame and return it as this camera's part of a bundle.

        Without a frame newer than the last call's the result has no payload, unless
        ``refresh`` asks for the last picture again. ``quality``, ``halvings``: see
        :meth:`PictureEncoder.encode`.
        """
        fresh = self._encode(quality, halvings)
        condition = self._condition()
        state, since_us = condition.state, condition.since_us
        if fresh is None and refresh and condition.healthy:
            # Never one from before the camera was opened again.
            fresh = self._last if self._last_stream == self._stream else None
        if fresh is None:
            return CameraFrame(self.index, state, state_since_us=since_us)
        return structs.replace(fresh, state=state, state_since_us=since_us)

    def status(self) -> CameraStatus:
        """Return state, counters and rates; a camera that does not stream has no rate."""
        statistics = self.worker.statistics
        counts = statistics.counts()  # before arrived_s, which is written before them
        grab_fps = self._grab_rate.rate(counts["delivered"], event_s=statistics.arrived_s)
        sent_fps = self._sent_rate.rate(counts["encoded"], event_s=self._encoded_s)
        condition = self._condition()
        name, width, height = self._source
        return CameraStatus(
            index=self.index,
            state=condition.state,
            since_us=condition.since_us,
            reason=condition.reason,
            pixel_format=name,
            width=width,
            height=height,
            grab_fps=_rounded(grab_fps),
            sent_fps=_rounded(sent_fps),
            interval_us=round(self.worker.interval_s * 1e6),
            **counts,
        )

    def info(self) -> CameraInfo:
        """Return what names the camera."""
        device = self.worker.info
        return CameraInfo(self.index, self.name, device.serial, device.model, device.vendor)

    @property
    def _stream(self) -> int:
        return self.worker.statistics.reconnects

    def _condition(self) -> CameraCondition:
        condition, failure = self.worker.condition, self._failure
        if condition.healthy and failure is not None:
            unsupported = failure.state is CameraState.UNSUPPORTED
            if unsupported or self._rejected >= _REJECTED_LEAST:  # not one bad frame
                return failure
        return condition

    def _encode(self, quality: int, halvings: int) -> CameraFrame | None:
        """Encode the newest frame; None without one, and for one that cannot be shown."""
        try:
            frame = self.worker.take()
        except NoImageError as error:
            self._note_rejected(error)
            return None
        if frame is None:
            return None
        with frame:
            try:
                picture = self._encoder.encode(frame, quality=quality, halvings=halvings)
            except UnsupportedPixelFormatError as error:
                self._note_unsupported(str(error))
                self._source = (error.name, frame.width, frame.height)
                return None
            except ImageError as error:
                self.worker.statistics.rejected += 1
                self._note_rejected(error)
                return None
        self._note_shown()
        self.worker.statistics.encoded += 1
        self._encoded_s = time.monotonic()
        self._source = (pixel_format(frame.pixel_format).name, frame.width, frame.height)
        times = frame.times
        flags = 0
        if frame.frame_id is not None:
            flags |= FrameFlag.FRAME_ID
        if times.device_timestamp_ns is not None:
            flags |= FrameFlag.DEVICE_TIMESTAMP
        self._last_stream = self._stream
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

    def _note_shown(self) -> None:
        failure, self._failure = self._failure, None
        self._rejected = 0
        if failure is not None and failure.state is CameraState.UNSUPPORTED:
            _log.info("camera %s: the pixel format can be shown again", self.name)

    def _note_unsupported(self, text: str) -> None:
        reason = f"camera {self.name}: {text}"
        if self._failure is None or self._failure.reason != reason:
            _log.error("%s", reason)
            now_us = time.time_ns() // 1000
            self._failure = CameraCondition(CameraState.UNSUPPORTED, now_us, reason)
            self._rejected = 0

    def _note_rejected(self, error: ImageError) -> None:
        """Count frames that hold no picture; when no other ones come, that is the state."""
        reason = f"every frame is rejected: {error}"
        if self._failure is None:
            now_us = time.time_ns() // 1000
            self._failure = CameraCondition(CameraState.STALLED, now_us, reason)
        if self._failure.state is CameraState.STALLED:
            self._failure = replace(self._failure, reason=reason)
            self._rejected += 1
        count = self.worker.statistics.rejected
        text = "camera %s: %s (%d frames rejected so far)"
        self._rejected_log.warning(text, self.name, error, count)


def _rounded(rate: float) -> float:
    """Return a rate as it is sent: of a slow camera more digits count."""
    return round(rate, 1 if rate >= 10 else 3)
