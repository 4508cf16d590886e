"""One viewing session: client, decoder and model put together, without widgets."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection

from PySide6.QtCore import QObject, Signal

from camstrm.repeat_log import RepeatLog
from camstrm.wire import FrameBundle, Hello, Status
from client_qt.model.acknowledge import AckTracker
from client_qt.model.viewer_model import ViewerModel
from client_qt.session.client import StreamClient
from client_qt.session.decoder import PictureDecoder, PictureJob, PictureResult

__all__ = ["StreamSession"]

_log = logging.getLogger(__name__)


class StreamSession(QObject):
    """Feed the model, have pictures decoded, hand them out, acknowledge bundles.

    Belongs to the UI thread, all of it. A bundle is acknowledged when each of its pictures is
    shown, replaced or bad; painting follows in the same turn of the event loop, before the
    next bundle is read.
    """

    picture_ready = Signal(int, object)
    """Camera index and DecodedPicture; when the slots return, the picture counts as shown."""

    cameras_changed = Signal(object)
    """The indexes whose old picture must go."""

    changed = Signal()
    """Texts may differ now, of the cameras that there were."""

    def __init__(
        self,
        client: StreamClient,
        decoder: PictureDecoder,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.model = ViewerModel()
        self._client = client
        self._decoder = decoder
        self.clock = clock
        """Monotonic time in seconds, which the model is fed with."""
        self._acks = AckTracker()
        self._session = ""
        """Of the last hello: bundles are counted from the beginning in each session."""
        self._wanted: tuple[int, ...] | None = None
        """Cameras whose pictures are decoded, sorted; None: all."""
        self._view_sizes: dict[int, tuple[int, int]] = {}
        """(width, height) of each camera's view in device pixels."""
        self._bad_pictures = RepeatLog(_log)
        client.connecting.connect(self.model.connection_started)
        client.connected.connect(self._on_connected)
        client.lost.connect(self._on_lost)
        client.hello_received.connect(self._on_hello)
        client.status_received.connect(self._on_status)
        client.bundle_received.connect(self._on_bundle)
        client.round_trip_measured.connect(self._on_round_trip)
        decoder.ready.connect(self._on_ready)
        # After the slots above, so that the model knows already.
        for signal in (client.connecting, client.connected, client.lost, client.status_received):
            signal.connect(self.changed)

    def start(self) -> None:
        """Start decoding and connecting."""
        self._decoder.start()
        self._client.open()

    def close(self) -> bool:
        """Close connection and decoder; return False when a thread did not end."""
        self._client.close()
        return self._decoder.close()

    def want(self, cameras: Collection[int] | None) -> None:
        """Ask for pictures of these cameras only (None: all); others are not decoded."""
        self._wanted = None if cameras is None else tuple(sorted(cameras))
        self.model.want_pictures(self._wanted != (), self.clock())
        self._client.subscribe(self._wanted)

    def set_view_size(self, camera: int, size: tuple[int, int]) -> None:
        """Note how many device pixels (width, height) the view of ``camera`` has."""
        self._view_sizes[camera] = size

    def _on_connected(self) -> None:
        self.model.connection_opened(self.clock())
        self._forget_pictures()

    def _on_lost(self, reason: str, retry_in_s: float) -> None:
        self.model.connection_lost(reason, retry_in_s, self.clock())
        self._forget_pictures()

    def _on_hello(self, hello: Hello) -> None:
        if hello.session != self._session:
            # A new grabber counts bundles from the beginning; an ack of old ones would mislead it.
            self._session = hello.session
            self._forget_pictures()
        gone = self.model.receive_hello(hello, self.clock())
        self.cameras_changed.emit(gone)

    def _on_status(self, status: Status) -> None:
        self.model.receive_status(status, self.clock())

    def _on_round_trip(self, seconds: float) -> None:
        self.model.clock.observe_round_trip(seconds, self.clock())

    def _on_bundle(self, bundle: FrameBundle, size: int) -> None:
        before = set(self.model.cameras)
        self.model.receive_bundle(bundle, size, self.clock())
        if set(self.model.cameras) != before:
            self.cameras_changed.emit([i for i in before if i not in self.model.cameras])
        frames = {
            f.camera_index: f
            for f in bundle.frames
            if len(f.payload) and f.camera_index in self.model.cameras
            if self._wanted is None or f.camera_index in self._wanted
        }
        ticket = self._acks.begin(bundle.seq, frames)
        sizes = self._view_sizes
        jobs = [PictureJob(ticket, f, sizes.get(index, (0, 0))) for index, f in frames.items()]
        self._decoder.submit(*jobs)
        self._acknowledge()

    def _on_ready(self) -> None:
        results, dropped = self._decoder.take()
        for result in results:
            self._settle(result)
        for camera, count in dropped.items():
            if known := self.model.cameras.get(camera):
                known.dropped += count
        self._acknowledge()

    def _settle(self, result: PictureResult) -> None:
        camera = self.model.cameras.get(result.job.camera)
        if camera is not None and result.picture is not None:
            self.picture_ready.emit(result.job.camera, result.picture)
            camera.show(result.job.frame.capture_time_us, self.model.clock, self.clock())
        elif camera is not None:
            camera.fail(result.problem)
            self._bad_pictures.warning("a picture could not be decoded: %s", result.problem)
        self._acks.settle(result.job.camera, result.job.ticket)

    def _acknowledge(self) -> None:
        seq = self._acks.release()
        if seq is not None:
            self._client.acknowledge(seq)

    def _forget_pictures(self) -> None:
        self._acks.clear()
        self._decoder.forget(self._acks.next_ticket)
