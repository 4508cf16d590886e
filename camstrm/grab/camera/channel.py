"""CameraChannel: from one camera's latest-frame slot to its part of a bundle."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import replace

from msgspec import structs

from camstrm.acquisition.worker.worker import AcquisitionWorker
from camstrm.camera_state import CameraCondition, CameraState
from camstrm.errors import ImageError, NoImageError, UnsupportedPixelFormatError
from camstrm.frame import RawFrame, pixel_format
from camstrm.grab.camera.view_turns import ViewTurns
from camstrm.imaging import EncodedPicture, FrameEncoding, PictureEncoder
from camstrm.rates import RateMeter
from camstrm.repeat_log import RepeatLog
from camstrm.wire import (
    CameraFrame,
    CameraInfo,
    CameraStatus,
    Encoding,
    FrameFlag,
    FrameRequest,
    Region,
    View,
)

__all__ = ["CameraChannel"]

_log = logging.getLogger(__name__)

_REJECTED_LEAST = 3
"""So many frames in a row must be rejected until that is the state of the camera."""

_LOG_INTERVAL_S = 60.0
"""Time between two log lines about rejected frames."""


class CameraChannel:
    """Encodes the newest frame of one camera when asked, and reports how the camera does.

    Used by one thread. What was made of the newest frame is kept (encoded), so that a viewer
    that comes later can be given it without encoding it again.
    """

    def __init__(
        self, index: int, name: str, worker: AcquisitionWorker, encoder: PictureEncoder
    ) -> None:
        self.index = index
        self.name = name
        self.worker = worker
        self._encoder = encoder
        # What became of the newest frame for each view of the last request, by the view's id, 0
        # for the whole picture; without a payload where there is nothing to show.
        self._made: dict[int, CameraFrame] = {}
        self._made_stream = 0  # of which stream, counted by reconnects, they are
        self._encoded_s = 0.0  # when a frame was encoded last, monotonic
        # Pixel format's name, width and height of the camera's frames.
        self._source: tuple[str, int, int] = ("", 0, 0)
        # Why no picture comes although frames do; None: the newest frame became one.
        self._failure: CameraCondition | None = None
        self._rejected = 0  # so many frames in a row
        self._grab_rate = RateMeter()
        self._sent_rate = RateMeter()
        self._rejected_log = RepeatLog(_log, _LOG_INTERVAL_S, more="", clock=time.monotonic)
        self._turns = ViewTurns(time.monotonic)
        self._view_log = RepeatLog(_log, _LOG_INTERVAL_S, more="", clock=time.monotonic)

    def entries(self, request: FrameRequest) -> list[CameraFrame]:
        """Encode the newest frame as ``request`` wants it; return this camera's entries.

        The whole picture first, if it is asked for, then the views. An entry has no payload
        without a frame newer than the last request's, unless it was not asked for then or
        ``request.refresh`` asks for the last picture again. A view whose region is outside the
        frame has the frame's size and no payload; one whose turn it is not has nothing.
        """
        wished = {view.id: view for view in request.views if view.camera == self.index}
        within_s = request.within_us / 1e6
        whole = {0: View(self.index)} if self.index in request.cameras else {}
        views = whole | {number: wished[number] for number in self._turns.order(wished, within_s)}
        made = self._take(views, request)
        condition = self._condition()
        if self._made_stream != self._stream or not condition.healthy:
            # Never a picture from before the camera was opened again.
            self._made, self._made_stream = {}, self._stream
        self._made = {number: self._made[number] for number in views if number in self._made}
        missing = {number: view for number, view in views.items() if number not in self._made}
        if missing and made is None and condition.healthy:
            made = self._look(missing, request)
            condition = self._condition()
        made = made or {}
        shown = self._made if self.index in request.refresh else made
        state, since_us = condition.state, condition.since_us
        return [
            structs.replace(
                shown.get(number) or CameraFrame(self.index, state, view=number),
                state=state,
                state_since_us=since_us,
            )
            for number in whole | wished
        ]

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
            differs=len(self.worker.control.live.differing()),
            **counts,
        )

    def info(self) -> CameraInfo:
        """Return what names the camera."""
        device = self.worker.info
        info = CameraInfo(self.index, self.name, device.serial, device.model, device.vendor)
        return info.cut()

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

    def _take(
        self, views: Mapping[int, View], request: FrameRequest
    ) -> dict[int, CameraFrame] | None:
        """Encode the newest frame that was not taken before; None if there is none."""
        try:
            frame = self.worker.take()
        except NoImageError as error:
            self._note_rejected(error)
            return None
        if frame is None:
            return None
        with frame:
            self._made, self._made_stream = {}, self._stream
            made = self._encode(frame, views, request)
        if any(len(entry.payload) for entry in made.values()):
            self.worker.statistics.encoded += 1
            self._encoded_s = time.monotonic()
        return made

    def _look(self, views: Mapping[int, View], request: FrameRequest) -> dict[int, CameraFrame]:
        """Encode views that are new of the newest frame, although that was taken before."""
        try:
            frame = self.worker.newest()
        except NoImageError:
            return {}  # take() will count it
        if frame is None:
            return {}
        with frame:
            return self._encode(frame, views, request)

    def _encode(
        self, frame: RawFrame, views: Mapping[int, View], request: FrameRequest
    ) -> dict[int, CameraFrame]:
        """Encode views of a frame, as far as it is their turn, and keep them.

        What cannot be shown is kept without payload, so that it is not tried again.
        """
        made: dict[int, CameraFrame] = {}
        try:
            encoding = self._encoder.begin(frame)
            for number, view in views.items():
                if not number:
                    made[0] = self._entry(frame, encoding, 0, view, request)
                elif self._turns.begin(number):
                    made[number] = self._entry(frame, encoding, number, view, request)
                    self._turns.end()
        except UnsupportedPixelFormatError as error:
            made = self._nothing(views)
            self._note_unsupported(str(error))
            self._source = (error.name, frame.width, frame.height)
        except ImageError as error:
            made = self._nothing(views)
            self.worker.statistics.rejected += 1
            self._note_rejected(error)
        else:
            self._note_shown()
            self._source = (pixel_format(frame.pixel_format).name, frame.width, frame.height)
        self._made |= made
        return made

    def _nothing(self, views: Mapping[int, View]) -> dict[int, CameraFrame]:
        state = CameraState.STREAMING
        return {number: CameraFrame(self.index, state, view=number) for number in views}

    def _entry(
        self,
        frame: RawFrame,
        encoding: FrameEncoding,
        number: int,
        view: View,
        request: FrameRequest,
    ) -> CameraFrame:
        picture: EncodedPicture | None = None
        try:
            picture = encoding.view(view, quality=request.quality, halvings=request.halvings)
        except ImageError as error:
            if not number:
                raise
            text = "camera %s: a view of it cannot be shown: %s"
            self._view_log.warning(text, self.name, error)
        entry = CameraFrame(
            self.index,
            CameraState.STREAMING,
            pixel_format=frame.pixel_format & 0xFFFFFFFF,
            source_width=frame.width,
            source_height=frame.height,
            view=number,
        )
        if picture is None:
            return entry
        times, flags = frame.times, 0
        if frame.frame_id is not None:
            flags |= FrameFlag.FRAME_ID
        if times.device_timestamp_ns is not None:
            flags |= FrameFlag.DEVICE_TIMESTAMP
        region = picture.region if number else Region(0, 0, 0, 0)
        return structs.replace(
            entry,
            encoding=Encoding.JPEG,
            flags=flags,
            frame_id=frame.frame_id or 0,
            device_timestamp_ns=times.device_timestamp_ns or 0,
            capture_time_us=times.capture_time_us,
            encoded_time_us=time.time_ns() // 1000,
            width=picture.width,
            height=picture.height,
            payload=picture.jpeg,
            x=region.x,
            y=region.y,
            region_width=region.width,
            region_height=region.height,
        )

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
