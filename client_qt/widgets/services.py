"""What panels, tools and windows of one viewer share: cameras, calls, settings, texts, actions.

**Several servers.** A viewer has one window, one ViewerServices and any number of servers; each
server has a StreamSession of its own. A camera has one number in the window,
``camera_number(server, index)``: for the first server that is the camera's index of the wire.
Panels and tools know these numbers only and never ask which server it is; ViewerServices knows.
Each server's connection, model, leases and clock stay its own: what happens to one server is no
other's business.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent

from camstrm.client.address import ServerAddress
from camstrm.client.calls import Answer
from camstrm.errors import CallError
from camstrm.viewing.texts import Texts
from camstrm.wire import CameraFrame, CameraInfo, CameraLease, CameraStatus
from camstrm.wire.operations import Arguments
from client_qt.model.camera_model import CameraModel
from client_qt.model.settings import Settings
from client_qt.model.viewer_model import ViewerModel
from client_qt.session.picture import DecodedPicture
from client_qt.session.session import StreamSession
from client_qt.widgets.actions import ViewerActions
from client_qt.widgets.camera_view import CameraView

__all__ = ["Server", "ViewerServices", "camera_number", "server_and_index"]

_INDEXES = 1 << 16
"""Indexes of cameras on the wire are below this."""

HINT_S = 6.0
"""A short sentence over a picture stays for this time."""


def camera_number(server: int, index: int) -> int:
    """Return the window's number of the camera with ``index`` at ``server``."""
    return server * _INDEXES + index


def server_and_index(camera: int) -> tuple[int, int]:
    """Return the number of the server, and the camera's index there."""
    return divmod(camera, _INDEXES)


@dataclass(frozen=True, eq=False)
class Server:
    """One server of the window; ``label`` is what it is called, its host and port."""

    number: int
    label: str
    session: StreamSession
    address: ServerAddress | None = None

    @property
    def model(self) -> ViewerModel:
        """What is known of it."""
        return self.session.model


class ViewerServices(QObject):
    """Everything that a panel or a tool may use; belongs to the UI thread, all of it.

    "camera" is the window's number of a camera everywhere (see the module).
    """

    servers_changed = Signal()
    """A server has come or gone."""

    cameras_changed = Signal(object)
    """Cameras have come, gone or become others: a list of those whose picture must go."""

    changed = Signal()
    """What is said of servers and cameras may differ now: states, figures, leases."""

    chosen_changed = Signal(object)
    """Another camera is chosen: its number, or None."""

    picture_ready = Signal(int, object, object)
    """Camera, CameraFrame and DecodedPicture of a whole frame; see StreamSession."""

    part_ready = Signal(int, object, object)
    """Camera, CameraFrame and DecodedPicture of a part of the frame."""

    view_set = Signal(int)
    """A camera is shown in another view, or in none, now."""

    link_changed = Signal(int, bool, object)
    """A server's number, whether it is there now, and when that began, in us of UTC here."""

    announced = Signal(str, bool)
    """A sentence for screen readers, and whether it interrupts what they say."""

    def __init__(
        self,
        *,
        settings: Settings | None = None,
        texts: Texts | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin without servers; without ``settings`` nothing is kept."""
        super().__init__()
        self.settings = Settings() if settings is None else settings
        self.texts = Texts() if texts is None else texts
        self.say = self.texts.say
        """The text of a key, in the person's language: plain text, to be shown as such."""
        self.actions = ViewerActions(self.texts)
        self.key_takers: list[Callable[[QKeyEvent], bool]] = []
        """Tools that use keys which no action has; each says whether it has used one."""
        self.order: Callable[[], list[str]] = list
        """Names of the cameras in the order in which the window shows them; see CameraArea.key."""
        self.clock = clock
        """Monotonic time in seconds."""
        self.servers: dict[int, Server] = {}
        """By their numbers, in the order in which they came; written here only."""
        self._next_server = 0
        self._links: dict[int, list[tuple[SignalInstance, Callable[..., None]]]] = {}
        """What is connected to a server's session, by the server's number."""
        self._chosen: int | None = None
        self._views: dict[int, CameraView] = {}
        """The view of each camera that is in a window, by its number."""
        self._hints: dict[int, tuple[str, float]] = {}
        """What is said over a camera's picture, and until when, in the clock's seconds."""

    def add_server(
        self, session: StreamSession, label: str, address: ServerAddress | None = None
    ) -> Server:
        """Show the cameras of a session, too; its owner starts and closes it."""
        server = Server(self._next_server, label, session, address)
        self._next_server += 1
        self.servers[server.number] = server

        def number(frame: CameraFrame) -> int:
            return camera_number(server.number, frame.camera_index)

        def show(frame: CameraFrame, picture: DecodedPicture) -> None:
            self.picture_ready.emit(number(frame), frame, picture)

        def show_part(frame: CameraFrame, picture: DecodedPicture) -> None:
            self.part_ready.emit(number(frame), frame, picture)

        def refuse(index: int, why: str) -> None:
            self.hint(camera_number(server.number, index), why)

        def change(gone: list[int]) -> None:
            self._on_cameras([camera_number(server.number, index) for index in gone])

        links: list[tuple[SignalInstance, Callable[..., None]]] = [
            (session.picture_ready, show),
            (session.part_ready, show_part),
            (session.view_refused, refuse),
            (session.cameras_changed, change),
            (session.changed, self._on_changed),
        ]
        for signal, slot in links:
            signal.connect(slot)
        self._links[server.number] = links
        self.servers_changed.emit()
        self._on_cameras([])
        return server

    def remove_server(self, number: int) -> None:
        """Show its cameras no more; the session's owner closes it after this."""
        gone = [camera for camera in self.cameras() if server_and_index(camera)[0] == number]
        del self.servers[number]
        for signal, slot in self._links.pop(number):
            signal.disconnect(slot)
        self.servers_changed.emit()
        self._on_cameras(gone)

    def server_of(self, camera: int) -> Server | None:
        """Return the camera's server."""
        return self.servers.get(server_and_index(camera)[0])

    def cameras(self) -> list[int]:
        """Return all cameras, in the order of the servers and of their configurations."""
        return [
            camera_number(server.number, index)
            for server in self.servers.values()
            for index in sorted(server.model.cameras)
            if index < _INDEXES
        ]

    def camera(self, camera: int | None) -> CameraModel | None:
        """Return what is known of a camera; None: there is none of this number (any more)."""
        if camera is None:
            return None
        server, (_, index) = self.server_of(camera), server_and_index(camera)
        return None if server is None else server.model.cameras.get(index)

    def info(self, camera: int | None) -> CameraInfo | None:
        """Return who a camera is."""
        known = self.camera(camera)
        return None if known is None else known.info

    def status(self, camera: int | None) -> CameraStatus | None:
        """Return the camera's part of its server's last status."""
        known = self.camera(camera)
        return None if known is None else known.status

    def lease(self, camera: int) -> CameraLease | None:
        """Return who may change a camera; None: nobody holds its lease."""
        server = self.server_of(camera)
        return None if server is None else server.model.leases.get(server_and_index(camera)[1])

    def my_lease(self, camera: int) -> bool:
        """Return whether it is this viewer that may change the camera."""
        lease, server = self.lease(camera), self.server_of(camera)
        status = None if server is None else server.model.status
        if lease is None or status is None or status.viewer is None:
            return False
        return lease.viewer != 0 and lease.viewer == status.viewer.id

    def role(self, camera: int) -> str:
        """Return what this viewer may do there: "view", "control", "admin"; "": not known yet."""
        server = self.server_of(camera)
        status = None if server is None else server.model.status
        return "" if status is None or status.viewer is None else status.viewer.role

    def server_time_us(self, camera: int) -> int:
        """Return what the clock of the camera's server shows, in us of UTC; 0: not known."""
        server = self.server_of(camera)
        return 0 if server is None else server.model.clock.server_us(self.clock())

    def call(self, camera: int, do: str, arguments: Arguments | None, answer: Answer) -> None:
        """Ask a camera for something; ``answer`` gets the result or a CallError, once.

        It may get the CallError before this returns. Raises WireError for arguments that cannot
        be sent.
        """
        server, index = self.server_of(camera), server_and_index(camera)[1]
        if server is None:
            answer(CallError(self.say("connect.call.removed"), code="gone"))
            return
        try:
            server.session.call(index, do, arguments, answer)
        except CallError as error:
            answer(error)

    def press(self, event: QKeyEvent) -> bool:
        """Do what a key is for; return whether anything is."""
        return self.actions.press(event) or any(take(event) for take in self.key_takers)

    @property
    def chosen(self) -> int | None:
        """The camera that panels and keys are for; None while there is no camera."""
        return self._chosen

    def choose(self, camera: int | None) -> None:
        """Let panels and keys be for this camera, if there is one of the number."""
        if camera != self._chosen and (camera is None or self.camera(camera) is not None):
            self._chosen = camera
            self.chosen_changed.emit(camera)
            self.actions.refresh()

    def view(self, camera: int | None) -> CameraView | None:
        """Return the view of a camera, whichever window it is in."""
        return None if camera is None else self._views.get(camera)

    def views(self) -> Iterator[tuple[int, CameraView]]:
        """Return all cameras that have a view, with it."""
        return iter(list(self._views.items()))

    def set_view(self, camera: int, view: CameraView | None) -> None:
        """Note where a camera is shown; for the window that shows it."""
        if view is None:
            self._views.pop(camera, None)
        else:
            self._views[camera] = view
        self.view_set.emit(camera)

    def request_overlay_paint(self, camera: int) -> None:
        """Have the overlays of a camera drawn again."""
        if view := self.view(camera):
            view.update_picture()

    def hint(self, camera: int, text: str) -> None:
        """Say a short sentence over a camera's picture for some seconds."""
        self._hints[camera] = text, self.clock() + HINT_S
        self.announce(text)
        self.changed.emit()

    def hint_of(self, camera: int) -> str:
        """Return what is said over a camera's picture now."""
        text, until = self._hints.get(camera, ("", 0.0))
        return text if self.clock() < until else ""

    def announce(self, text: str, *, urgent: bool = False) -> None:
        """Have a sentence read out by a screen reader."""
        if text:
            self.announced.emit(text, urgent)

    def _on_changed(self) -> None:
        self.changed.emit()

    def _on_cameras(self, gone: list[int]) -> None:
        for camera in gone:
            self._hints.pop(camera, None)
        self.cameras_changed.emit(gone)
        cameras = self.cameras()
        if self._chosen not in cameras:
            self._chosen = cameras[0] if cameras else None
            self.chosen_changed.emit(self._chosen)
        self.actions.refresh()
