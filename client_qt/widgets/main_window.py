"""The window: menus, the pictures, panels at the right, and the line of what is wrong."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from camstrm.wire import CameraState
from client_qt.model.display import Level, delivers, is_stuck
from client_qt.model.link import Link, describe_empty, describe_link, describe_title, together
from client_qt.widgets.accessible_view import install_accessible_views
from client_qt.widgets.announcer import Announcer
from client_qt.widgets.camera_area import CameraArea
from client_qt.widgets.camera_view import CameraView
from client_qt.widgets.panel_dock import PanelDock
from client_qt.widgets.pop_outs import PopOuts
from client_qt.widgets.preferences import apply_appearance
from client_qt.widgets.services import ViewerServices
from client_qt.widgets.top_bar import TopBar
from client_qt.widgets.window_actions import connect_window_actions
from client_qt.widgets.window_place import keep_place, restore_place
from client_qt.widgets.wishes import PictureWishes

__all__ = ["MainWindow"]

REFRESH_INTERVAL_MS = 250
"""Texts change four times a second: more cannot be read, and a stop shows soon enough."""

_NOTE_S = 20.0
"""What the window has to say about itself stays for this time."""


class MainWindow(QMainWindow):
    """Show the cameras of all servers of ``services``.

    Pictures are asked for of what can be seen: all cameras, one (Enter or a double-click, back
    with Escape), or none while the window is minimised or hidden; see PictureWishes.
    ``kiosk``: the pictures and what is wrong fill the screen, without menus and panels.
    """

    closed = Signal()
    """The user closed the window."""

    def __init__(self, services: ViewerServices, *, kiosk: bool = False) -> None:
        super().__init__()
        self.services = services
        self.kiosk = kiosk
        self.bar = TopBar(self)
        self.setMenuWidget(self.bar)
        self.area = CameraArea(services, self)
        self.setCentralWidget(self.area)
        self.dock = PanelDock(services, self, opens=not kiosk)
        self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        self.pop_outs = PopOuts(services, self.area)
        self._wishes = PictureWishes(services)
        self._announcer = Announcer(services, self.bar)
        install_accessible_views()
        self._note_until: float | None = None
        """Until when the note at the top is there, in the clock's seconds; None: there is none."""
        # No view has the focus before the user gives it to one.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setFocus()
        connect_window_actions(self)
        self.bar.menus.setVisible(not kiosk)
        services.actions.fill(self.bar.menus)
        services.actions.add_to(self)
        restore_place(self, services.settings)
        self.area.shown_changed.connect(self.subscribe)
        self.area.shown_changed.connect(self._order_tabs)
        self.dock.opened_changed.connect(self._order_tabs)
        self.area.moved.connect(self._wishes.set_size)
        services.cameras_changed.connect(self._on_cameras)
        services.servers_changed.connect(self.refresh)
        services.changed.connect(self.refresh)
        services.settings.changed("low_bandwidth", self.subscribe)
        for name in ("theme", "contrast"):
            services.settings.changed(name, self._restyle)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.refresh)
        self._timer.start(REFRESH_INTERVAL_MS)
        if (aside := services.settings.put_aside) is not None:
            self.note(services.say("window.settings_aside", file=aside.name))
        self.subscribe()
        self.refresh()
        if not kiosk:
            self.dock.restore()
            width = services.settings.get("panels.width", 0, lambda n: 0 < n <= self.width() // 2)
            if width:
                self.resizeDocks([self.dock], [width], Qt.Orientation.Horizontal)
        else:
            self.setWindowState(self.windowState() | Qt.WindowState.WindowFullScreen)

    @property
    def views(self) -> dict[int, CameraView]:
        """The views of all cameras by their numbers, in their order."""
        return self.area.views

    def note(self, text: str) -> None:
        """Say something at the top for some seconds that is not about the connection."""
        self.bar.show_note(text)
        self._note_until = self.services.clock() + _NOTE_S

    def refresh(self) -> None:
        """Bring all texts up to date."""
        services, now = self.services, self.services.clock()
        self.area.refresh()
        links = {
            number: describe_link(server.model, services.texts, now)
            for number, server in services.servers.items()
        }
        self._show_links(links)
        self._announcer.look(links, self._delivering(now))
        if self._note_until is not None and now > self._note_until:
            self._note_until = None
            self.bar.show_note("")
        if self._wishes.settle():
            self.subscribe()

    def subscribe(self) -> None:
        """Ask the servers for what can be seen."""
        self._wishes.update(visible=self.isVisible() and not self.isMinimized())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  # Qt's name
        """Do what the key is for, if nothing with the focus has used it."""
        if self.services.press(event):
            event.accept()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Stop the pictures of a minimised or hidden window, and start them again."""
        handled = super().event(event)
        if event.type() is QEvent.Type.DevicePixelRatioChange:
            for camera in self.views:
                self._wishes.set_size(camera)
            self.subscribe()
        if event.type() in (QEvent.Type.WindowStateChange, QEvent.Type.Show, QEvent.Type.Hide):
            full = self.isFullScreen()
            self.bar.menus.setVisible(not full and not self.kiosk)
            self.dock.window_state_changed()
            self.subscribe()
        if event.type() is QEvent.Type.ThemeChange:
            self._restyle()
        return handled

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802  # Qt's name
        """Stop the clock of the texts; whoever made the sessions closes them on ``closed``."""
        self._timer.stop()
        self.pop_outs.close()
        if not self.kiosk:
            keep_place(self, self.services.settings)
            self.dock.keep_width()
        super().closeEvent(event)
        self.closed.emit()

    def _order_tabs(self) -> None:
        """Let Tab lead from the pictures to the panels: views are made after the dock."""
        here = [view for view in self.views.values() if view.window() is self]
        if here:
            self.dock.follow(here[-1])

    def _show_links(self, links: dict[int, Link]) -> None:
        services = self.services
        labels = {number: server.label for number, server in services.servers.items()}
        together_link = together({labels[number]: link for number, link in links.items()})
        if not links:
            together_link = Link(Level.IDLE, services.say("connect.none"))
        self.bar.show_link(together_link)
        title = describe_title(list(links.values()), ", ".join(labels.values()), services.texts)
        if title != self.windowTitle():
            self.setWindowTitle(title)
        now = services.clock()
        empty = {
            number: describe_empty(server.model, services.texts, now)
            for number, server in services.servers.items()
        }
        several = len(empty) > 1
        said = [f"{labels[n]}: {text}" if several else text for n, text in empty.items()]
        self.area.show_empty("\n".join(said) or services.say("connect.none"))
        megabits = sum(server.model.megabits(now) for server in services.servers.values())
        hellos = (server.model.hello for server in services.servers.values())
        versions = ", ".join(hello.server for hello in hellos if hello is not None)
        linked = any(link.linked for link in links.values())
        figure = services.say("shell.rate", megabits=f"{megabits:.1f}") if linked else ""
        self.bar.show_figure(figure, versions)

    def _delivering(self, now: float) -> list[tuple[str, bool | None]]:
        """Return the key of each camera of a server that is there, and whether it delivers.

        None: it is being opened, or nothing is known of it yet.
        """
        found: list[tuple[str, bool | None]] = []
        for camera in self.views:
            known, server = self.services.camera(camera), self.services.server_of(camera)
            if known is not None and server is not None:
                unknown = known.state == CameraState.CLOSED and known.status is None
                opening = unknown or known.state == CameraState.OPENING
                fine = delivers(known.state) and not is_stuck(server.model, known, now)
                found.append((self.area.key(camera), None if opening else fine))
        return found

    def _on_cameras(self, gone: list[int]) -> None:
        for camera in gone:
            self._wishes.forget(camera)

    def _restyle(self) -> None:
        application = QApplication.instance()
        if isinstance(application, QApplication) and apply_appearance(
            application, self.services.settings
        ):
            self.bar.restyle()
            for widget in self.findChildren(QWidget):
                widget.update()
