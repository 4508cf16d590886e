#!/usr/bin/env python3
"""Ask the bridge of this container how it is: exit code 0 if it answers, 1 if not.

The address is the configuration's. Certificates are not checked: what answers on this
port of the container's own addresses is the bridge.
"""

import http
import http.client
import ipaddress
import os
import ssl
import sys
from pathlib import Path

from camstrm.config import BridgeSettings, Config, load_config
from camstrm.errors import CamstrmError

DEFAULT_CONFIG = "/etc/camstrm/camstrm.toml"
TIMEOUT_S = 4.0


def bridge_settings() -> BridgeSettings:
    """Return the settings that entrypoint.sh starts the bridge with."""
    path = os.environ.get("CAMSTRM_CONFIG") or DEFAULT_CONFIG
    return (load_config(path) if Path(path).exists() else Config()).bridge


def reachable_host(host: str) -> str:
    """Return an address under which a bridge on ``host`` is reached from here."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "::1"
    return host


def ask(bridge: BridgeSettings) -> tuple[int, str]:
    """Return status and text of ``/healthz``; OSError or HTTPException if nobody answers."""
    host = reachable_host(bridge.host)
    connection: http.client.HTTPConnection
    if bridge.tls_cert:
        trusting = ssl.create_default_context()
        trusting.check_hostname = False
        trusting.verify_mode = ssl.CERT_NONE
        connection = http.client.HTTPSConnection(
            host, bridge.port, timeout=TIMEOUT_S, context=trusting
        )
    else:
        connection = http.client.HTTPConnection(host, bridge.port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", "/healthz")
        response = connection.getresponse()
        return response.status, response.read(1024).decode("utf-8", "replace")
    finally:
        connection.close()


def main() -> int:
    """Print what the bridge says, for ``docker inspect``, and return the exit code."""
    try:
        status, text = ask(bridge_settings())
    except (OSError, http.client.HTTPException, CamstrmError) as error:
        sys.stdout.write(f"no answer: {error}\n")
        return 1
    sys.stdout.write(f"{status} {text}\n")
    return 0 if status == http.HTTPStatus.OK else 1


if __name__ == "__main__":
    sys.exit(main())
