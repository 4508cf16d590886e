"""One viewing session: client, decoder and model put together, without widgets."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterable

from PySide6.QtCore import QObject, QTimer, Signal

from camstrm.client.calls import Answer, ClientCalls
from camstrm.errors import CallError
from camstrm.repeat_log import RepeatLog
from camstrm.viewing.plain_text import plain_message
from camstrm.wire import CameraFrame, FrameBundle, Hello, Leases, Reply, Status, View, Views
from camstrm.wire.operations import Arguments
from client_qt.model.acknowledge import AckTracker
from client_qt.model.subscription import Subscription
from client_qt.model.viewer_model import ViewerModel
from client_qt.session.client import StreamClient
from client_qt.session.decoder import PictureDecoder, PictureJob, PictureResult
from client_qt.session.file_fetch import FileFetch

__all__ = ["StreamSession"]

_log = logging.getLogger(__name__)

_GATHER_MS = 50
"""Movements that follow each other so closely are one."""

_LEAST_INTERVAL_S = 0.2
"""Between two wishes for other views while somebody zooms or moves the picture."""

_SMOOTHING = 0.1
"""Weight of the newest duration."""

_ONLY_SHOWN = frozenset(("diagnose", "events", "features", "shares"))
"""Operations whose results hold texts for people alone: nothing of them is written to a file or
sent back, so that what is not to be seen can be taken out here, for all panels."""


class StreamSession(QObject):
    """Feed the model, have pictures decoded, hand them out, acknowledge bundles.

    Belongs to the UI thread, all of it. A bundle is acknowledged when each of its pictures is
    shown, replaced or bad; painting follows in the same turn of the event loop, before the
    next bundle is read.
    """

    picture_ready = Signal(object, object)
    """CameraFrame of a picture of the whole frame, whatever its size, and its DecodedPicture;
    when the slots return, the picture counts as shown."""

    part_ready = Signal(object, object)
    """CameraFrame of the part that was asked for, and its DecodedPicture."""

    view_refused = Signal(int, str)
    """Camera index, and the server's sentence that says why it does not send the view."""

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
        self._say = client.texts.say
        self._decoder = decoder
        self.clock = clock
        """Monotonic time in seconds, which the model is fed with."""
        self.files = FileFetch(client, self)
        """Fetches stills and zips from the server."""
        self.zebra = False
        """Whether what is clipped in pictures is shown: then the decoder looks for it."""
        self._calls = ClientCalls()
        self._acks = AckTracker()
        self._session = ""
        """Of the last hello: bundles are counted from the beginning in each session."""
        self._subscription = Subscription()
        self._wanted: tuple[int, ...] | None = None
        """Cameras whose pictures can be seen, sorted; None: all."""
        self._views: tuple[View, ...] = ()
        """What of them is to be seen beside the whole pictures, or instead of them."""
        self._max_fps: float | None = None
        """How many bundles a second are wanted at most; None: all."""
        self.decode_s = 0.0
        """How long the decoding of a picture takes, smoothed, in seconds; 0: not known."""
        self._asked_s = float("-inf")
        """When a subscription was sent last, in the clock's seconds."""
        self._ask_timer = QTimer(self)
        self._ask_timer.setSingleShot(True)
        self._ask_timer.timeout.connect(self._ask)
        self._view_sizes: dict[int, tuple[int, int]] = {}
        """(width, height) of each camera's view in device pixels."""
        self._rotations: dict[int, int] = {}
        """Degrees by which each camera's picture is turned on the screen, where it is."""
        self._bad_pictures = RepeatLog(_log)
        client.connecting.connect(self.model.connection_started)
        client.connected.connect(self._on_connected)
        client.lost.connect(self._on_lost)
        client.hello_received.connect(self._on_hello)
        client.status_received.connect(self._on_status)
        client.views_received.connect(self._on_views)
        client.reply_received.connect(self._on_reply)
        client.leases_received.connect(self._on_leases)
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
        self._ask_timer.stop()
        self.files.close()
        self._client.close()
        self._calls.connection_lost(
            self._say("connect.call.closed"), self._say("connection.call_lost_remedy")
        )
        return self._decoder.close()

    def want(
        self,
        cameras: Collection[int] | None,
        views: Iterable[View] = (),
        *,
        max_fps: float | None = None,
    ) -> None:
        """Ask for pictures of these cameras only (None: all); others are not decoded.

        ``views``: at most one of each camera. Other views than before are asked for a little
        later, with those that follow; other cameras at once.
        """
        wanted = None if cameras is None else tuple(sorted(cameras))
        self._views = tuple(views)
        self._max_fps = max_fps
        if wanted != self._wanted:
            self._wanted = wanted
            self.model.want_pictures(wanted != (), self.clock())
            self._ask()
        else:
            self._ask_soon()

    def call(self, camera: int, do: str, arguments: Arguments | None, answer: Answer) -> None:
        """Ask a camera for something; ``answer`` gets the result, or CallError, once.

        Raises CallError for what cannot be asked, WireError for arguments that cannot be sent.
        """
        hello = self.model.hello
        if hello is None or not self._client.is_open:
            raise self._call_error("no_server", "gone")
        most = hello.limits.max_calls
        if not most:
            raise self._call_error("none", "unknown")
        if len(self._calls) >= most:
            raise self._call_error("many", "busy", most=most)
        limit = hello.limits.max_message_size
        if do in _ONLY_SHOWN:
            answer = _plain_answer(answer)
        self._client.call(self._calls.call(camera, do, arguments, answer, max_size=limit))

    def _call_error(self, key: str, code: str, **values: int) -> CallError:
        problem = self._say(f"connection.call_{key}", **values)
        return CallError(problem, self._say(f"connection.call_{key}_remedy"), code=code)

    def set_view_size(self, camera: int, size: tuple[int, int]) -> None:
        """Note how many device pixels (width, height) the view of ``camera`` has."""
        self._view_sizes[camera] = size

    def set_rotation(self, camera: int, rotation: int) -> None:
        """Note by how many degrees clockwise the picture of ``camera`` is turned on the screen."""
        self._rotations[camera] = rotation

    def freeze(self, camera: int, frozen: bool) -> None:
        """Keep the picture of a camera that is on the screen, or go on.

        What comes of a frozen one is not decoded, and acknowledged at once.
        """
        if known := self.model.cameras.get(camera):
            known.frozen = frozen
            self.changed.emit()

    def _on_connected(self) -> None:
        self.model.connection_opened(self.clock())
        self._forget_pictures()
        self._subscription.forget_answers()

    def _on_lost(self, reason: str, retry_in_s: float) -> None:
        self.model.connection_lost(reason, retry_in_s, self.clock())
        self._forget_pictures()
        self._calls.connection_lost(
            self._say("connect.call.lost", reason=reason), self._say("connection.call_lost_remedy")
        )

    def _on_hello(self, hello: Hello) -> None:
        if hello.session != self._session:
            # A new grabber counts bundles from the beginning; an ack of old ones would mislead it.
            self._session = hello.session
            self._forget_pictures()
        gone = self.model.receive_hello(hello, self.clock())
        self._decoder.release(gone)
        self.cameras_changed.emit(gone)

    def _on_status(self, status: Status) -> None:
        self.model.receive_status(status, self.clock())

    def _on_views(self, message: Views) -> None:
        for refused in self._subscription.answered(message.views):
            self.view_refused.emit(refused.camera, refused.refused)
        self._ask_soon()  # the whole picture instead of what was refused

    def _on_reply(self, reply: Reply) -> None:
        self._calls.reply_received(reply)

    def _on_leases(self, message: Leases) -> None:
        self.model.receive_leases(message)
        self.changed.emit()

    def _ask_soon(self) -> None:
        """Ask for what is wanted then."""
        if not self._ask_timer.isActive():
            left_s = max(0.0, self._asked_s + _LEAST_INTERVAL_S - self.clock())
            self._ask_timer.start(max(_GATHER_MS, round(1000 * left_s)))

    def _ask(self) -> None:
        """Send what is wanted, if it is something else than before."""
        self._ask_timer.stop()
        everything = self._wanted is None
        cameras = tuple(self.model.cameras) if self._wanted is None else self._wanted
        message = self._subscription.update(
            cameras, self._views, everything=everything, max_fps=self._max_fps
        )
        if message is not None:
            self._asked_s = self.clock()
            self._client.subscribe(message)

    def _on_round_trip(self, seconds: float) -> None:
        self.model.clock.observe_round_trip(seconds, self.clock())

    def _on_bundle(self, bundle: FrameBundle, size: int) -> None:
        before = set(self.model.cameras)
        self.model.receive_bundle(bundle, size, self.clock())
        if set(self.model.cameras) != before:
            self.cameras_changed.emit([i for i in before if i not in self.model.cameras])
        frames = {
            f.key: f
            for f in bundle.frames
            if len(f.payload) and self._subscription.wants(f)
            if (known := self.model.cameras.get(f.camera_index)) and not known.frozen
        }
        ticket = self._acks.begin(bundle.seq, frames)
        self._decoder.submit(*(self._job(ticket, frame) for frame in frames.values()))
        self._acknowledge()

    def _on_ready(self) -> None:
        results, dropped = self._decoder.take()
        for result in results:
            self._settle(result)
            if result.decode_s:
                before = self.decode_s or result.decode_s
                self.decode_s = before + _SMOOTHING * (result.decode_s - before)
        for key, count in dropped.items():
            if known := self.model.cameras.get(key & 0xFFFF):
                known.dropped += count
        self._acknowledge()

    def _job(self, ticket: int, frame: CameraFrame) -> PictureJob:
        if self._subscription.is_part(frame):
            # It is made for the screen.
            turn = self._rotations.get(frame.camera_index, 0)
            return PictureJob(ticket, frame, part=True, zebra=self.zebra, rotation=turn)
        camera = frame.camera_index
        self.model.cameras[camera].sent_size = frame.width, frame.height
        size, turn = self._view_sizes.get(camera, (0, 0)), self._rotations.get(camera, 0)
        return PictureJob(ticket, frame, size, zebra=self.zebra, rotation=turn)

    def _settle(self, result: PictureResult) -> None:
        frame = result.job.frame
        camera = self.model.cameras.get(frame.camera_index)
        if camera is not None and result.picture is not None and result.job.part:
            self.part_ready.emit(frame, result.picture)
        elif camera is not None and result.picture is not None:
            self.picture_ready.emit(frame, result.picture)
            camera.show(frame.capture_time_us, self.model.clock, self.clock())
        elif camera is not None:
            camera.fail(result.problem)
            self._bad_pictures.warning("a picture could not be decoded: %s", result.problem)
        self._acks.settle(result.job.key, result.job.ticket)

    def _acknowledge(self) -> None:
        seq = self._acks.release()
        if seq is not None:
            self._client.acknowledge(seq)

    def _forget_pictures(self) -> None:
        self._acks.clear()
        self._decoder.forget(self._acks.next_ticket)


def _plain_answer(answer: Answer) -> Answer:
    """Return an answer that gets results without control characters and hidden directions."""
    return lambda result: answer(result if isinstance(result, CallError) else plain_message(result))
