"""A scripted HTTP server for files, in a thread of its own; TLS where there is a certificate."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.fakes.certificates import KeyPair

__all__ = ["Answer", "FileServer"]


@dataclass
class Answer:
    """What is sent for a path. ``cut``: so many bytes of the body only, then the end."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None


class _Server(ThreadingHTTPServer):
    """Ends its connections when it is closed: Qt opens some that it uses for nothing."""

    daemon_threads = False  # closing waits for them

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # clients that refuse the certificate

    def server_close(self) -> None:
        for connection in list(self._open):
            with contextlib.suppress(OSError):  # it has ended just now
                connection.shutdown(socket.SHUT_RDWR)
        super().server_close()


class FileServer:
    """Answers what was scripted, by path without query, and 404 otherwise."""

    def __init__(self, pair: KeyPair | None = None) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, str]] = []
        """Path with query, and the Authorization header, of each request."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # the library's name
                outer.asked.append((self.path, self.headers.get("Authorization", "")))
                missing = Answer(b"no such camera\n", 404, {"Content-Type": "text/plain"})
                answer = outer.answers.get(self.path.split("?")[0], missing)
                self.send_response(answer.status)
                self.send_header("Content-Length", str(len(answer.body)))
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body[: answer.cut])

            def log_message(self, *_: object) -> None:
                pass

        self._server = _Server(Handler)
        if pair is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pair.certificate, pair.key)
            # The handshake is the thread's of the connection, so that a refusal stops nobody.
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
