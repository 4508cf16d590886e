"""The connections of a viewer: one session for each server, none of which disturbs another."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from camstrm.client.address import ServerAddress
from client_qt.model.certificate import Certificate
from client_qt.model.failure import Failure
from client_qt.model.pixel_budget import PixelBudget
from client_qt.model.server_book import ServerBook
from client_qt.session.client import StreamClient
from client_qt.session.decoder import PictureDecoder
from client_qt.session.network import Network
from client_qt.session.refusal import ask_reason
from client_qt.session.session import StreamSession
from client_qt.widgets.services import ViewerServices

__all__ = ["Connection", "ServerConnections"]


@dataclass(eq=False)
class Connection:
    """A server that is connected to, or tried. Belongs to the UI thread."""

    client: StreamClient
    decoder: PictureDecoder
    session: StreamSession
    number: int | None = None
    """In ViewerServices; None until its cameras are shown there."""
    keep_token: bool | None = None
    """Whether the person wants the token kept; None: as it is."""
    instead: bool = False
    """All other servers go when this one has answered."""
    fingerprint: str = ""
    """Of the certificate that the person trusts."""

    @property
    def address(self) -> ServerAddress:
        """Where the server is, with the token that is used."""
        return self.client.address


class ServerConnections(QObject):
    """Opens, notes and closes the viewer's connections. Belongs to the UI thread, all of it."""

    answered = Signal(object)
    """Connection whose server has said which cameras it has, first of all or again."""

    failed = Signal(object, object)
    """Connection and Failure of an attempt; it is tried again."""

    explained = Signal(object, str)
    """Connection whose token was refused, and what the server says to that."""

    certificate_refused = Signal(object, object, str)
    """Connection, Certificate, and the fingerprint that was trusted before ("": none was)."""

    def __init__(
        self,
        services: ViewerServices,
        network: Network,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        """``now``: seconds since 1970, for the list of servers."""
        super().__init__(services)
        self.book = ServerBook(services.settings)
        """The servers that the person knows."""
        self.network = network
        """For connections that are opened from now on."""
        self._services = services
        self._now = now
        self._budget = PixelBudget()
        self.connections: list[Connection] = []
        """All of them, in the order in which they were opened; written here only."""

    def open(
        self,
        address: ServerAddress,
        *,
        keep_token: bool | None = None,
        at_once: bool = False,
        instead: bool = False,
    ) -> Connection:
        """Connect to a server. ``at_once``: the window shows it before it has answered.

        A token that is kept for it is used where the address has none. ``instead``: when it has
        answered, the other servers are closed.
        """
        known = self.book.find(address.url)
        if known is not None and not address.token:
            address = replace(address, token=known.token)
        pin = "" if known is None else known.fingerprint
        texts = self._services.texts
        client = StreamClient(address, network=self.network, fingerprint=pin, texts=texts)
        decoder = PictureDecoder(budget=self._budget)
        session = StreamSession(client, decoder)
        connection = Connection(client, decoder, session, None, keep_token, instead, pin)
        self.connections.append(connection)
        client.hello_received.connect(lambda _hello: self._on_hello(connection))
        client.failed.connect(lambda failure: self._on_failure(connection, failure))
        client.certificate_refused.connect(
            lambda shown, before: self.certificate_refused.emit(connection, shown, before)
        )
        if at_once:
            self._show(connection)
        session.start()
        return connection

    def close(self, connection: Connection) -> None:
        """End a connection and show its cameras no more."""
        if connection not in self.connections:
            return
        self.connections.remove(connection)
        if connection.number is not None:
            self._services.remove_server(connection.number)
        connection.session.close()
        for part in (connection.session, connection.decoder, connection.client):
            part.deleteLater()

    def close_all(self) -> None:
        """End all connections."""
        for connection in list(self.connections):
            self.close(connection)

    def find(self, address: ServerAddress) -> Connection | None:
        """Return the connection to this server, if there is one."""
        place = address.label
        return next((c for c in self.connections if c.address.label == place), None)

    def use_token(self, connection: Connection, token: str, *, keep: bool) -> None:
        """Try again at once with this token."""
        connection.keep_token = keep
        connection.client.use_token(token)

    def trust(self, connection: Connection, certificate: Certificate, *, always: bool) -> None:
        """Try again at once; this certificate is the right one. ``always``: also from now on."""
        if always:
            self.book.trust(connection.address.url, certificate.fingerprint)
        connection.fingerprint = certificate.fingerprint
        connection.client.trust(certificate.fingerprint)

    def _show(self, connection: Connection) -> None:
        known = self.book.find(connection.address.url)
        label = connection.address.label if known is None else known.label
        server = self._services.add_server(connection.session, label, connection.address)
        connection.number = server.number

    def _on_hello(self, connection: Connection) -> None:
        if connection not in self.connections:
            return
        keep, connection.keep_token = connection.keep_token, None
        self.book.note_used(connection.address, self._now(), keep_token=keep)
        if connection.number is None:
            self._show(connection)
        if connection.instead:
            connection.instead = False
            for other in [c for c in self.connections if c is not connection]:
                self.close(other)
        self.answered.emit(connection)

    def _on_failure(self, connection: Connection, failure: Failure) -> None:
        self.failed.emit(connection, failure)
        if failure.kind == "token":
            ask_reason(
                connection.address,
                self.network,
                connection.fingerprint,
                lambda reason: self.explained.emit(connection, reason),
                connection.client,
            )
