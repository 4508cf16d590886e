#!/usr/bin/env python3
"""Ask the bridge of this container how it is: exit code 0 if it answers, 1 if not.

Over the bridge's socket for health checks, which nobody on the network can fill; where there is
none, over TCP at the configuration's address. Certificates are not checked: what answers on this
port of the container's own addresses is the bridge.
"""

import http
import http.client
import ipaddress
import os
import socket
import ssl
import sys
from pathlib import Path

from camstrm.config import BridgeSettings, Config, load_config
from camstrm.errors import CamstrmError
from camstrm.feed.socket_path import default_socket_path, health_socket_path

DEFAULT_CONFIG = "/etc/camstrm/camstrm.toml"
TIMEOUT_S = 4.0


class SocketConnection(http.client.HTTPConnection):
    """HTTP over a UNIX socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=TIMEOUT_S)
        self.path = path

    def connect(self) -> None:
        """Connect to the socket's file."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(TIMEOUT_S)
        self.sock.connect(self.path)


def settings() -> Config:
    """Return the settings that entrypoint.sh starts the bridge with."""
    path = os.environ.get("CAMSTRM_CONFIG") or DEFAULT_CONFIG
    return load_config(path) if Path(path).exists() else Config()


def reachable_host(host: str) -> str:
    """Return an address under which a bridge on ``host`` is reached from here."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "::1"
    return host


def connection_to(config: Config) -> http.client.HTTPConnection:
    """Return the connection to ask over."""
    path = health_socket_path(config.socket.path or default_socket_path(os.environ))
    if Path(path).exists():
        return SocketConnection(path)
    return tcp_connection(config.bridge)


def tcp_connection(bridge: BridgeSettings) -> http.client.HTTPConnection:
    """Return a connection to the port that viewers use."""
    host = reachable_host(bridge.host)
    if not bridge.tls_cert:
        return http.client.HTTPConnection(host, bridge.port, timeout=TIMEOUT_S)
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(host, bridge.port, timeout=TIMEOUT_S, context=trusting)


def ask(connection: http.client.HTTPConnection) -> tuple[int, str]:
    """Return status and text of ``/healthz``; OSError or HTTPException if nobody answers."""
    try:
        connection.request("GET", "/healthz")
        response = connection.getresponse()
        return response.status, response.read(1024).decode("utf-8", "replace")
    finally:
        connection.close()


def main() -> int:
    """Print what the bridge says, for ``docker inspect``, and return the exit code."""
    try:
        status, text = ask(connection_to(settings()))
    except (OSError, http.client.HTTPException, CamstrmError) as error:
        sys.stdout.write(f"no answer: {error}\n")
        return 1
    sys.stdout.write(f"{status} {text}\n")
    return 0 if status == http.HTTPStatus.OK else 1


if __name__ == "__main__":
    sys.exit(main())
