"""Where connections and the person meet: which dialog is shown when, and what it does."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from camstrm.client.address import ServerAddress
from client_qt.connections.certificate_dialog import CertificateDialog
from client_qt.connections.connect_dialog import ConnectDialog
from client_qt.connections.servers import Connection, ServerConnections
from client_qt.model.certificate import Certificate
from client_qt.model.failure import Failure
from client_qt.session.network import SYSTEM_PROXY
from client_qt.widgets.services import ViewerServices

__all__ = ["ConnectionDesk"]


class ConnectionDesk(QObject):
    """Shows the connect dialog from the menu, without a server, and for a refused token.

    Belongs to the UI thread. No dialog is modal: pictures of other servers go on, and so can the
    person.
    """

    def __init__(
        self, services: ViewerServices, connections: ServerConnections, window: QWidget
    ) -> None:
        super().__init__(window)
        self._services = services
        self._connections = connections
        self._window = window
        self._tried: Connection | None = None
        """What the dialog waits for; None: it waits for the person."""
        self._declined: set[Connection] = set()
        """Connections for which the person closed the dialog: it does not come again by itself."""
        self._certificates: dict[Connection, CertificateDialog] = {}
        """What is shown of a server's certificate, at most one for each connection."""
        self.dialog = ConnectDialog(services.texts, window)
        self.dialog.wanted.connect(self._connect)
        self.dialog.given_up.connect(self._give_up)
        self.dialog.disconnect_wanted.connect(self._disconnect)
        self.dialog.forget_wanted.connect(self._forget)
        self.dialog.rename_wanted.connect(self._rename)
        self.dialog.proxy_changed.connect(self._use_proxy)
        connections.answered.connect(self._on_answer)
        connections.failed.connect(self._on_failure)
        connections.explained.connect(self._on_explanation)
        connections.certificate_refused.connect(self._on_certificate)
        services.actions.connect("connect", self.ask)

    def ask(self) -> None:
        """Show the dialog, with what is known."""
        self._refresh()
        self.dialog.show()
        self.dialog.activateWindow()

    def _refresh(self) -> None:
        shown = [c.address.label for c in self._connections.connections if c.number is not None]
        self.dialog.show_servers(self._connections.book.servers(), shown)
        self.dialog.proxy.setChecked(bool(self._connections.network.proxy))

    def _connect(self, address: ServerAddress, keep: bool, instead: bool) -> None:
        present = self._connections.find(address)
        self._drop_tried(present)
        if present is not None:
            self._declined.discard(present)
        known = self._connections.book.find(address.url)
        if known is not None and not address.token:
            address = replace(address, token=known.token)
        if present is not None and (present.address.url == address.url or present is self._tried):
            self._tried = present
            present.instead = instead
            self.dialog.show_connecting(address)
            self._connections.use_token(present, address.token, keep=keep)
            return
        if present is not None:
            self._connections.close(present)
        self.dialog.show_connecting(address)
        self._tried = self._connections.open(address, keep_token=keep, instead=instead)

    def _drop_tried(self, other_than: Connection | None) -> None:
        """Forget an attempt that never came to anything: the person tries something else."""
        tried, self._tried = self._tried, None
        if tried is not None and tried is not other_than and tried.number is None:
            self._close(tried)

    def _give_up(self) -> None:
        self._declined.update(self._connections.connections)
        self._drop_tried(None)

    def _disconnect(self, url: str) -> None:
        connection = self._connections.find(ServerAddress(url))
        if connection is not None:
            self._close(connection)
        self._refresh()

    def _forget(self, url: str) -> None:
        self._connections.book.remove(url)
        self._refresh()

    def _rename(self, url: str, name: str) -> None:
        self._connections.book.rename(url, name)
        self._refresh()

    def _use_proxy(self, wanted: bool) -> None:
        proxy = SYSTEM_PROXY if wanted else ""
        self._services.settings.set("proxy", proxy)
        self._connections.network = replace(self._connections.network, proxy=proxy)

    def _close(self, connection: Connection) -> None:
        self._declined.discard(connection)
        if dialog := self._certificates.pop(connection, None):
            dialog.reject()
        self._connections.close(connection)

    def _on_answer(self, connection: Connection) -> None:
        self._declined.discard(connection)
        if connection is self._tried:
            self._tried = None
            self.dialog.accept()
        elif self.dialog.isVisible():
            self._refresh()

    def _on_failure(self, connection: Connection, failure: Failure) -> None:
        if connection is self._tried:
            self.dialog.show_problem(failure.reason)
        elif failure.kind == "token" and connection not in self._declined:
            if self._tried is not None or (
                self.dialog.isVisible() and self.dialog.isActiveWindow()
            ):
                return
            self.ask()
            self._tried = connection
        if connection is self._tried and failure.kind in ("token", "address"):
            is_token = failure.kind == "token"
            self.dialog.ask_for(connection.address, failure.reason, token=is_token)

    def _on_explanation(self, connection: Connection, reason: str) -> None:
        if connection is self._tried:
            before = self.dialog.message.text().split("\n", maxsplit=1)[0]
            says = self._services.say("connect.server_says", reason=reason)
            self.dialog.show_problem(f"{before}\n{says}")

    def _on_certificate(
        self, connection: Connection, certificate: Certificate, before: str
    ) -> None:
        if connection in self._certificates or connection in self._declined:
            return
        parent = self.dialog if self.dialog.isVisible() else self._window
        shown = CertificateDialog(
            self._services.texts, connection.address, certificate, before, parent
        )
        self._certificates[connection] = shown
        shown.trusted.connect(
            lambda always: self._connections.trust(connection, certificate, always=always)
        )
        shown.rejected.connect(lambda: self._declined.add(connection))
        shown.finished.connect(lambda _result: self._certificates.pop(connection, None))
        shown.show()
