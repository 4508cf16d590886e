"""ClientSession: what a client knows of a server and has asked it, without input and output."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from camstrm.client.bundle import Bundle
from camstrm.client.calls import Answer, ClientCalls
from camstrm.client.clock_offset import ClockOffset
from camstrm.client.picture import Picture
from camstrm.client.wish import ViewWish, Wishes
from camstrm.errors import CallError, WireError
from camstrm.wire import (
    FROM_VIEWER,
    PROTOCOL,
    TO_VIEWER,
    Ack,
    CameraInfo,
    CameraLease,
    FrameBundle,
    GrantedView,
    Hello,
    Leases,
    Reply,
    Status,
    Views,
    decode_bundle,
    merge_bundles,
)
from camstrm.wire.operations import Arguments

__all__ = ["ClientSession"]


class ClientSession:
    """Takes what the server sends and returns what is to be sent; keeps the newest bundle.

    Outlives connections: after a new one the wishes are sent again. Used by one event loop.
    """

    def __init__(self, wishes: Wishes, clock: Callable[[], float]) -> None:
        self.hello: Hello | None = None
        """The newest of the present connection, None before it."""
        self.cameras: dict[str, CameraInfo] = {}
        """The server's cameras by name; those of the last connection while there is none."""
        self.status: Status | None = None
        """The newest, None before the first."""
        self.leases: dict[str, CameraLease] = {}
        """Who may change which camera, by its name; without an entry nobody holds its lease."""
        self.granted: dict[ViewWish, GrantedView] = {}
        """What became of the wishes for views."""
        self._wishes = wishes
        self._clock = clock
        self._offset = ClockOffset()
        self._asked: tuple[ViewWish, ...] = ()
        """The wishes for views of the last subscribe, in its order."""
        self._by_id: dict[int, ViewWish] = {}
        """The wish that a view in a bundle belongs to, by the view's id."""
        self._waiting: tuple[FrameBundle, float] | None = None
        """The newest bundle that was not taken, and when it came (clock's seconds)."""
        self._seq: int | None = None
        """Of the bundle that was taken last on this connection and is not acknowledged."""
        self._calls = ClientCalls()

    def text_received(self, text: str) -> list[bytes]:
        """Take a text message; return what is to be sent. Raises WireError."""
        message = TO_VIEWER.decode(text)
        if isinstance(message, Hello):
            return self._hello_received(message)
        if isinstance(message, Status):
            self.status = message
            self._offset.observe(message.time_us, self._clock())
        elif isinstance(message, Reply):
            self._calls.reply_received(message)
        elif isinstance(message, Views):
            self._views_received(message)
        elif isinstance(message, Leases):
            names = {camera.index: name for name, camera in self.cameras.items()}
            self.leases = {
                names[lease.camera]: lease
                for lease in message.leases
                if lease.camera in names and lease.holder
            }
        return []

    def bundle_received(self, data: bytes) -> None:
        """Keep a bundle until it is taken; a newer one takes over its pictures.

        Raises WireError.
        """
        bundle, now = decode_bundle(data), self._clock()
        self._offset.observe(bundle.timestamp_us, now)
        if self._waiting is not None and self._waiting[0].seq < bundle.seq:
            bundle = merge_bundles(self._waiting[0], bundle)
        self._waiting = bundle, now

    @property
    def has_bundle(self) -> bool:
        """Whether a bundle can be taken."""
        return self._waiting is not None and self.hello is not None

    def take_bundle(self) -> Bundle:
        """Return the newest bundle; it counts as shown when :meth:`acknowledge` is called."""
        assert self._waiting is not None
        (bundle, came_s), self._waiting = self._waiting, None
        self._seq = bundle.seq
        cameras = {camera.index: camera for camera in self.cameras.values()}
        pictures: dict[str, Picture] = {}
        views: dict[ViewWish, Picture] = {}
        states: dict[str, int] = {}
        for frame in bundle.frames:
            camera = cameras.get(frame.camera_index)
            if camera is None:
                continue
            if not frame.view:
                states[camera.name] = frame.state
            if not len(frame.payload):
                continue
            age_s = self._offset.age(frame.capture_time_us, came_s)
            picture = Picture(camera, frame, age_s or 0.0)
            if not frame.view:
                if self._wishes.cameras is None or camera.name in self._wishes.cameras:
                    pictures[camera.name] = picture
            elif frame.view in self._by_id:
                views[self._by_id[frame.view]] = picture
        return Bundle(bundle.seq, bundle.timestamp_us, pictures, states, views)

    def acknowledge(self) -> bytes | None:
        """Return the acknowledgement of the bundle that was taken last; None if it has gone."""
        seq, self._seq = self._seq, None
        return None if seq is None else FROM_VIEWER.encode(Ack(seq))

    def acknowledge_received(self) -> list[bytes]:
        """Return the acknowledgement of the bundle that came last, whether it was taken or not."""
        self._seq = None
        if self._waiting is None:
            return []
        return [FROM_VIEWER.encode(Ack(self._waiting[0].seq))]

    def wish(self, wishes: Wishes) -> list[bytes]:
        """Change what is wanted; return what is to be sent."""
        self._wishes = wishes
        return [] if self.hello is None else [self._subscribe()]

    def call(self, camera: str, do: str, arguments: Arguments | None, answer: Answer) -> bytes:
        """Return the text of a call; ``answer`` gets its result.

        Raises CallError for a camera or an operation that there is not, and while there is no
        connection; WireError for arguments that cannot be sent.
        """
        if self.hello is None:
            raise CallError("there is no connection to the server", code="gone")
        known = self.cameras.get(camera)
        if known is None:
            names = ", ".join(self.cameras) or "none"
            raise CallError(f"no camera {camera!r} here, only {names}", code="unknown")
        return FROM_VIEWER.encode(self._calls.call(known.index, do, arguments, answer))

    def forget(self, answer: Answer) -> None:
        """Let a call's reply, when it comes, go nowhere: its caller has given up."""
        self._calls.forget(answer)

    def connection_lost(self, problem: str) -> None:
        """Answer what is open: the replies will never come."""
        self.hello = None
        self._waiting = self._seq = None
        self.leases = {}
        self._calls.connection_lost(problem)

    def _hello_received(self, hello: Hello) -> list[bytes]:
        if hello.protocol != PROTOCOL:
            raise WireError("hello.protocol", f"version {hello.protocol}, this client {PROTOCOL}")
        hello = replace(hello, cameras=tuple(camera.cut() for camera in hello.cameras))
        again = self.hello is not None and self.hello.cameras == hello.cameras
        self.hello = hello
        self.cameras = {camera.name: camera for camera in hello.cameras}
        if again or self._wishes == Wishes(reduce=True):
            return []  # it is what a viewer gets without asking
        return [self._subscribe()]

    def _views_received(self, message: Views) -> None:
        indices = {name: camera.index for name, camera in self.cameras.items()}
        asked = [indices.get(wish.camera) for wish in self._asked]
        if asked != [view.camera for view in message.views]:
            return  # it answers the subscribe before, which the server had not yet replaced
        self.granted = dict(zip(self._asked, message.views, strict=True))
        self._by_id = {view.view: wish for wish, view in self.granted.items() if view.view}

    def _subscribe(self) -> bytes:
        message, self._asked = self._wishes.subscribe(tuple(self.cameras.values()))
        return FROM_VIEWER.encode(message)
