"""Files that the server makes (stills, zips), fetched over HTTP into files of this machine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from PySide6.QtCore import QObject, QUrl
from PySide6.QtNetwork import QNetworkAccessManager, QNetworkReply, QNetworkRequest

from camstrm.client.address import ServerAddress
from camstrm.viewing.plain_text import plain_text
from client_qt.session.client import StreamClient
from client_qt.session.new_file import NewFile

__all__ = ["MAX_FILE_SIZE", "Fetched", "FileFetch", "raw_url", "zip_url"]

MAX_FILE_SIZE = 1024 * 1024 * 1024
"""Bytes of a file; a server that sends more is not camstrm, and would fill the disk."""

SILENCE_MS = 20_000
"""A server that sends nothing for so long is gone; a still of a slow camera takes 10 s."""

MAX_OPEN = 4
"""Files at a time; the server makes 8 for all."""

_MAX_PROBLEM = 2000
"""Characters of the server's sentence that says why there is no file."""

_OK = 200


@dataclass(frozen=True)
class Fetched:
    """A file that is complete, or (``path`` None) the ``problem`` why there is none."""

    path: Path | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Of the reply, with names in lower case."""
    problem: str = ""


class FileFetch(QObject):
    """Fetches files of one server. UI thread only; Qt's network works beside it.

    A file has its name from the first byte on, so that nobody else takes it, and is removed if it
    does not become complete.
    """

    def __init__(
        self, client: StreamClient, parent: QObject | None = None, *, max_size: int = MAX_FILE_SIZE
    ) -> None:
        """``client``: whose server, token, proxy and certificate count."""
        super().__init__(parent)
        self._client = client
        self._say = client.texts.say
        self._max_size = max_size
        self._manager: QNetworkAccessManager | None = None
        """Made for the first file: most people keep none."""
        self._open: dict[QNetworkReply, _Download] = {}

    def get(self, url: str, folder: Path, name: str, answer: Callable[[Fetched], None]) -> None:
        """Fetch ``url`` into ``folder``; ``answer`` is called once, perhaps before this returns."""
        if len(self._open) >= MAX_OPEN:
            answer(Fetched(problem=self._say("connect.file.busy", count=MAX_OPEN)))
            return
        try:
            file = NewFile.create(folder, name)
        except OSError as error:
            answer(Fetched(problem=f"{folder / name}: {error.strerror or error}"))
            return
        client = self._client
        if self._manager is None:
            self._manager = QNetworkAccessManager(self)
        self._manager.setProxy(client.network.proxy_for(client.address))
        request = QNetworkRequest(QUrl(url))
        request.setTransferTimeout(SILENCE_MS)
        # Whoever is pointed to by a redirect does not get the token.
        request.setAttribute(
            QNetworkRequest.Attribute.RedirectPolicyAttribute,
            QNetworkRequest.RedirectPolicy.ManualRedirectPolicy,
        )
        if client.address.token:
            token = f"Bearer {client.address.token}"
            request.setRawHeader(b"Authorization", token.encode("ascii"))
        if client.address.encrypted:
            request.setSslConfiguration(client.network.tls(client.fingerprint))
        reply = self._manager.get(request)
        reply.sslErrors.connect(lambda _errors: self._on_ssl_errors(reply))
        self._open[reply] = _Download(file, answer)
        reply.readyRead.connect(lambda: self._read(reply))
        reply.finished.connect(lambda: self._finish(reply))

    def close(self) -> None:
        """Give up what is being fetched; nobody is answered."""
        for reply, download in list(self._open.items()):
            reply.blockSignals(True)
            reply.abort()
            reply.deleteLater()
            download.file.discard()
        self._open.clear()

    def _on_ssl_errors(self, reply: QNetworkReply) -> None:
        certificate = reply.sslConfiguration().peerCertificate()
        if self._client.network.accepts(certificate, self._client.fingerprint):
            reply.ignoreSslErrors()

    def _read(self, reply: QNetworkReply) -> None:
        download = self._open.get(reply)
        if download is None or _status(reply) != _OK or not reply.isOpen():
            return
        try:
            download.file.write(bytes(reply.readAll().data()))
        except OSError as error:
            download.problem = f"{download.file.path}: {error.strerror or error}"
        if download.file.size > self._max_size:
            megabytes = self._max_size // 1024**2
            download.problem = self._say("connect.file.too_large", megabytes=megabytes)
        if download.problem:
            reply.abort()

    def _finish(self, reply: QNetworkReply) -> None:
        self._read(reply)
        download = self._open.pop(reply, None)
        if download is None:
            return
        problem = download.problem or self._problem(reply)
        headers = {
            str(name.data(), "latin-1").lower(): str(value.data(), "latin-1")
            for name, value in reply.rawHeaderPairs()
        }
        reply.deleteLater()
        path: Path | None = None
        if problem:
            download.file.discard()
        else:
            try:
                path = download.file.finish()
            except OSError as error:
                problem = f"{download.file.path}: {error.strerror or error}"
        download.answer(Fetched(path, headers, problem))

    def _problem(self, reply: QNetworkReply) -> str:
        """Return why a reply is no file, "" if it is one."""
        status = _status(reply)
        if status and status != _OK:
            # The server says why in a sentence of plain text.
            kind = reply.header(QNetworkRequest.KnownHeaders.ContentTypeHeader)
            if str(kind or "").startswith("text/plain"):
                said = bytes(reply.readAll().data()).decode("utf-8", "replace").strip()
                if said:
                    return plain_text(" ".join(said.split()), _MAX_PROBLEM)
            return self._say("connect.file.status", status=status)
        if reply.error() is not QNetworkReply.NetworkError.NoError:
            return plain_text(reply.errorString(), _MAX_PROBLEM)
        return "" if status else self._say("connect.file.no_answer")


@dataclass
class _Download:
    file: NewFile
    answer: Callable[[Fetched], None]
    problem: str = ""
    """Why it was given up here; empty while it goes on."""


def raw_url(address: ServerAddress, camera: str) -> str:
    """Return where the raw picture of a camera is, as TIFF."""
    return f"{_base(address)}/cam/{quote(camera, safe='')}.tiff?raw=1"


def zip_url(address: ServerAddress, cameras: Collection[str] = ()) -> str:
    """Return where the newest pictures of these cameras (all) are, of one tick."""
    query = f"?{urlencode({'cameras': ','.join(cameras)})}" if cameras else ""
    return f"{_base(address)}/cam.zip{query}"


def _base(address: ServerAddress) -> str:
    return f"{'https' if address.encrypted else 'http'}://{urlsplit(address.url).netloc}"


def _status(reply: QNetworkReply) -> int:
    status = reply.attribute(QNetworkRequest.Attribute.HttpStatusCodeAttribute)
    return int(status) if status is not None else 0
